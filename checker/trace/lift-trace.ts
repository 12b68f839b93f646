/** Lifts a path through canonical states to a run of real copies. */
import { markPredecessors, type Finding, type StateSpace } from '../state-space/state-space.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import type { CompiledSpace } from '../engine/compiled-space.ts';
import { edgesOutOf, leadsOn, type FiredEdge } from '../state-space/successors.ts';
import type { Schedule } from '../state-space/outcome.ts';
import { ofAnyCopy } from './trace.ts';

/**
 * A run whose states have the canonical forms of a path, ending as `finding` does where that shows when an edge fires.
 *
 * It has as many steps as the path, and no run to a state of the same canonical form is shorter when no path is: the
 * canonical forms of the states of any run are a path too. Its switches are not the fewest, for the edges of a path
 * do not tell which of several equal copies moves: search again with `only` this run.
 *
 * Shape:  `path` begins with an initial state; it ends in `finding.state`.
 * Assumes: each state of the path is a successor of the one before; then every state of the same canonical form has
 *          such a successor as well, since permutations of interchangeable copies map edges to edges.
 */
export function liftTrace(
  system: TransitionSystem,
  space: Pick<CompiledSpace, 'numbersOf'>,
  path: readonly number[],
  finding: Finding | null = null,
): Schedule {
  const starts = initialStates(system);
  const initial = space.numbersOf(starts).indexOf(path[0]!);
  const taken: FiredEdge[] = [];
  let state = starts[initial]!;
  for (const next of path.slice(1)) {
    const ways = edgesOutOf(system, state).filter(leadsOn);
    const way = ways[space.numbersOf(ways.map(({ firing }) => firing.state)).indexOf(next)];
    if (way === undefined) throw new Error(`no copy can step from the state like ${taken.length} to ${next}`);
    taken.push(way);
    state = way.firing.state;
  }
  if (finding !== null && 'edge' in finding) taken.push(lastOf(system, state, finding));
  return { initial, edges: taken.map(({ edge }) => edge) };
}

type Stop = Extract<Finding, { readonly kind: 'assertion' | 'error' }>;

/** The edge of some copy that stops as the edge of the finding does; the message names the copy that it is here. */
function lastOf(system: TransitionSystem, state: State, finding: Stop): FiredEdge {
  const { thread, transition, choice } = finding.edge;
  const last = edgesOutOf(system, state).find(
    ({ edge, firing }) =>
      edge.thread === thread &&
      edge.transition === transition &&
      edge.choice === choice &&
      (finding.kind === 'assertion'
        ? firing.failed === finding.claim && firing.error === null
        : firing.error !== null && ofAnyCopy(firing.error) === ofAnyCopy(finding.message)),
  );
  if (last === undefined) throw new Error(`no copy stops as in state ${finding.state}`);
  return last;
}

/**
 * The numbers of the states on a shortest path to a state, the first of equal ones.
 *
 * Shape:  `levels[d]` is the number of the first state at depth d.
 */
export function pathTo(space: StateSpace, levels: readonly number[], target: number): readonly number[] {
  const path = [target];
  for (let level = levels.findLastIndex((start) => start <= target) - 1; level >= 0; level--) {
    const marks = new Uint8Array(space.count);
    marks[path[0]!] = 1;
    const [from, to] = [levels[level]!, levels[level + 1]!];
    markPredecessors(space, from, to, marks);
    path.unshift(marks.indexOf(1, from));
  }
  return path;
}
