/** Numbers as people read them. */

/** A number with separators, as people read it. */
export const count = (number: number): string => number.toLocaleString('en-US');

/** Two digits that mean something: a rate varies from run to run. */
export const rounded = (number: number): string => count(Number(number.toPrecision(2)));
