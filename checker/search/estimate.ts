/** How large a breadth-first search will become, from how the sizes of its levels grow. */

/** The growth of so many levels, or of a third of all where that is more, is extrapolated. */
const fewestLevels = 8;

/** Estimates before the last levels must agree up to this factor. */
const agreement = 1.5;

/** Levels that are still to come, at most. */
const farthest = 10_000;

/**
 * About how many states there will be in all, or null as long as that cannot be told.
 *
 * The growth from level to level is extrapolated as a line on a logarithmic scale, as if levels had the sizes of a bell
 * curve: sums of many independent steps have such sizes.
 *
 * Shape:  `levels[d]` is the number of the first state at depth d; the last level may be incomplete.
 */
export function estimatedStates(levels: readonly number[]): number | null {
  const estimates = [0, 1, 2].map((back) => extrapolated(levels.slice(0, levels.length - back)));
  const known = estimates.filter((one) => one !== null);
  if (known.length < estimates.length || Math.max(...known) > agreement * Math.min(...known)) return null;
  return known[0]!;
}

function extrapolated(levels: readonly number[]): number | null {
  const growths = levels
    .slice(2)
    .map((end, at) => Math.log((end - levels[at + 1]!) / (levels[at + 1]! - levels[at]!)));
  const recent = growths.slice(-Math.max(fewestLevels, Math.ceil(growths.length / 3)));
  if (recent.length < fewestLevels) return null;
  const { start, slope } = lineThrough(recent);
  if (slope >= 0) return null;
  let states = levels.at(-1)!;
  let size = states - levels.at(-2)!;
  for (let ahead = 0; size >= 1; ahead++) {
    if (ahead === farthest) return null;
    size *= Math.exp(start + slope * (recent.length + ahead));
    states += size;
  }
  return states;
}

/** The line of least squares through values at 0, 1, 2 and so on. */
function lineThrough(values: readonly number[]): { readonly start: number; readonly slope: number } {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  const variance = values.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = covariance / variance;
  return { start: mean - slope * middle, slope };
}
