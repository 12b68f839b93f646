/** CPUs in user mode, each with a TLB entry for one address. */
import type { ArrayVariable, Domain, Statement, Survivors, Thread, Variable } from 'racewalk';
import { and, array, atomically, each, eq, forever, ne, set, step, thread, values, wait } from 'racewalk';

/** What a pte or a TLB entry allows. */
export const Access = values('none', 'read', 'write');
export type Access = typeof Access extends Domain<infer V> ? V : never;

/** Declares the TLB entries of so many CPUs for one address, all empty. */
export const tlbEntries = (cpus: number, meaning: string) => array(cpus, Access, 'none', meaning);

/**
 * CPUs that may fill their TLB entry from the pte at any time, and use it until it is flushed: an entry that grants an access is
 * that access, so that properties look at the entries.
 *
 * Assumes: a walk and the fill are one event, since an invalidation also catches walks under way; an entry that is dropped
 *          without a flush does no harm, so that it is never dropped.
 * Source:  Intel SDM volume 3A, 4.10.2 and 4.10.4
 */
export const userCpus = (name: string, pte: Variable<Access>, tlb: ArrayVariable<Access>): Thread =>
  thread(name, { cpus: tlb.length, mayBlockForever: true }, (_locals, cpu) => [
    forever(
      atomically('the hardware walk and its TLB fill are one event for a flush',
        wait('<TLB miss>: fill from the pte', and(eq(tlb.at(cpu), 'none'), ne(pte, 'none')), set(tlb.at(cpu), pte)))),
  ]);

/** What mutants of user CPUs survive in any model: that they fill only empty entries, and only from ptes, spares states. */
export const userCpuSurvivors = (name: string, pte: string, tlb: string): Survivors => ({
  why: 'a fill that changes nothing, or brings an entry in line with its pte, makes no use of a page that it had not',
  mutants: ['does not wait', `without 'mem.${tlb}[cpu] == none'`, `without 'mem.${pte} != none'`]
    .map((change) => `${name}: <TLB miss>: fill from the pte: ${change}`),
});

/**
 * Flushes the TLB entries of all CPUs.
 *
 * Assumes: the CPUs are in user mode and take an IPI at once, so that a flush by IPI ends like a broadcast; entries of
 *          different CPUs have nothing to do with each other, so that it does not matter that all go at once.
 */
export const flushUserTlbs = (text: string, tlb: ArrayVariable<Access>): Statement =>
  atomically('when the flush returns, no CPU has the entry',
    step(text, each(tlb.length, (cpu) => [set(tlb.at(cpu), 'none')])));
