/** When states are compacted, and how a batch is: the host's part of `codegen/visited-set/compact-states.ts`. */
import type { CompiledModel } from '../codegen/compile-model.ts';
import {
  mostNumber,
  type CompactFormat,
  type CompactOptions,
  type PartValues,
} from '../codegen/layout/compact-format.ts';
import { lockAt } from '../codegen/memory-map.ts';

/** The functions of generated code that exist only where states are compact. */
export interface CompactCode {
  readonly dropRecent: () => void;
  /** Compacts the candidates from one on; returns the first with a value that has no number, or -1. */
  readonly compact: (from: number) => number;
  /** Numbers the values of a candidate; returns 0 if a part has no number left. */
  readonly learn: (candidate: number) => number;
  /** Numbers the values of all states from one on; returns the first that a part has no number left for, or `count`. */
  readonly learnStored: (from: number) => number;
  readonly enterValues: () => void;
  readonly convert: (from: number, to: number) => void;
}

export interface CompactingOptions {
  /** The number of states from which on they are compacted. */
  readonly from?: number;
  /** The largest size of a compact state, as a part of the size that it has as words. */
  readonly worth?: number;
  /** The most bits of a number. */
  readonly mostBits?: number;
}

export interface Compacting extends Required<CompactingOptions> {
  readonly compile: (compact: CompactOptions) => CompiledModel;
}

/** Drops recent candidates of a worker and compacts the others; false if a part has no number left for a value of them. */
export function prepareBatch({ dropRecent, compact, learn }: CompactCode, numbers: Int32Array): boolean {
  dropRecent();
  for (let at = compact(0); at >= 0; at = compact(at)) {
    // Workers number values rarely, so that they do not wait long for each other.
    while (Atomics.compareExchange(numbers, lockAt / 4, 0, 1) !== 0);
    const isLearnt = learn(at) !== 0;
    Atomics.store(numbers, lockAt / 4, 0);
    if (!isLearnt) return false;
  }
  return true;
}

/** How much a part grows that has just run out of numbers. */
const growth = 4;

/**
 * By part: how many values the next format has numbers for, at least one more than now, so that no format is followed by
 * another before a further value is found; null where each part has a number left.
 *
 * Shape:  `counts[part]` is the number of its values.
 */
export function knownValues(
  { parts }: CompactFormat,
  counts: ArrayLike<number>,
): readonly PartValues[] | null {
  const isFull = parts.map((stored, at) => stored.isNumbered && counts[at] === mostNumber(stored));
  if (!isFull.includes(true)) return null;
  return parts.map(({ part }, at) => {
    const known = counts[at]! + 1;
    return { part, known, expected: isFull[at]! ? known * growth : known };
  });
}
