/** Counts the states of a complete search from which no terminal state is reachable. */
import { markEnding, type StateSpace } from '../state-space/state-space.ts';

/** Larger searches are skipped, because all edges are enumerated again. */
const mostStates = 100_000;

/** Each sweep follows all edges to deeper levels and one back edge. */
const mostSweeps = 64;

/**
 * The number of such states; null: not computed.
 *
 * Shape:  `levels[d]` is the number of the first state at depth d.
 */
export function livelockedStates(space: StateSpace, levels: readonly number[]): number | null {
  if (space.count > mostStates) return null;
  const marks = new Uint8Array(space.count);
  let before = -1;
  let ending = 0;
  for (let sweeps = 0; ending > before; sweeps++) {
    if (sweeps === mostSweeps) return null;
    before = ending;
    for (let level = levels.length - 1; level >= 0; level--)
      markEnding(space, levels[level]!, levels[level + 1] ?? space.count, marks);
    ending = marks.reduce((sum, mark) => sum + mark, 0);
  }
  return space.count - ending;
}
