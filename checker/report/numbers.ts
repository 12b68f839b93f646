/** Formats numbers. */

/** A number with separators. */
export const count = (number: number): string => number.toLocaleString('en-US');

/** Two significant digits, because rates vary. */
export const rounded = (number: number): string => count(Number(number.toPrecision(2)));
