/** Entering and leaving critical sections: RCU waits for them, interrupts wait for some, and nothing sleeps in them. */
import type { AnyExpr } from '../../../language/expression.ts';
import type { Effect } from '../../../language/statement.ts';
import type { Place } from '../../syntax/source.ts';
import { criticalCount, irqsOffHere } from '../critical-count.ts';
import { argument, type Call, type Lowering } from '../lowering.ts';
import type { Scope } from '../scope.ts';
import { truthValue } from '../arithmetic.ts';
import { compared, constant } from '../value.ts';

/** Whether anything depends on critical sections. */
const isCounted = ({ program: { kernel } }: Lowering): boolean => kernel.hasRcu || kernel.hasSleepers;

/** Begins a critical section; if `when` is given, only where it is true. */
export function enter(thread: Lowering, place: Place, when: AnyExpr | null = null): void {
  if (!isCounted(thread)) return;
  const count = criticalCount(thread.emitter);
  const more: Effect = {
    kind: 'set',
    target: count,
    value: { kind: 'binary', operator: '+', left: count, right: constant(1) },
  };
  const reader = readerFlag(thread);
  const effects: readonly Effect[] =
    reader === null ? [more] : [more, { kind: 'set', target: reader, value: constant(true) }];
  perform(
    thread,
    place,
    when === null ? effects : [{ kind: 'when', condition: when, effects }],
    reader !== null,
  );
}

/** Ends it. */
export function leave(thread: Lowering, place: Place): void {
  if (!isCounted(thread)) return;
  const count = criticalCount(thread.emitter);
  const claim = `${thread.emitter.text(place)}: a critical section ends only after it has begun`;
  const reader = readerFlag(thread);
  const effects: readonly Effect[] = [
    { kind: 'assert', claim, condition: compared('>', count, constant(0)) },
    { kind: 'set', target: count, value: { kind: 'binary', operator: '-', left: count, right: constant(1) } },
    ...(reader === null
      ? []
      : [
          {
            kind: 'when',
            condition: compared('==', count, constant(0)),
            effects: [{ kind: 'set', target: reader, value: constant(false) }],
          } as const,
        ]),
  ];
  perform(thread, place, effects, reader !== null);
}

function perform(thread: Lowering, place: Place, effects: readonly Effect[], isShared: boolean): void {
  if (isShared) thread.access({ place, effects });
  else thread.emitter.compute(place, ...effects);
}

/** What grace periods see of this CPU; null: there are none, or RCU does not wait for this thread. */
function readerFlag({ program: { kernel }, definition, self }: Lowering) {
  const host = kernel.hosts.find(({ name }) => name === definition.name);
  return kernel.hasRcu && host !== undefined ? kernel.reader(host, self) : null;
}

/** Whether a call saves the interrupt flag in its argument. */
export type InterruptCall = 'always' | 'flags';

/** Turns interrupts off, and stores what they were in the flags. */
export function saveInterrupts(thread: Lowering, call: Call, scope: Scope, how: InterruptCall): void {
  const off = irqsOffHere(thread.emitter);
  if (how === 'flags') {
    const flags = thread.lvalue(argument(thread, call, call.arguments.length - 1), scope);
    thread.store(flags, truthValue(off), call.place);
  }
  setInterrupts(thread, call.place, constant(true));
}

/** Turns interrupts on, or to what the flags say. */
export function restoreInterrupts(thread: Lowering, call: Call, scope: Scope, how: InterruptCall): void {
  const given =
    how === 'flags'
      ? thread.truth(thread.value(argument(thread, call, call.arguments.length - 1), scope), call.place)
      : constant(false);
  setInterrupts(thread, call.place, given);
}

/** Does the work with interrupts off, and sets them to what they were. */
export function withInterruptsOff(thread: Lowering, place: Place, work: () => void): void {
  const off = irqsOffHere(thread.emitter);
  const before = thread.emitter.temporary('irqs_were_off', { kind: 'bool' }, false);
  thread.emitter.compute(place, { kind: 'set', target: before, value: off });
  setInterrupts(thread, place, constant(true));
  work();
  setInterrupts(thread, place, before);
}

function setInterrupts(thread: Lowering, place: Place, value: AnyExpr): void {
  const { kernel } = thread.program;
  const host = kernel.hosts.find(({ name }) => name === thread.definition.name);
  const local: Effect = { kind: 'set', target: irqsOffHere(thread.emitter), value };
  if (host === undefined || !(kernel.hasInterrupts || kernel.hasRcu))
    return thread.emitter.compute(place, local);
  const shared: Effect = { kind: 'set', target: kernel.irqsOff(host, thread.self), value };
  thread.access({ place, effects: [shared, local] });
}
