/** The state graph of a small model, as far as a picture needs it. */
import type { TransitionTable } from '../../../checker/analysis/transition-table.ts';
import type { State } from '../../../checker/state/evaluate.ts';
import { isTrue } from '../../../checker/state/evaluate.ts';
import { endsOf, initialStates, propertyPlace } from '../../../checker/state/interpret.ts';
import { edgesOutOf } from '../../../checker/search/interpreted-edges.ts';
import { isDeadlock } from '../../../checker/search/interpreted-space.ts';
import type { Steps } from '../../../checker/search/steps.ts';

/**
 * What the properties say of a state: `violated` an invariant is false, `failing` some step out of it fails an
 * assertion or shows a mistake, `witness` something that must be reachable is reached, `end` nothing is left to do.
 */
export type Standing = 'violated' | 'failing' | 'deadlock' | 'witness' | 'end' | 'plain';

export interface GraphNode {
  readonly depth: number;
  readonly standing: Standing;
}

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly thread: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** The number of a state by its text, as `keyOfState` gives it. */
  readonly numbers: ReadonlyMap<string, number>;
}

export const keyOfState = (state: State): string => JSON.stringify(state);

/** All states, breadth first; null where there are more than `maxStates`. Violating states are not expanded: no search does. */
export function* graphOf(table: TransitionTable, maxStates: number): Steps<Graph | null> {
  const states: { readonly state: State; readonly depth: number }[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (state: State, depth: number) => {
    const key = keyOfState(state);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    return states.push({ state, depth }) - 1;
  };
  for (const state of initialStates(table)) numberOf(state, 0);
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (let at = 0; at < states.length; at++) {
    if (states.length > maxStates) return null;
    if (at % 64 === 0) yield;
    const { state, depth } = states[at]!;
    const out = edgesOutOf(table, state);
    const leading = out.filter(({ firing }) => firing.failed === null && firing.error === null);
    nodes.push({ depth, standing: standingOf(table, state, out.length > leading.length) });
    for (const { edge, firing } of leading)
      edges.push({ from: at, to: numberOf(firing.state, depth + 1), thread: edge.thread });
  }
  return { nodes, edges, numbers };
}

function standingOf(table: TransitionTable, state: State, fails: boolean): Standing {
  const place = propertyPlace(state, endsOf(table));
  const { properties } = table.model;
  if (properties.some(({ kind, condition }) => kind === 'always' && !isTrue(condition, place)))
    return 'violated';
  if (fails) return 'failing';
  if (edgesOutOf(table, state).length === 0) return isDeadlock(table, state) ? 'deadlock' : 'end';
  return properties.some(({ kind, condition }) => kind === 'reachable' && isTrue(condition, place))
    ? 'witness'
    : 'plain';
}
