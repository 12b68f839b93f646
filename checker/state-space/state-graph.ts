/** The state graph of a small model, as far as a picture needs it: plain data. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue } from '../interpreter/evaluate.ts';
import { endsOf, isDeadlock, isViolated, propertyPlace } from '../interpreter/interpreter.ts';
import { keyOfState, leadsOn, walkStates, type WalkedState } from './successors.ts';
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

/** All states, breadth first, those behind a violation included; null where there are more than `maxStates`. */
export function* graphOf(system: TransitionSystem, maxStates: number): Cooperative<Graph | null> {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const failures: GraphFailure[] = [];
  const numbers = new Map<string, number>();
  for (const walked of walkStates(system)) {
    if (walked.found > maxStates) return null;
    if (walked.id % 64 === 0) yield;
    numbers.set(keyOfState(walked.state), walked.id);
    nodes.push({ depth: walked.depth, standing: standingOf(system, walked) });
    for (const { edge, firing, to } of walked.edges) {
      const step = { from: walked.id, ...edge, transition: edge.transition.id };
      const claim = firing.error ?? firing.failed;
      if (claim === null) edges.push({ ...step, to });
      else failures.push({ ...step, claim });
    }
  }
  return { nodes, edges, failures, numbers };
}

function standingOf(system: TransitionSystem, { state, edges }: WalkedState): Standing {
  if (isViolated(system, state)) return 'violated';
  if (!edges.every(leadsOn)) return 'failing';
  if (edges.length === 0) return isDeadlock(system, state) ? 'deadlock' : 'end';
  const place = propertyPlace(state, endsOf(system));
  const isReached = system.model.properties.some(
    ({ kind, condition }) => kind === 'reachable' && isTrue(condition, place),
  );
  return isReached ? 'witness' : 'plain';
}
