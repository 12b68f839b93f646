/** RCU: read-side critical sections and grace periods. */
import type { ArrayVariable, Operand, Statement, Survivors, Thread, Variable } from 'racewalk';
import { and, array, atomically, bool, each, forAll, forever, init, not, or, set, step, thread, wait } from 'racewalk';
import type { Interrupts } from './interrupts.ts';

/** The state of RCU: one element per CPU, and whether a callback is queued. */
export interface Rcu {
  readonly rcuReader: ArrayVariable<boolean>;
  readonly rcuBlocks: ArrayVariable<boolean>;
  readonly rcuQueued: Variable<boolean>;
}

/** Declares the state of RCU for `cpus` CPUs. Spread the result into shared(...). */
export const rcu = (cpus: number) => ({
  rcuReader: array(cpus, bool, false, 'the CPU is between rcu_read_lock and rcu_read_unlock'),
  rcuBlocks: array(cpus, bool, false, 'the grace period still waits for a quiescent state of the CPU'),
  rcuQueued: init(bool, false, 'call_rcu has been called'),
});

export const rcuReadLock = (mem: Rcu, cpu: Operand<number>): Statement =>
  step('rcu_read_lock()', set(mem.rcuReader.at(cpu), true));

export const rcuReadUnlock = (mem: Rcu, cpu: Operand<number>): Statement =>
  step('rcu_read_unlock()', set(mem.rcuReader.at(cpu), false));

/**
 * call_rcu(): begins a grace period, which waits for every CPU.
 *
 * Source:  kernel/rcu/tree.c, __call_rcu; called from tlb_table_flush in mm/memory.c (since v4.20 mm/mmu_gather.c)
 */
export const callRcu = (text: string, mem: Rcu): Statement =>
  atomically('the grace period begins at one moment for all CPUs',
    step(text, each(mem.rcuBlocks.length, (i) => [set(mem.rcuBlocks.at(i), true)]), set(mem.rcuQueued, true)));

/** Waits until the grace period ends: the first statement of a callback. */
export const gracePeriodEnds = (mem: Rcu): Statement =>
  atomically('a quiescent state that has been reported is never taken back',
    wait('rcu_do_batch(): the grace period is over',
      and(mem.rcuQueued, forAll(mem.rcuBlocks.length, (i) => not(mem.rcuBlocks.at(i))))));

/**
 * The quiescent states: a CPU may report one whenever it is outside every read-side critical section.
 *
 * Assumes: irqs off also counts as a read-side critical section: true for call_rcu_sched, which page tables use, and for
 *          call_rcu since v4.20 merged the flavours.
 * Source:  kernel/rcu/tree.c, rcu_report_qs_rdp
 */
export const quiescentStates = (mem: Rcu & Interrupts, host: Thread): Thread =>
  thread('RCU', { cpus: host.cpus, on: host, mayBlockForever: true }, (_locals, cpu) => [
    forever(
      atomically('RCU sees a CPU between two of its instructions',
        wait('<quiescent state> of the CPU',
          and(mem.rcuBlocks.at(cpu), not(or(mem.rcuReader.at(cpu), mem.irqsOff.at(cpu)))),
          set(mem.rcuBlocks.at(cpu), false)))),
  ]);

/** The mutants of the quiescent states that survive in every model. */
export const quiescentStateSurvivors: Survivors = {
  why: 'a quiescent state that no grace period waits for ends no grace period',
  mutants: ["RCU: <quiescent state> of the CPU: without 'mem.rcuBlocks[cpu]'"],
};
