/** Tables without lines: columns as wide as their cells, and no spaces at the ends of rows. */
import Table, { type Cell } from 'cli-table3';

interface TableOptions {
  /** The titles of the columns; a title may have several lines. */
  readonly head?: readonly string[];
  /** By column; left where there is none. */
  readonly aligns?: readonly ('left' | 'right')[];
  /** Between columns. */
  readonly gap: string;
}

/** The parts of a frame that cli-table3 would draw. */
const frame = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
];

/** The rows as text; a cell may have several lines, or span columns. */
export function tableText(
  rows: readonly (readonly Cell[])[],
  { head = [], aligns = [], gap }: TableOptions,
): string {
  const table = new Table({
    head: [...head],
    colAligns: [...aligns],
    chars: { ...Object.fromEntries(frame.map((name) => [name, ''])), middle: gap },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
