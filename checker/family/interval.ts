/** An interval of possible values; false is 0 and true is 1. */
import { lowestBits } from '../language/arithmetic.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type AbstractNumber = number | Interval;

/** An unknown condition. */
export const either: Interval = { low: 0, high: 1 };

export const lowest = (value: AbstractNumber): number => (typeof value === 'number' ? value : value.low);
export const highest = (value: AbstractNumber): number => (typeof value === 'number' ? value : value.high);
export const between = (low: number, high: number): AbstractNumber => (low === high ? low : { low, high });
export const mayBeTrue = (value: AbstractNumber): boolean => highest(value) >= 1;
export const mayBeFalse = (value: AbstractNumber): boolean => lowest(value) <= 0;

export const negated = (value: AbstractNumber): AbstractNumber =>
  typeof value === 'number' ? Number(value === 0) : either;

export const plus = (a: AbstractNumber, b: AbstractNumber): AbstractNumber =>
  between(lowest(a) + lowest(b), highest(a) + highest(b));
export const minus = (a: AbstractNumber, b: AbstractNumber): AbstractNumber =>
  between(lowest(a) - highest(b), highest(a) - lowest(b));

export function equal(a: AbstractNumber, b: AbstractNumber): AbstractNumber {
  if (typeof a === 'number' && typeof b === 'number') return Number(a === b);
  return lowest(a) > highest(b) || lowest(b) > highest(a) ? 0 : either;
}

export function less(a: AbstractNumber, b: AbstractNumber): AbstractNumber {
  if (highest(a) < lowest(b)) return 1;
  return lowest(a) >= highest(b) ? 0 : either;
}

export const joined = (a: AbstractNumber, b: AbstractNumber): AbstractNumber =>
  between(Math.min(lowest(a), lowest(b)), Math.max(highest(a), highest(b)));

/** The numbers of both; one of them if there are none. */
export function common(a: AbstractNumber, b: AbstractNumber): AbstractNumber {
  const [low, high] = [Math.max(lowest(a), lowest(b)), Math.min(highest(a), highest(b))];
  return low <= high ? between(low, high) : a;
}

/** A type of C: the integers of so many bits. */
export interface Bits {
  readonly bits: number;
  readonly signed: boolean;
}

/** The least and the largest number of a type. */
export const endsOf = ({ bits, signed }: Bits): Interval =>
  signed ? { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 } : { low: 0, high: 2 ** bits - 1 };

export const isInside = (value: AbstractNumber, { low, high }: Interval): boolean =>
  lowest(value) >= low && highest(value) <= high;

/** The value modulo 2^bits: itself if no value wraps, and any number of the type if some may. */
export function wrapped(value: AbstractNumber, type: Bits): AbstractNumber {
  const ends = endsOf(type);
  if (isInside(value, ends)) return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? lowestBits(value, type) : ends;
}
