/** A complete state space as arrays: its edges with the copies that make them, and conditions in its states. */
import { authored } from '../language/model-error.ts';
import { goalsOf } from '../language/liveness.ts';
import type { AnyExpr } from '../language/expression.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../interpreter/interpreter.ts';
import type { Cooperative } from './cooperative.ts';
import type { StateSpace } from './state-space.ts';

/**
 * All edges between the states of a complete search.
 *
 * Shape:  the edges out of state s are `first[s]` .. `first[s + 1] - 1`, in the order of `StateSpace.successors`; edge e
 *         leads to state `to[e]`, and `label[e]` is its class of `fairClasses`.
 */
export interface StateEdges {
  readonly first: Uint32Array;
  readonly to: Uint32Array;
  readonly label: Uint8Array | Uint16Array;
}

/** A state space that can be asked about runs without end, once it is complete and without findings. */
export interface LiveSpace extends StateSpace {
  /** All edges, in one pass over the states. */
  edges(): Cooperative<StateEdges>;
  /**
   * By state: 1 where condition `condition` of `goalConditions` is true.
   *
   * Throws  ModelError when the condition is wrong in a state.
   */
  judge(condition: number): Uint8Array;
}

/** Arrays for so many states, edges and labels. */
export const noEdges = (states: number, edges: number, labels: number): StateEdges => ({
  first: new Uint32Array(states + 1),
  to: new Uint32Array(edges),
  label: labels <= 256 ? new Uint8Array(edges) : new Uint16Array(edges),
});

/** What the claims about runs ask of a state: two conditions for each of `goalsOf`. */
export const goalConditions = ({ model }: TransitionSystem): readonly AnyExpr[] =>
  goalsOf(model).flatMap(({ from, to }) => [from ?? { kind: 'constant', value: false }, to]);

/**
 * The interpreter's value of a condition of `goalConditions`.
 *
 * Throws  ModelError when it is wrong in the state.
 */
export function isGoalTrue(system: TransitionSystem, condition: number, state: State): boolean {
  const { model } = system;
  const { claim } = goalsOf(model)[condition >> 1]!;
  return authored(`property '${model.liveness![claim]!.name}'`, () =>
    isTrue(goalConditions(system)[condition]!, propertyPlace(state, endsOf(system))),
  );
}
