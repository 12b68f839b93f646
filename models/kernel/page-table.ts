/** Page table entries, reduced to the values that the protocols distinguish. */
import type { Domain } from 'racewalk';
import { values } from 'racewalk';

/** A pmd: nothing, a table of ptes, or a huge page. */
export const Pmd = values('none', 'table', 'huge');
export type Pmd = typeof Pmd extends Domain<infer V> ? V : never;

/** A pte: nothing, or a page. */
export const Pte = values('none', 'present');
export type Pte = typeof Pte extends Domain<infer V> ? V : never;
