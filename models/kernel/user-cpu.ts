/** CPUs in user mode, each with a TLB entry for one address. */
import type { ArrayVariable, Domain, Statement, Survivors, Thread, Variable } from 'racewalk';
import { and, array, atomically, each, eq, forever, ne, set, step, thread, values, wait } from 'racewalk';

/** The access that a pte or a TLB entry permits. */
export const Access = values('none', 'read', 'write');
export type Access = typeof Access extends Domain<infer V> ? V : never;

/** Declares the TLB entries of `cpus` CPUs for one address, all empty. */
export const tlbEntries = (cpus: number, meaning: string) => array(cpus, Access, 'none', meaning);

/**
 * CPUs that may fill their TLB entry from the pte at any time and use it until a flush. An entry that permits an access stands
 * for the access itself, so properties read the entries.
 *
 * Assumes: a walk and the fill are one step, because an invalidation also affects walks in progress. A CPU never drops an entry
 *          without a flush, because that could not cause a violation.
 * Source:  Intel SDM volume 3A, 4.10.2 and 4.10.4
 */
export const userCpus = (name: string, pte: Variable<Access>, tlb: ArrayVariable<Access>): Thread =>
  thread(name, { cpus: tlb.length, mayBlockForever: true }, (_locals, cpu) => [
    forever(
      atomically('the hardware walk and its TLB fill are one event for a flush',
        wait('<TLB miss>: fill from the pte', and(eq(tlb.at(cpu), 'none'), ne(pte, 'none')), set(tlb.at(cpu), pte)))),
  ]);

/** The mutants of user CPUs that survive in every model: the conditions of a fill only reduce the number of states. */
export const userCpuSurvivors = (name: string, pte: string, tlb: string): Survivors => ({
  why: 'a fill that changes nothing, or copies the pte again, permits no access that the CPU did not have',
  mutants: ['does not wait', `without 'mem.${tlb}[cpu] == none'`, `without 'mem.${pte} != none'`]
    .map((change) => `${name}: <TLB miss>: fill from the pte: ${change}`),
});

/**
 * Flushes the TLB entries of all CPUs.
 *
 * Assumes: the CPUs are in user mode and take an IPI immediately, so a flush by IPI is equivalent to a broadcast. The entries of
 *          different CPUs are independent, so one step may flush all of them.
 */
export const flushUserTlbs = (text: string, tlb: ArrayVariable<Access>): Statement =>
  atomically('when the flush returns, no CPU has the entry',
    step(text, each(tlb.length, (cpu) => [set(tlb.at(cpu), 'none')])));
