/**
 * Interrupts and preemption of the own CPU, and functions that other CPUs run.
 *
 * Source:  include/linux/irqflags.h; kernel/smp.c, smp_call_function_many
 */
import type { Effect } from '../../../language/statement.ts';
import type { Place } from '../../syntax/source.ts';
import { nothing, valueAt, type Call, type Lowering, type Primitive } from '../lowering.ts';
import type { CrossCall } from '../kernel.ts';
import type { Scope } from '../scope.ts';
import { constant, isConstant, negated, type CValue } from '../value.ts';
import { enter, leave, restoreInterrupts, saveInterrupts } from './critical-section.ts';
import { irqsOffHere } from '../critical-count.ts';
import { truthValue } from '../arithmetic.ts';

type Entry = readonly [string, Primitive];

const noop: Primitive = () => nothing;

const entering: Primitive = (thread, call) => {
  enter(thread, call.place);
  return nothing;
};
const leaving: Primitive = (thread, call) => {
  leave(thread, call.place);
  return nothing;
};

/** The function that other CPUs run, and its argument. */
function crossCall(thread: Lowering, call: Call, scope: Scope): CrossCall {
  const [called, info] = [
    valueAt(thread, call, scope, 0),
    call.arguments[1] === undefined ? null : valueAt(thread, call, scope, 1),
  ];
  if (called.kind !== 'function') return thread.fail(call.place, `${call.name} needs the name of a function`);
  if (info !== null && !isFixed(info))
    return thread.fail(
      call.arguments[1]!.place,
      'racewalk hands other CPUs only NULL or the address of a variable',
    );
  const where =
    info?.kind === 'address'
      ? `.${info.target.prefix}.${JSON.stringify(info.target.index)}`.replace(/\W+/g, '_')
      : '';
  const key = `${called.name}${where}`;
  const known = thread.program.kernel.calls.get(key);
  const made: CrossCall = known ?? { key, function: called.name, info };
  thread.program.kernel.calls.set(key, made);
  return made;
}

const isFixed = (value: CValue): boolean =>
  value.kind === 'address'
    ? value.target.root === 'shared' && (value.target.index === null || isConstant(value.target.index))
    : (value.kind === 'pointer' || value.kind === 'number') && isConstant(value.expr);

/** Sends the call to all other CPUs; each runs it between two of its steps, while its interrupts are on. */
function send(thread: Lowering, call: CrossCall, place: Place, waits: boolean): void {
  const { kernel } = thread.program;
  const { emitter, self, definition } = thread;
  const except = (name: string) => (name === definition.name ? self : null);
  const idle = kernel.all(
    kernel.hosts.map((host) =>
      kernel.allCpus(host, except(host.name), (cpu) => negated(kernel.pending(call, host, cpu))),
    ),
  );
  const sent = kernel.hosts.flatMap((host) =>
    kernel.forCpus(host, except(host.name), (cpu): readonly Effect[] => [
      { kind: 'set', target: kernel.pending(call, host, cpu), value: constant(true) },
      { kind: 'count', name: 'IPIs', amount: 1 },
    ]),
  );
  if (sent.length === 0) return;
  emitter.atomically('one message of the interrupt controller goes to all CPUs', () =>
    thread.access({ place, guard: idle, effects: sent }),
  );
  if (waits)
    emitter.atomically('an acknowledgement is never taken back', () =>
      thread.access({ place, guard: idle, effects: [] }),
    );
}

const callOthers =
  (alsoSelf: boolean): Primitive =>
  (thread, call, scope) => {
    const made = crossCall(thread, call, scope);
    const waits = call.arguments[2] === undefined ? null : thread.constant(call.arguments[2], scope);
    if (waits === null)
      return thread.fail(call.place, `${call.name}(function, info, wait) needs a constant 0 or 1 for wait`);
    send(thread, made, call.place, waits.value !== 0n);
    if (alsoSelf) {
      const definition = thread.program.functions.get(made.function);
      if (definition === undefined) return thread.fail(call.place, `'${made.function}' is not defined`);
      thread.paste(definition, made.info === null ? [] : [made.info], call.place);
    }
    return nothing;
  };

export const interruptPrimitives: readonly Entry[] = [
  ...(
    [
      ['local_irq_save', 'flags'],
      ['local_irq_disable', 'always'],
    ] as const
  ).map(([name, how]): Entry => [
    name,
    (thread, call, scope) => {
      saveInterrupts(thread, call, scope, how);
      return nothing;
    },
  ]),
  ...(
    [
      ['local_irq_restore', 'flags'],
      ['local_irq_enable', 'always'],
    ] as const
  ).map(([name, how]): Entry => [
    name,
    (thread, call, scope) => {
      restoreInterrupts(thread, call, scope, how);
      return nothing;
    },
  ]),
  ['irqs_disabled', (thread) => truthValue(irqsOffHere(thread.emitter))],
  ...['preempt_disable', 'local_bh_disable', 'migrate_disable', 'get_cpu'].map((name): Entry => [
    name,
    entering,
  ]),
  ...['preempt_enable', 'preempt_enable_no_resched', 'local_bh_enable', 'migrate_enable', 'put_cpu'].map(
    (name): Entry => [name, leaving],
  ),
  ['smp_call_function', callOthers(false)],
  ['on_each_cpu', callOthers(true)],
  ...['lockdep_assert_irqs_disabled', 'lockdep_assert_irqs_enabled'].map((name): Entry => [name, noop]),
  ...['might_sleep', 'cond_resched', 'schedule', 'might_lock'].map((name): Entry => [
    name,
    (thread, call) => {
      thread.mightSleep(call.place);
      return nothing;
    },
  ]),
];
