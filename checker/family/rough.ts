/** Variables that may hold the value of a counter: exact near 0, and "that many or more" beyond. */
import type { AbstractNumber, Interval } from './interval.ts';

/** The largest number of values to enumerate for a cell whose new value is unknown. */
export const mostValues = 64;

/** Rough variables are exact up to this number, on both sides of 0. */
export const mostExact = 4;
/** The representatives of all larger and of all smaller numbers. */
const [larger, smaller] = [mostExact + 1, -mostExact - 1];

/** The representative of a number. It depends on the number alone, so all views of a state have the same. */
export const roughly = (number: number): number => Math.min(Math.max(number, smaller), larger);

/** The numbers that a cell of a rough variable may stand for. */
export const meaningOf = (cell: number, { low, high }: Interval): AbstractNumber =>
  cell === larger ? { low: larger, high } : cell === smaller ? { low, high: smaller } : cell;
