/** Intervals of integers: bounds of what arithmetic may result in. */
import { mostResult, mostShift } from './arithmetic.ts';
import type { ArithmeticOperator } from './expression.ts';

/** The integers from `low` to `high`, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const hull = (values: readonly number[]): Interval => ({
  low: Math.min(...values),
  high: Math.max(...values),
});

export const isWithin = (inner: Interval, outer: Interval): boolean =>
  inner.low >= outer.low && inner.high <= outer.high;

/** The part of the interval that results may lie in. */
export const limited = ({ low, high }: Interval): Interval => ({
  low: Math.min(Math.max(low, -mostResult), mostResult),
  high: Math.max(Math.min(high, mostResult), -mostResult),
});

/** The numbers of so many bits. */
export const ofBits = (bits: number, signed: boolean): Interval =>
  signed ? { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 } : { low: 0, high: 2 ** bits - 1 };

/**
 * Bounds of all results of operands from these intervals.
 *
 * Sound for:  operands without a result, which count for nothing; results of any length, rounded outside of 53 bits.
 */
export function intervalOf(operator: ArithmeticOperator, left: Interval, right: Interval): Interval {
  switch (operator) {
    case '+':
      return { low: left.low + right.low, high: left.high + right.high };
    case '-':
      return { low: left.low - right.high, high: left.high - right.low };
    case '*':
      return corners(left, [right.low, right.high], (a, b) => a * b + 0);
    case '/':
      return quotients(left, right);
    case '%':
      return remainders(left, right);
    case '&':
      return bitwise(left, right, (a, b) => {
        if (a.low >= 0 && b.low >= 0) return { low: 0, high: Math.min(a.high, b.high) };
        if (a.low >= 0) return { low: 0, high: a.high };
        return b.low >= 0 ? { low: 0, high: b.high } : null;
      });
    case '|':
    case '^':
      return bitwise(left, right, () => null);
    case '<<':
      return corners(left, amounts(right), (a, b) => a * 2 ** b);
    case '>>':
      return corners(left, amounts(right), (a, b) => Math.floor(a / 2 ** b));
  }
}

/** Bounds of a function that grows or falls with the left operand, and with the right one between those given. */
const corners = (
  { low, high }: Interval,
  right: readonly number[],
  result: (left: number, right: number) => number,
): Interval => hull([low, high].flatMap((left) => right.map((other) => result(left, other))));

const amounts = ({ low, high }: Interval) =>
  [low, high].map((amount) => Math.min(Math.max(amount, 0), mostShift));

function quotients(left: Interval, { low, high }: Interval): Interval {
  const divisors = [low, high, -1, 1].filter((one) => one !== 0 && one >= low && one <= high);
  if (divisors.length === 0) return { low: 0, high: 0 };
  return corners(left, divisors, (a, b) => (a - (a % b)) / b + 0);
}

function remainders(left: Interval, right: Interval): Interval {
  const most = Math.max(Math.abs(right.low), Math.abs(right.high), 1) - 1;
  return { low: Math.max(Math.min(left.low, 0), -most), high: Math.min(Math.max(left.high, 0), most) };
}

/** Bounds by the number of bits where `closer` has none. */
function bitwise(
  left: Interval,
  right: Interval,
  closer: (left: Interval, right: Interval) => Interval | null,
): Interval {
  const close = closer(left, right);
  if (close !== null) return close;
  const { low, high } = hull([left.low, left.high, right.low, right.high]);
  let size = 1;
  while (low < -size || high >= size) size *= 2;
  return { low: low < 0 ? -size : 0, high: size - 1 };
}
