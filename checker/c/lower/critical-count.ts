/** How many critical sections a thread is in: interrupts off, preemption off, spinlocks, RCU readers. */
import type { AnyExpr, LocalReference } from '../../language/expression.ts';
import type { Emitter } from './emitter.ts';
import { compared, constant, negated } from './value.ts';

export const criticalCount = (emitter: Emitter): LocalReference =>
  emitter.reference(emitter.local('critical_sections', { kind: 'range', low: 0, high: 15 }, 0));

export const irqsOffHere = (emitter: Emitter): LocalReference =>
  emitter.reference(emitter.local('irqs_off', { kind: 'bool' }, false));

/** The thread is in none. */
export const isAwake = (emitter: Emitter): AnyExpr => ({
  kind: 'binary',
  operator: '&&',
  left: negated(irqsOffHere(emitter)),
  right: compared('==', criticalCount(emitter), constant(0)),
});
