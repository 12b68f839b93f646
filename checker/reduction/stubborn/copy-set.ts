/** Sets of copies of threads: a bit for each copy, by its number. */

/** The copies 0 .. 31 and 32 .. 63. */
export interface CopySet {
  readonly low: number;
  readonly high: number;
}

/** Copies that have a bit. */
export const mostCopies = 64;

export const noCopies: CopySet = { low: 0, high: 0 };
/** All copies, also those that have no bit. */
export const allCopies: CopySet = { low: -1, high: -1 };

/** A shift uses the last five bits of its distance: the same bit in both halves. */
const bitOf = (copy: number) => 1 << copy;

export const has = ({ low, high }: CopySet, copy: number): boolean =>
  ((copy < 32 ? low : high) & bitOf(copy)) !== 0;

export const adding = ({ low, high }: CopySet, copy: number): CopySet =>
  copy < 32 ? { low: low | bitOf(copy), high } : { low, high: high | bitOf(copy) };

export const without = ({ low, high }: CopySet, copy: number): CopySet =>
  copy < 32 ? { low: low & ~bitOf(copy), high } : { low, high: high & ~bitOf(copy) };

export const only = (copy: number): CopySet => adding(noCopies, copy);

/** The copies 0 .. `count - 1`. */
export const upTo = (count: number): CopySet =>
  Array.from({ length: count }, (_, copy) => copy).reduce(adding, noCopies);

export const union = (a: CopySet, b: CopySet): CopySet => ({ low: a.low | b.low, high: a.high | b.high });

export const common = (a: CopySet, b: CopySet): CopySet => ({ low: a.low & b.low, high: a.high & b.high });

export const complement = ({ low, high }: CopySet): CopySet => ({ low: ~low, high: ~high });

export const areSame = (a: CopySet, b: CopySet): boolean => a.low === b.low && a.high === b.high;

export const isNone = ({ low, high }: CopySet): boolean => (low | high) === 0;

export const isOneAtMost = ({ low, high }: CopySet): boolean =>
  (low & (low - 1)) === 0 && (high & (high - 1)) === 0 && (low === 0 || high === 0);
