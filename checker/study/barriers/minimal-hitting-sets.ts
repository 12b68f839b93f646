/** The smallest sets that are enough, where adding to a set that is enough never spoils it. */
import type { Cooperative } from '../../state-space/cooperative.ts';

/** Whether a set is enough, is known not to be, or neither. */
export type Judgement = 'enough' | 'lacking' | 'open';

export interface MinimalHittingSets<T> {
  /** Each is enough, and every part of it lacks something. */
  readonly sets: readonly ReadonlySet<T>[];
  /** True when something remained open, so that sets may be missing. */
  readonly undecided: boolean;
}

/**
 * All smallest sets of the items that are enough; none when even all items together are not.
 *
 * An item without which all others lack something is in every set. A set that lacks something is made as large as it can be while it does: of the items outside, every set that is enough
 * has one. The smallest ways to have one of each are tried next; what passes is smallest, since all its parts are
 * within sets that lack something.
 *
 * Assumes: with more items a set that is enough stays so.
 * Source:  the hitting-set duality of Reiter, A theory of diagnosis from first principles (Artificial Intelligence 32, 1987)
 */
export function* minimalHittingSets<T>(
  items: readonly T[],
  judge: (set: ReadonlySet<T>) => Cooperative<Judgement>,
): Cooperative<MinimalHittingSets<T>> {
  const whole = yield* judge(new Set(items));
  if (whole !== 'enough') return { sets: [], undecided: whole === 'open' };
  const enough: ReadonlySet<T>[] = [];
  let undecided = false;
  const required = new Set<T>();
  for (const item of items)
    if ((yield* judge(new Set(items.filter((other) => other !== item)))) === 'lacking') required.add(item);
  let candidates: readonly ReadonlySet<T>[] = [required];
  for (let next = candidates[0]; next !== undefined; next = candidates[0]) {
    const judgement = yield* judge(next);
    if (judgement === 'lacking') {
      const outside = yield* outsideOfLargest(items, next, judge);
      candidates = hitting([...candidates, ...enough], outside).filter((set) => !enough.includes(set));
      continue;
    }
    if (judgement === 'enough') enough.push(next);
    undecided ||= judgement === 'open';
    candidates = candidates.slice(1);
  }
  return { sets: enough, undecided };
}

/** The items outside of the largest set around this one that still lacks something. */
function* outsideOfLargest<T>(
  items: readonly T[],
  lacking: ReadonlySet<T>,
  judge: (set: ReadonlySet<T>) => Cooperative<Judgement>,
): Cooperative<readonly T[]> {
  let largest = lacking;
  for (const item of items) {
    if (largest.has(item)) continue;
    const larger = new Set([...largest, item]);
    if ((yield* judge(larger)) === 'lacking') largest = larger;
  }
  return items.filter((item) => !largest.has(item));
}

/** The smallest sets that contain one of these sets and have one of the items. */
function hitting<T>(sets: readonly ReadonlySet<T>[], items: readonly T[]): readonly ReadonlySet<T>[] {
  const hits = sets.filter((set) => items.some((item) => set.has(item)));
  const extended = sets
    .filter((set) => !hits.includes(set))
    .flatMap((set) => items.map((item) => new Set([...set, item])));
  return [...hits, ...extended.filter((set) => !hits.some((hit) => [...hit].every((item) => set.has(item))))];
}
