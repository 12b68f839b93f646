/**
 * Interrupts and preemption of the own CPU, and functions that other CPUs run.
 *
 * Source:  include/linux/irqflags.h; kernel/smp.c, smp_call_function_many
 */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Place } from '../../syntax/source.ts';
import { intType } from '../../syntax/types.ts';
import {
  argument,
  nothing,
  pointedBy,
  valueAt,
  type Call,
  type Lowering,
  type Primitive,
} from '../lowering.ts';
import type { Cpus, CrossCall } from '../kernel.ts';
import type { Scope } from '../scope.ts';
import {
  between,
  compared,
  constant,
  either,
  hasBit,
  isConstant,
  negated,
  plus,
  type CValue,
} from '../value.ts';
import { enter, leave, restoreInterrupts, saveInterrupts, withInterruptsOff } from './critical-section.ts';
import { irqsOffHere } from '../critical-count.ts';
import { integer, truthValue } from '../arithmetic.ts';

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

/** The function that other CPUs run, and its argument; `at`: which argument of the call it is. */
function crossCall(thread: Lowering, call: Call, scope: Scope, at = 0): CrossCall {
  const [called, info] = [
    valueAt(thread, call, scope, at),
    call.arguments[at + 1] === undefined ? null : valueAt(thread, call, scope, at + 1),
  ];
  if (called.kind !== 'function') return thread.fail(call.place, `${call.name} needs the name of a function`);
  if (info !== null && !isFixed(info))
    return thread.fail(
      call.arguments[at + 1]!.place,
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

/** Whether a CPU, by its number, is called. */
type Target = (cpu: AnyExpr) => AnyExpr;

const everyCpu: Target = () => constant(true);
const inMask =
  (mask: AnyExpr): Target =>
  (cpu) =>
    hasBit(mask, cpu);

interface Sending {
  readonly call: CrossCall;
  /** The CPUs that are called, by their bits; null: all. */
  readonly mask: AnyExpr | null;
  readonly waits: boolean;
}

/**
 * Asks the interrupt controller to send the call to other CPUs; each runs it between two of its steps, while its
 * interrupts are on. What the caller did before is seen by the function, and what the function does by a caller that waits.
 *
 * Source:  kernel/smp.c: llist_add() before the IPI, csd_unlock() and csd_lock_wait(); kick_all_cpus_sync() and membarrier
 *          have barriers of their own before, and behind.
 */
function send(thread: Lowering, { call, mask, waits }: Sending, place: Place): void {
  const { kernel } = thread.program;
  const { emitter, self, definition } = thread;
  const claim = 'no CPU calls functions on others with its interrupts off';
  thread.assert(negated(irqsOffHere(emitter)), claim, place);
  const except = (host: Cpus) => (host.name === definition.name ? self : null);
  const target = mask === null ? everyCpu : inMask(mask);
  const isCalled = (host: Cpus, cpu: AnyExpr) => target(plus(cpu, constant(kernel.firstCpu(host.name)!)));
  if (kernel.hosts.every((host) => host.cpus === 1 && host.name === definition.name)) return;
  const sender = { name: definition.name, cpus: definition.cpus };
  const kind = `ipi_request${mask === null ? '' : '.mask'}${waits ? '' : '.nowait'}`;
  const request = { key: `${kind}.${call.key}`, sender, call, isMasked: mask !== null };
  kernel.callRequests.set(`${request.key}.${sender.name}`, request);
  const asked = kernel.callRequest(request, self);
  const isTaken = mask === null ? negated(asked) : compared('==', asked, constant(0));
  const wait = (guard: AnyExpr, addedGuard: AnyExpr | null = null) =>
    emitter.atomically('an acknowledgement is never taken back', () =>
      thread.access({ place, guard, addedGuard, effects: [] }),
    );
  const end = emitter.newLabel();
  if (mask !== null) {
    const some = emitter.newLabel();
    emitter.generated(() => emitter.branch(place, compared('!=', mask, constant(0)), some, end));
    emitter.label(some);
  }
  // csd_lock(): who does not wait for a call waits before the next one.
  if (!waits) emitter.generated(() => wait(isTaken));
  emitter.atomically('a request to the interrupt controller', () =>
    thread.access({
      place,
      effects: [{ kind: 'set', target: asked, value: mask ?? constant(true) }],
      ordering: 'release',
    }),
  );
  const isDone = kernel.hosts.map((host) =>
    kernel.allCpus(host, except(host), (cpu) =>
      either(negated(isCalled(host, cpu)), negated(kernel.pending(call, host, cpu))),
    ),
  );
  // What sends the call without a wait still gives it to the controller.
  if (waits) wait(kernel.all([isTaken, ...isDone]), isTaken);
  emitter.label(end);
}

/** The bits of a mask that stand for other CPUs. */
function othersIn(thread: Lowering, mask: AnyExpr, place: Place): AnyExpr {
  const { kernel } = thread.program;
  const { emitter } = thread;
  const others = emitter.temporary(
    'other_cpus',
    { kind: 'range', low: 0, high: 2 ** kernel.cpuCount - 1 },
    0,
  );
  const { name, on } = thread.definition;
  const isHost = kernel.firstCpu(on ?? name) !== null;
  const all = constant(2 ** kernel.cpuCount - 1);
  const one: AnyExpr = { kind: 'binary', operator: '<<', left: constant(1), right: constant(0) };
  const own: AnyExpr = isHost ? { ...one, right: cpuNumber(thread, place) } : constant(0);
  const value: AnyExpr = {
    kind: 'binary',
    operator: '&',
    left: { kind: 'binary', operator: '&', left: mask, right: all },
    right: { kind: 'binary', operator: '^', left: all, right: own },
  };
  emitter.compute(place, { kind: 'set', target: others, value });
  return others;
}

/** The number of the CPU that the thread runs on; an interrupt handler runs on that of its thread. */
export function cpuNumber(thread: Lowering, place: Place): AnyExpr {
  const { name, on } = thread.definition;
  const first = thread.program.kernel.firstCpu(on ?? name);
  return first === null ? thread.fail(place, 'an AGENT has no CPU') : plus(thread.self, constant(first));
}

/** The call on this CPU itself, if it is one of the targets. */
function callHere(thread: Lowering, call: CrossCall, target: Target, place: Place): void {
  const { emitter, program } = thread;
  const definition = program.functions.get(call.function);
  if (definition === undefined) return thread.fail(place, `'${call.function}' is not defined`);
  const [yes, end] = [emitter.newLabel(), emitter.newLabel()];
  emitter.branch(place, target === everyCpu ? constant(true) : target(cpuNumber(thread, place)), yes, end);
  emitter.label(yes);
  withInterruptsOff(thread, place, () =>
    thread.paste(definition, call.info === null ? [] : [call.info], place),
  );
  emitter.label(end);
}

/** Whether the call waits for the other CPUs: the argument at a position. */
function waitsAt(thread: Lowering, call: Call, scope: Scope, at: number): boolean {
  const waits = call.arguments[at] === undefined ? null : thread.constant(call.arguments[at], scope);
  return waits === null
    ? thread.fail(call.place, `${call.name} needs a constant 0 or 1 for wait`)
    : waits.value !== 0n;
}

/** The CPUs of the mask that an argument points to, read once. */
function maskAt(thread: Lowering, call: Call, scope: Scope, at: number): AnyExpr {
  const mask = pointedBy(thread, call, scope, at);
  if (mask.type.kind !== 'struct' || mask.type.tag !== 'cpumask')
    return thread.fail(argument(thread, call, at).place, `${call.name} needs a pointer to a cpumask`);
  return thread.number(thread.load(thread.member(mask, 'bits', call.place), call.place), call.place);
}

const callOthers =
  (alsoSelf: boolean): Primitive =>
  (thread, call, scope) => {
    const made = crossCall(thread, call, scope);
    send(thread, { call: made, mask: null, waits: waitsAt(thread, call, scope, 2) }, call.place);
    if (alsoSelf) callHere(thread, made, everyCpu, call.place);
    return nothing;
  };

/** f(mask, function, info, wait) */
const callMask =
  (alsoSelf: boolean): Primitive =>
  (thread, call, scope) => {
    const mask = maskAt(thread, call, scope, 0);
    const made = crossCall(thread, call, scope, 1);
    const waits = waitsAt(thread, call, scope, 3);
    send(thread, { call: made, mask: othersIn(thread, mask, call.place), waits }, call.place);
    if (alsoSelf) callHere(thread, made, inMask(mask), call.place);
    return nothing;
  };

/** smp_call_function_single(cpu, function, info, wait) */
const callOne: Primitive = (thread, call, scope) => {
  const { emitter } = thread;
  const { place } = call;
  const cpu = thread.number(valueAt(thread, call, scope, 0), place);
  const made = crossCall(thread, call, scope, 1);
  const waits = waitsAt(thread, call, scope, 3);
  const [here, there, end] = [emitter.newLabel(), emitter.newLabel(), emitter.newLabel()];
  emitter.branch(place, compared('==', cpuNumber(thread, place), cpu), here, there);
  emitter.label(there);
  const isCpu = between(cpu, constant(0), constant(thread.program.kernel.cpuCount - 1));
  const bit: AnyExpr = { kind: 'binary', operator: '<<', left: constant(1), right: cpu };
  const mask: AnyExpr = { kind: 'conditional', condition: isCpu, then: bit, otherwise: constant(0) };
  send(thread, { call: made, mask: othersIn(thread, mask, place), waits }, place);
  emitter.goto(end);
  emitter.label(here);
  callHere(thread, made, everyCpu, place);
  emitter.label(end);
  return integer(0n, intType);
};

/** on_each_cpu_cond(condition, function, info, wait): the condition is asked here, for one CPU after the other. */
const callWhere: Primitive = (thread, call, scope) => {
  const { emitter, program } = thread;
  const { place } = call;
  const asked = valueAt(thread, call, scope, 0);
  const definition = asked.kind === 'function' ? program.functions.get(asked.name) : undefined;
  if (definition === undefined) return thread.fail(place, `${call.name} needs the name of a function`);
  const made = crossCall(thread, call, scope, 1);
  const waits = waitsAt(thread, call, scope, 3);
  const given = call.name === 'on_each_cpu_cond_mask' ? maskAt(thread, call, scope, 4) : null;
  const count = program.kernel.cpuCount;
  const chosen = emitter.temporary('cpus', { kind: 'range', low: 0, high: 2 ** count - 1 }, 0);
  emitter.compute(place, { kind: 'set', target: chosen, value: constant(0) });
  for (let cpu = 0; cpu < count; cpu += 1) {
    const [ask, yes, no] = [emitter.newLabel(), emitter.newLabel(), emitter.newLabel()];
    emitter.branch(place, given === null ? constant(true) : inMask(given)(constant(cpu)), ask, no);
    emitter.label(ask);
    const info: CValue = made.info ?? { kind: 'number', type: intType, expr: constant(0) };
    const answer = thread.paste(definition, [integer(BigInt(cpu), intType), info], place);
    emitter.branch(place, thread.truth(answer, place), yes, no);
    emitter.label(yes);
    emitter.compute(place, { kind: 'set', target: chosen, value: plus(chosen, constant(2 ** cpu)) });
    emitter.label(no);
  }
  send(thread, { call: made, mask: othersIn(thread, chosen, place), waits }, place);
  callHere(thread, made, inMask(chosen), place);
  return nothing;
};

const thisCpu: Primitive = (thread, call) => ({
  kind: 'number',
  type: intType,
  expr: cpuNumber(thread, call.place),
});

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
  ...['preempt_disable', 'local_bh_disable', 'migrate_disable'].map((name): Entry => [name, entering]),
  ...['preempt_enable', 'preempt_enable_no_resched', 'local_bh_enable', 'migrate_enable', 'put_cpu'].map(
    (name): Entry => [name, leaving],
  ),
  ['smp_call_function', callOthers(false)],
  ['on_each_cpu', callOthers(true)],
  ['smp_call_function_many', callMask(false)],
  ['on_each_cpu_mask', callMask(true)],
  ['smp_call_function_single', callOne],
  ['on_each_cpu_cond', callWhere],
  ['on_each_cpu_cond_mask', callWhere],
  ['smp_processor_id', thisCpu],
  ['raw_smp_processor_id', thisCpu],
  [
    'get_cpu',
    (thread, call, scope) => {
      enter(thread, call.place);
      return thisCpu(thread, call, scope);
    },
  ],
  ...['lockdep_assert_irqs_disabled', 'lockdep_assert_irqs_enabled'].map((name): Entry => [name, noop]),
  ...['might_sleep', 'cond_resched', 'schedule', 'might_lock'].map((name): Entry => [
    name,
    (thread, call) => {
      thread.mightSleep(call.place);
      return nothing;
    },
  ]),
];
