/** The text of a thread in two columns: kernel code, and its meaning in the model. */
import { printMeaning, printText } from '../language/print.ts';
import { withBlocks, type Block, type Statement } from '../language/statement.ts';
import { statementsOf } from '../language/thread.ts';

export interface ListingRow {
  /** The number of the statement; null for `else` and for the alternatives of an `either`. */
  readonly line: number | null;
  /** Nesting depth. */
  readonly depth: number;
  readonly text: string;
  readonly meaning: string;
}

/** Of a thread in C its lines, without the jumps and temporaries that they become. */
export function listingOf(body: Block): readonly ListingRow[] {
  const isFromC = [...statementsOf(body)].some(({ source }) => source !== undefined);
  return rowsOf(isFromC ? linesOfC(body) : body, 0);
}

const linesOfC = (block: Block): Block =>
  block.filter((statement) => !isGenerated(statement)).map((statement) => withBlocks(statement, linesOfC));

/** Jumps, and assignments of locals that check nothing. */
const isGenerated = (statement: Statement): boolean =>
  statement.kind === 'label' ||
  statement.kind === 'goto' ||
  (statement.kind === 'step' &&
    statement.isSilent === true &&
    !statement.effects.some(({ kind }) => kind === 'assert'));

const rowsOf = (block: Block, depth: number): readonly ListingRow[] =>
  block.flatMap((statement) => rowsOfStatement(statement, depth));

const word = (text: string, depth: number): ListingRow => ({ line: null, depth, text, meaning: '' });

function rowsOfStatement(statement: Statement, depth: number): readonly ListingRow[] {
  const own: ListingRow = {
    line: statement.line,
    depth: statement.kind === 'label' ? 0 : depth,
    text: printText(statement),
    meaning: printMeaning(statement),
  };
  switch (statement.kind) {
    case 'branch':
      return [
        own,
        ...rowsOf(statement.then, depth + 1),
        ...(statement.otherwise.length === 0 ? [] : [word('else', depth)]),
        ...rowsOf(statement.otherwise, depth + 1),
      ];
    case 'either':
      return statement.alternatives.flatMap((alternative, at) => [
        word(at === 0 ? 'either' : 'or', depth),
        ...rowsOf(alternative, depth + 1),
      ]);
    case 'loop':
    case 'forever':
    case 'atomically':
      return [own, ...rowsOf(statement.body, depth + 1)];
    case 'step':
    case 'choose':
    case 'label':
    case 'goto':
    case 'barrier':
    case 'note':
      return [own];
  }
}
