/** Values that are not known exactly: an interval of numbers, where false is 0 and true is 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type Value = number | Interval;

/** A condition that may be either. */
export const either: Interval = { low: 0, high: 1 };

export const lowest = (value: Value): number => (typeof value === 'number' ? value : value.low);
export const highest = (value: Value): number => (typeof value === 'number' ? value : value.high);
export const between = (low: number, high: number): Value => (low === high ? low : { low, high });
export const mayBeTrue = (value: Value): boolean => highest(value) >= 1;
export const mayBeFalse = (value: Value): boolean => lowest(value) <= 0;

export const negated = (value: Value): Value => (typeof value === 'number' ? Number(value === 0) : either);

export const plus = (a: Value, b: Value): Value => between(lowest(a) + lowest(b), highest(a) + highest(b));
export const minus = (a: Value, b: Value): Value => between(lowest(a) - highest(b), highest(a) - lowest(b));

export function equal(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return Number(a === b);
  return lowest(a) > highest(b) || lowest(b) > highest(a) ? 0 : either;
}

export function less(a: Value, b: Value): Value {
  if (highest(a) < lowest(b)) return 1;
  return lowest(a) >= highest(b) ? 0 : either;
}

export const joined = (a: Value, b: Value): Value =>
  between(Math.min(lowest(a), lowest(b)), Math.max(highest(a), highest(b)));
