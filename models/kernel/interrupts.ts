/** Local interrupts and inter-processor interrupts. */
import type { ArrayVariable, Effect, Expr, Operand, Statement, Survivors, Text, Thread } from 'racewalk';
import { and, array, atomically, bool, count, each, forAll, forever, not, or, set, step, thread, wait, when } from 'racewalk';

/** The interrupt state of the CPUs that can receive an IPI; element i is CPU i of the host thread. */
export interface Interrupts {
  readonly irqsOff: ArrayVariable<boolean>;
  readonly ipiPending: ArrayVariable<boolean>;
}

/** Declares the interrupt state of `cpus` CPUs. Spread the result into shared(...). */
export const interrupts = (cpus: number) => ({
  irqsOff: array(cpus, bool, false, 'the interrupt flag of the CPU, inverted'),
  ipiPending: array(cpus, bool, false, 'an IPI has been sent to the CPU and has not been handled'),
});

export const localIrqSave = (mem: Interrupts, cpu: Operand<number>): Statement =>
  step('local_irq_save(flags)', set(mem.irqsOff.at(cpu), true));

export const localIrqRestore = (mem: Interrupts, cpu: Operand<number>): Statement =>
  step('local_irq_restore(flags)', set(mem.irqsOff.at(cpu), false));

/**
 * Sends an IPI to all the CPUs and waits until each has handled it.
 *
 * Assumes: sending is one step. A CPU that has acknowledged stays acknowledged until the next IPI, so waiting for one CPU
 *          after another is equivalent to waiting for all. An IPI is a full barrier on both CPUs.
 * Source:  kernel/smp.c, smp_call_function_many with wait = 1
 */
export function sendIpiAndWait(text: string, mem: Interrupts): Text {
  const { length } = mem.ipiPending;
  return [
    atomically('one message of the interrupt controller goes to all CPUs',
      step(text, each(length, (i) => [set(mem.ipiPending.at(i), true)]), count('IPIs', length))),
    atomically('an acknowledgement is never taken back',
      wait('csd_lock_wait(csd)', forAll(length, (i) => not(mem.ipiPending.at(i))))),
  ];
}

/** The destination CPUs of an IPI: their numbers, or a local array that is true for each of them. */
export type Targets = readonly Operand<number>[] | ArrayVariable<boolean>;

const isMask = (targets: Targets): targets is ArrayVariable<boolean> => !Array.isArray(targets);

/**
 * Sends an IPI to chosen CPUs and does not wait.
 *
 * Assumes: the same as sendIpiAndWait; an IPI to a CPU with a pending IPI merges with it.
 * Source:  kernel/smp.c, smp_call_function_many with wait = 0; on_each_cpu_cond_mask chooses CPUs
 */
export const sendIpi = (text: string, mem: Interrupts, targets: Targets): Statement =>
  atomically('one message of the interrupt controller goes to all these CPUs',
    step(text,
      ...(isMask(targets)
        ? [each(targets.length, (i) => [when(targets.at(i), set(mem.ipiPending.at(i), true), count('IPIs'))])]
        : [...targets.map((cpu) => set(mem.ipiPending.at(cpu), true)), count('IPIs', targets.length)])));

/**
 * Sends an IPI to chosen CPUs and waits until each has handled it. A CPU that sends to itself with irqs off
 * waits forever.
 *
 * Assumes: the same as sendIpiAndWait.
 * Source:  kernel/smp.c, smp_call_function_many with wait = 1; arch/x86/mm/tlb.c, native_flush_tlb_multi
 */
export const sendIpiToAndWait = (text: string, mem: Interrupts, targets: Targets): Text => [
  sendIpi(text, mem, targets),
  atomically('an acknowledgement is never taken back',
    wait('csd_lock_wait(csd)',
      isMask(targets)
        ? forAll(targets.length, (i) => or(not(targets.at(i)), not(mem.ipiPending.at(i))))
        : and(...targets.map((cpu) => not(mem.ipiPending.at(cpu)))))),
];

/**
 * The IPI handlers: one for each copy of `host`, which runs on its CPU whenever an IPI is pending and irqs are on.
 *
 * `does` returns the effects of the handler before it acknowledges, such as a flush of the TLB entry of its CPU.
 *
 * Assumes: the handler is one step: its CPU runs nothing else meanwhile, and other CPUs see all of its effects or none. If it
 *          accesses several cells that other CPUs also access, the model misses interleavings between these accesses. Without
 *          `does` the handler only acknowledges.
 * Source:  kernel/smp.c, flush_smp_call_function_queue
 */
export const ipiHandlers = (
  mem: Interrupts, host: Thread, does: (cpu: Expr<number>) => readonly Effect[] = () => [],
): Thread =>
  thread('IPI handler', { cpus: host.cpus, on: host, mayBlockForever: true }, (_locals, cpu) => [
    forever(
      atomically('an interrupt is taken between two instructions of its CPU, while irqs are on there',
        wait('<IPI> handled', and(mem.ipiPending.at(cpu), not(mem.irqsOff.at(cpu))), ...does(cpu),
          set(mem.ipiPending.at(cpu), false)))),
  ]);

/** The mutants of the handlers that survive in every model. */
export const ipiHandlerSurvivors: Survivors = {
  why: 'an interrupt that no CPU has sent acknowledges nothing',
  mutants: ["IPI handler: <IPI> handled: without 'mem.ipiPending[cpu]'"],
};
