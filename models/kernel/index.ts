/** The hardware and kernel primitives that models share: what a model file imports as 'racewalk/kernel'. */
export { atomicFetchAdd, atomicReturn, cmpxchg, tryCmpxchg, xchg } from './atomics.ts';
export type { AtomicOrder, Exchange, TryExchange } from './atomics.ts';
export { allocPage, anotherOwner, Owner } from './allocator.ts';
export type { OwnedPage } from './allocator.ts';
export { getHugePageTail, hugePage, putHugePageTail } from './huge-page.ts';
export type { HugePage } from './huge-page.ts';
export {
  interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore, localIrqSave, sendIpi, sendIpiAndWait, sendIpiToAndWait,
} from './interrupts.ts';
export type { Interrupts, Targets } from './interrupts.ts';
export { spinLock, spinTrylock, spinUnlock } from './locks.ts';
export { MigratedPte } from './migration-entry.ts';
export { getPage, getPageUnlessZero, pageRefFreeze, putPage } from './page-count.ts';
export { Pmd, Pte } from './page-table.ts';
export { callRcu, gracePeriodEnds, quiescentStates, quiescentStateSurvivors, rcu, rcuReadLock, rcuReadUnlock } from './rcu.ts';
export type { Rcu } from './rcu.ts';
export { downgradeWrite, downRead, downReadTrylock, downWrite, downWriteTrylock, rwsem, upRead, upWrite } from './rwsem.ts';
export { rawReadSeqcount, rawWriteSeqcountBegin, rawWriteSeqcountEnd } from './seqcount.ts';
export { flushTlbRange } from './tlb-flush.ts';
export type { FlushKind } from './tlb-flush.ts';
export { Access, flushUserTlbs, tlbEntries, userCpus, userCpuSurvivors } from './user-cpu.ts';
