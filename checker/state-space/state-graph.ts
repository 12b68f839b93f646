/** The state graph of a small model, as far as a picture needs it: plain data. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import { endsOf, initialStates, propertyPlace } from '../interpreter/interpreter.ts';
import { edgesOutOf, leadsOn } from './successors.ts';
import { isDeadlock } from './interpreted-space.ts';
import type { Cooperative } from './cooperative.ts';

/**
 * What the properties say of a state: `violated` an invariant is false, `failing` some step out of it fails an
 * assertion or shows a mistake, `witness` something that must be reachable is reached, `end` nothing is left to do.
 */
export type Standing = 'violated' | 'failing' | 'deadlock' | 'witness' | 'end' | 'plain';

export interface GraphNode {
  readonly depth: number;
  readonly standing: Standing;
}

/** A step out of a state: as `Edge`, with its transition by number. */
export interface GraphStep {
  readonly from: number;
  readonly thread: number;
  readonly replica: number;
  readonly transition: number;
  readonly choice: number;
}

export interface GraphEdge extends GraphStep {
  readonly to: number;
}

/** A step that leads nowhere: an assertion fails in it, or a mistake of the author shows. */
export interface GraphFailure extends GraphStep {
  readonly claim: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly failures: readonly GraphFailure[];
  /** The number of a state by its text, as `keyOfState` gives it. */
  readonly numbers: ReadonlyMap<string, number>;
}

export const keyOfState = (state: State): string => JSON.stringify(state);

/** All states, breadth first, those behind a violation included; null where there are more than `maxStates`. */
export function* graphOf(system: TransitionSystem, maxStates: number): Cooperative<Graph | null> {
  const states: { readonly state: State; readonly depth: number }[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (state: State, depth: number) => {
    const key = keyOfState(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    return states.push({ state, depth }) - 1;
  };
  for (const state of initialStates(system)) numberOf(state, 0);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const failures: GraphFailure[] = [];
  for (let at = 0; at < states.length; at++) {
    if (states.length > maxStates) return null;
    if (at % 64 === 0) yield;
    const { state, depth } = states[at]!;
    const out = edgesOutOf(system, state);
    nodes.push({ depth, standing: standingOf(system, state, !out.every(leadsOn)) });
    for (const { edge, firing } of out) {
      const step = { from: at, ...edge, transition: edge.transition.id };
      const claim = firing.error ?? firing.failed;
      if (claim === null) edges.push({ ...step, to: numberOf(firing.state, depth + 1) });
      else failures.push({ ...step, claim });
    }
  }
  return { nodes, edges, failures, numbers };
}

function standingOf(system: TransitionSystem, state: State, fails: boolean): Standing {
  const place = propertyPlace(state, endsOf(system));
  const { properties } = system.model;
  if (properties.some(({ kind, condition }) => kind === 'always' && !isTrue(condition, place)))
    return 'violated';
  if (fails) return 'failing';
  if (edgesOutOf(system, state).length === 0) return isDeadlock(system, state) ? 'deadlock' : 'end';
  return properties.some(({ kind, condition }) => kind === 'reachable' && isTrue(condition, place))
    ? 'witness'
    : 'plain';
}
