/** The hardware and kernel primitives that models share: what a model file imports as 'racewalk/kernel'. */
export { interrupts, ipiHandlers, localIrqRestore, localIrqSave, sendIpiAndWait } from './interrupts.ts';
export type { Interrupts } from './interrupts.ts';
export { getPage, getPageUnlessZero, putPage } from './page-count.ts';
export { Pmd, Pte } from './page-table.ts';
export { flushTlbRange } from './tlb-flush.ts';
export type { FlushKind } from './tlb-flush.ts';
