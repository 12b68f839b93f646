/** The numbers of copies that a proof may be limited to, so that no counter of a fixed width wraps. */
import { isFixed } from './affine.ts';
import { largestShare } from './configuration.ts';
import type { Roles } from './roles.ts';

/** Counters that end earlier are those of a protocol, not the width of a type. */
const leastWidth = 2 ** 7;

/**
 * The largest numbers of copies of a thread, from large to small, for which the sums of counters of fixed domain stay in
 * their domains: with `upTo` copies of two threads, and a base. `[null]` if there is no wide one: any number.
 */
export function boundsOf({ counters }: Roles): readonly (number | null)[] {
  const wide = counters.filter(({ high }) => isFixed(high) && high.constant + 1 >= leastWidth);
  const bounds = wide.map(
    ({ high, unit }) => 2 ** Math.floor(Math.log2((high.constant + 1) / (2 * largestShare * unit))),
  );
  const possible = new Set(bounds.filter((bound) => bound >= 1));
  return possible.size === 0 ? [null] : [...possible].sort((a, b) => b - a);
}
