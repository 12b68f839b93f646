/** Explores a state space to its end, past all findings. */
import type { StateSpace } from '../../checker/state-space/state-space.ts';

/** The space with all its states expanded, or null when there are more than `most`. */
export function explore<S extends StateSpace>(space: S, most: number): S | null {
  space.start();
  for (let from = 0; from < space.count;) {
    if (space.count > most) return null;
    const to = space.count;
    space.expand(from, to);
    from = to;
  }
  return space;
}
