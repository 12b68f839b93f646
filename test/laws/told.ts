/** All the results of a state space. */
import { markPredecessors, type StateSpace } from '../../checker/state-space/state-space.ts';

/** The states whose edges are compared one by one; of the others, their number and targets. */
const closely = 60;

/** The answers of a space to all questions of a search, in the order of its numbers. */
export function told(space: StateSpace) {
  const ids = Array.from({ length: space.count }, (_, id) => id);
  const edgesOf = (id: number) =>
    space.successors(id).map(({ edge, to }) => ({ ...edge, transition: edge.transition.id, to }));
  return {
    count: space.count,
    transitions: space.transitions,
    fired: Array.from(space.fired),
    reached: [...space.reached].sort(),
    findings: space.findings,
    states: ids.map((id) => space.state(id)),
    successors: ids.slice(0, closely).map(edgesOf),
    marks: marked(space),
    countedOnce: space.transitions,
  };
}

/** Marks backwards from the last state, in pieces. */
function marked(space: StateSpace): readonly number[] {
  const marks = new Uint8Array(space.count);
  marks[space.count - 1] = 1;
  const cuts = [space.count - 1, space.count - Math.min(closely, space.count), 0];
  for (const [at, to] of cuts.entries()) markPredecessors(space, cuts[at + 1] ?? 0, to, marks);
  return [...marks];
}
