/** Formats numbers. */

/** A number with separators; `toLocaleString` takes twenty milliseconds to load its tables. */
export const count = (number: number): string =>
  String(number).replace(/\B(?<!\..*)(?=(?:\d{3})+(?!\d))/g, ',');

/** Two significant digits, because rates vary. */
export const rounded = (number: number): string => count(Number(number.toPrecision(2)));
