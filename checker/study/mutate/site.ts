/** A statement where it stands, and what a mutation does to it. */
import type { Statement, Block } from '../../language/statement.ts';
import type { Edits } from './edited.ts';
import { printText } from '../../language/print.ts';

/** A statement in the block where it stands. */
export interface StatementSite {
  readonly statement: Statement;
  readonly block: Block;
  readonly at: number;
  /** Whether an atomic block is around it: others see nothing of the order in there. */
  readonly atomic: boolean;
}

/** One thing that can be done to a statement. */
export interface Change {
  /** In words that follow the statement's text: 'left out', 'never taken'. */
  readonly change: string;
  readonly edits: Edits;
  /** Sequential consistency is blind to it: only a weaker memory model can tell. */
  readonly ofMemory?: true;
}

/** What an operator makes of a statement: every change of its kind. */
export type MutationOperator = (site: StatementSite) => readonly Change[];

/** The text of a statement, with its number where others read alike; of an atomic block, that of its first step. */
export function titleOf(statement: Statement): string {
  const [first] = statement.kind === 'atomically' ? statement.body.filter(({ kind }) => kind !== 'note') : [];
  if (first !== undefined) return titleOf(first);
  return `${printText(statement)}${statement.nth > 1 ? ` #${statement.nth}` : ''}`;
}
