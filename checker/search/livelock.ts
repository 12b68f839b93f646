/** How many states of a finished search cannot end any more: from none of them is a state reached in which nothing can happen. */
import type { StateSpace } from '../state-space/state-space.ts';

/** All edges are made once more for this, so that only as many states are asked as take no time. */
const mostStates = 100_000;

/** Each sweep follows all edges that lead deeper, and one that leads back; more are not made. */
const mostSweeps = 64;

/**
 * The number of such states, or null where it is not worked out.
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
      space.markEnding(levels[level]!, levels[level + 1] ?? space.count, marks);
    ending = marks.reduce((sum, mark) => sum + mark, 0);
  }
  return space.count - ending;
}
