/** Local interrupts and inter-processor interrupts. */
import type { ArrayVariable, Effect, Expr, Operand, Statement, Survivors, Text, Thread } from 'racewalk';
import { and, array, atomically, bool, count, each, forAll, forever, not, or, set, step, thread, wait, when } from 'racewalk';

/** The interrupt state of the CPUs that an IPI is sent to, one element a CPU. */
export interface Interrupts {
  readonly irqsOff: ArrayVariable<boolean>;
  readonly ipiPending: ArrayVariable<boolean>;
}

/** Declares the interrupt state of so many CPUs: spread it into shared(...). */
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
 * Assumes: sending is one event; a CPU that has acknowledged stays so until the next IPI, hence waiting for one CPU
 *          after the other ends at the same moment as waiting for all. An IPI orders memory on both sides.
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

/** The CPUs that an IPI goes to: by number, or those of which a local array says true. */
export type Targets = readonly Operand<number>[] | ArrayVariable<boolean>;

const isMask = (targets: Targets): targets is ArrayVariable<boolean> => !Array.isArray(targets);

/**
 * Sends an IPI to chosen CPUs and does not wait.
 *
 * Assumes: as sendIpiAndWait; an IPI to a CPU at which one is pending is that one.
 * Source:  kernel/smp.c, smp_call_function_many with wait = 0; on_each_cpu_cond_mask chooses CPUs
 */
export const sendIpi = (text: string, mem: Interrupts, targets: Targets): Statement =>
  atomically('one message of the interrupt controller goes to all these CPUs',
    step(text,
      ...(isMask(targets)
        ? [each(targets.length, (i) => [when(targets.at(i), set(mem.ipiPending.at(i), true), count('IPIs'))])]
        : [...targets.map((cpu) => set(mem.ipiPending.at(cpu), true)), count('IPIs', targets.length)])));

/**
 * Sends an IPI to chosen CPUs and waits until each has handled it. Who has its interrupts off and sends to itself waits for ever.
 *
 * Assumes: as sendIpiAndWait.
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
 * The handlers: each runs on the CPU of one copy of `host`, whenever an IPI is pending there and irqs are on.
 *
 * `does` is what the handler does, such as a flush of its CPU's TLB entry, before it acknowledges.
 *
 * Assumes: the handler is one step: its CPU does nothing else meanwhile, and other CPUs see all of it or nothing. Where it touches
 *          more than one cell of memory that others touch too, that hides what comes between. Without `does` it does nothing that
 *          the protocol depends on but having run.
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

/** What mutants of the handlers survive in any model. */
export const ipiHandlerSurvivors: Survivors = {
  why: 'an interrupt that nobody has sent acknowledges nothing',
  mutants: ["IPI handler: <IPI> handled: without 'mem.ipiPending[cpu]'"],
};
