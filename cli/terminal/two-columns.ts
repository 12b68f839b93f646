/** Lines of two columns, such as a name and its meaning. */
import { styled } from './output.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** A line of two columns; indentation on the left is kept. */
export type TwoColumns = readonly [left: string, right: string];

/** Two columns, the left as wide as it needs to be within half of the width. */
export function twoColumns(rows: readonly TwoColumns[], width: number): readonly string[] {
  const longest = Math.max(0, ...rows.map(([left]) => left.length));
  const right = Math.min(longest, Math.floor(width / 2)) + 4;
  return rows.flatMap(([left, meaning]) => {
    const hang = left.length - left.trimStart().length + 4;
    const lefts = wrapIndented(left, right - 4, hang);
    const rights = meaning === '' ? [] : wrap(meaning, width - right, 2);
    return Array.from({ length: Math.max(lefts.length, rights.length) }, (_, at) =>
      `  ${(lefts[at] ?? '').padEnd(right - 2)}${styled('cyan', rights[at] ?? '')}`.trimEnd(),
    );
  });
}

/** Like wrap, but keeps the indentation of the first line. */
function wrapIndented(text: string, width: number, hang: number): readonly string[] {
  const indent = text.length - text.trimStart().length;
  const [first = '', ...others] = wrap(text.trimStart(), width - indent, hang - indent);
  return [' '.repeat(indent) + first, ...others.map((line) => ' '.repeat(indent) + line)];
}
