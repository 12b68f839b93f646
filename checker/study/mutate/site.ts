/** Statements in their context, and changes to them. */
import type { Statement, Block } from '../../language/statement.ts';
import type { Edits } from './edited.ts';
import { printText } from '../../language/print.ts';

/** A statement in its block. */
export interface StatementSite {
  readonly statement: Statement;
  readonly block: Block;
  readonly at: number;
  /** Whether it is in an atomic block, where order is invisible to others. */
  readonly atomic: boolean;
  /** The shared variables that are no memory. */
  readonly ghosts: ReadonlySet<string>;
}

/** One mutation of a statement. */
export interface Change {
  /** A phrase after the statement's text: 'left out', 'never taken'. */
  readonly change: string;
  readonly edits: Edits;
  /** It has no effect under sequential consistency. */
  readonly ofMemory?: true;
}

/** Returns all mutations of one kind. */
export type MutationOperator = (site: StatementSite) => readonly Change[];

/** The text of a statement, numbered if others are equal; for an atomic block, that of its first step. */
export function titleOf(statement: Statement): string {
  const [first] = statement.kind === 'atomically' ? statement.body.filter(({ kind }) => kind !== 'note') : [];
  if (first !== undefined) return titleOf(first);
  // A line of C is named by its number.
  const isNumbered = statement.nth > 1 && statement.source === undefined;
  return `${printText(statement)}${isNumbered ? ` #${statement.nth}` : ''}`;
}
