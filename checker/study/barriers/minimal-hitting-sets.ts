/** Minimal sufficient sets of a monotone predicate. */
import type { Cooperative } from '../../state-space/cooperative.ts';

/** Whether a set is sufficient, insufficient, or undecided. */
export type Judgement = 'enough' | 'lacking' | 'open';

export interface MinimalHittingSets<T> {
  /** Each is sufficient, and every proper subset is not. */
  readonly sets: readonly ReadonlySet<T>[];
  /** True: a judgement was open, so that sets may be missing. */
  readonly undecided: boolean;
}

/**
 * All minimal sufficient sets of the items; none if all items together are insufficient.
 *
 * An item without which all others are insufficient is in every set.
 * Every insufficient set is extended to a maximal one; every sufficient set contains an item outside of it. The
 * minimal hitting sets of these complements are tried next; one that is sufficient is minimal, because its proper
 * subsets are within insufficient sets.
 *
 * Assumes: every superset of a sufficient set is sufficient.
 * Source:  the hitting-set duality of Reiter, A theory of diagnosis from first principles (Artificial Intelligence 32,
 *          1987)
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

/** The complement of a maximal insufficient superset. */
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

/** The minimal supersets of these sets that contain one of the items. */
function hitting<T>(sets: readonly ReadonlySet<T>[], items: readonly T[]): readonly ReadonlySet<T>[] {
  const hits = sets.filter((set) => items.some((item) => set.has(item)));
  const extended = sets
    .filter((set) => !hits.includes(set))
    .flatMap((set) => items.map((item) => new Set([...set, item])));
  return [...hits, ...extended.filter((set) => !hits.some((hit) => [...hit].every((item) => set.has(item))))];
}
