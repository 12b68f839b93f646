/** Comparisons, and what each tells of one side when the other is known as a set. */
import * as sets from './value-set.ts';
import type { ValueSet } from './value-set.ts';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
/** True exactly where the comparison is false. */
export const opposite: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
/** The same with its sides exchanged. */
export const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const least = -(2 ** 32);
const most = 2 ** 32;

/** Values to be kept: a set, or all but one. */
export type Kept = ValueSet | { readonly not: number };

/** The values x for which `x comparison y` is true for some y of the set. */
export function satisfying(comparison: ComparisonOperator, set: ValueSet): Kept {
  const { low, high } = set;
  switch (comparison) {
    case '==':
      return set;
    case '!=':
      return low === high ? { not: low } : sets.interval(least, most);
    case '<':
      return sets.interval(least, high - 1);
    case '<=':
      return sets.interval(least, high);
    case '>':
      return sets.interval(low + 1, most);
    case '>=':
      return sets.interval(low, most);
  }
}
