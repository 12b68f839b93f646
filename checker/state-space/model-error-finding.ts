/** The author's mistake that shows when an edge fires, in the interpreter's words. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { fire } from '../interpreter/interpreter.ts';
import type { Edge } from './state-space.ts';

export function modelErrorOf(system: TransitionSystem, state: State, edge: Edge): string {
  const [firing] = fire(state, { ...edge, thread: system.threads[edge.thread]! }).slice(edge.choice);
  // The interpreter finds the same mistake, or one of the two is wrong about the model.
  if (firing === undefined || firing.error === null)
    throw new Error('the interpreter does not see the mistake that the search saw');
  return firing.error;
}
