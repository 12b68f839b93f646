/** Sets of numbers, over-approximated: exact within 0 .. 31, beyond that an interval. */

/** All of `low` .. `high`, or of the numbers whose bits are set where the set lies within 0 .. 31. */
export interface ValueSet {
  readonly low: number;
  readonly high: number;
  /** Bit v stands for v; 0 for an interval that is not within 0 .. 31, and for the empty set. */
  readonly bits: number;
}

const small = new Map<number, ValueSet>();

export const empty: ValueSet = { low: 0, high: -1, bits: 0 };
/** More than any number of a model can be. */
export const everything: ValueSet = { low: -(2 ** 54), high: 2 ** 54, bits: 0 };

/** The set of the numbers whose bits are set. */
export function ofBits(bits: number): ValueSet {
  if (bits === 0) return empty;
  let set = small.get(bits);
  if (set === undefined) {
    set = { low: 31 - Math.clz32(bits & -bits), high: 31 - Math.clz32(bits), bits };
    small.set(bits, set);
  }
  return set;
}

const upTo = (value: number) => (value === 31 ? -1 : (1 << (value + 1)) - 1);

export function interval(low: number, high: number): ValueSet {
  if (low > high) return empty;
  if (low >= 0 && high <= 31) return ofBits(upTo(high) & ~(low === 0 ? 0 : upTo(low - 1)));
  return { low, high, bits: 0 };
}

export const single = (value: number): ValueSet => interval(value, value);

export function setOf(values: readonly number[]): ValueSet {
  if (values.length === 0) return empty;
  if (values.every((value) => value >= 0 && value <= 31))
    return ofBits(values.reduce((bits, value) => bits | (1 << value), 0));
  return interval(Math.min(...values), Math.max(...values));
}

export const isEmpty = (set: ValueSet): boolean => set.low > set.high;
export const isSingle = (set: ValueSet): boolean => set.low === set.high;
export const has = (set: ValueSet, value: number): boolean =>
  set.bits === 0
    ? value >= set.low && value <= set.high
    : value >= 0 && value <= 31 && (set.bits & (1 << value)) !== 0;

/** The number of values. */
export function sizeOf({ low, high, bits }: ValueSet): number {
  if (bits === 0) return high - low + 1;
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

/** All values, ascending. */
export const valuesOf = (set: ValueSet): readonly number[] =>
  Array.from({ length: set.high - set.low + 1 }, (_, at) => set.low + at).filter((value) => has(set, value));

export const sameSet = (a: ValueSet, b: ValueSet): boolean =>
  a.low === b.low && a.high === b.high && a.bits === b.bits;

export const overlap = (a: ValueSet, b: ValueSet): boolean => !isEmpty(meet(a, b));

/** Whether all of `a` is surely in `b`, where `b` is exact. */
export const within = (a: ValueSet, b: ValueSet): boolean =>
  isEmpty(a) ||
  (b.bits === 0 ? a.low >= b.low && a.high <= b.high : a.bits !== 0 && (a.bits & ~b.bits) === 0);

export function join(a: ValueSet, b: ValueSet): ValueSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  if (a.bits !== 0 && b.bits !== 0) return (a.bits | b.bits) === a.bits ? a : ofBits(a.bits | b.bits);
  return interval(Math.min(a.low, b.low), Math.max(a.high, b.high));
}

export function meet(a: ValueSet, b: ValueSet): ValueSet {
  if (a.bits !== 0 && b.bits !== 0) return ofBits(a.bits & b.bits);
  const between = interval(Math.max(a.low, b.low), Math.min(a.high, b.high));
  const exact = a.bits | b.bits;
  return exact === 0 || isEmpty(between) ? between : ofBits(between.bits & exact);
}

export function without(set: ValueSet, value: number): ValueSet {
  if (set.bits !== 0) return value >= 0 && value <= 31 ? ofBits(set.bits & ~(1 << value)) : set;
  if (value === set.low) return interval(set.low + 1, set.high);
  return value === set.high ? interval(set.low, set.high - 1) : set;
}

/** All sums; where both have gaps, the gaps may be filled. */
export function plus(a: ValueSet, b: ValueSet): ValueSet {
  if (isEmpty(a) || isEmpty(b)) return empty;
  const [low, high] = [a.low + b.low, a.high + b.high];
  const shift = isSingle(b) ? b.low : isSingle(a) ? a.low : null;
  const bits = isSingle(b) ? a.bits : b.bits;
  if (shift === null || bits === 0 || low < 0 || high > 31) return interval(low, high);
  return ofBits(shift >= 0 ? bits << shift : bits >>> -shift);
}

export const negated = (set: ValueSet): ValueSet => (isEmpty(set) ? empty : interval(-set.high, -set.low));

/**
 * The set after it grew from `before`: what still grows runs to the end of its domain at once.
 *
 * Assumes:  `domain` contains both.
 */
export function widened(before: ValueSet, grown: ValueSet, domain: ValueSet): ValueSet {
  const low = grown.low < before.low ? domain.low : grown.low;
  const high = grown.high > before.high ? domain.high : grown.high;
  if (low === grown.low && high === grown.high) return grown;
  return join(grown, meet(domain, interval(low, high)));
}

/** Sums grow without bound where a loop counts; a sum past this is unknown. */
const largestSum = 1_000;

export const bounded = (sum: ValueSet): ValueSet =>
  sum.low < -largestSum || sum.high > largestSum ? everything : sum;

/** Truth of a condition: 0, 1 or both. */
export const either = ofBits(3);
export const truth = (canBeTrue: boolean, canBeFalse: boolean): ValueSet =>
  ofBits((canBeTrue ? 2 : 0) | (canBeFalse ? 1 : 0));
