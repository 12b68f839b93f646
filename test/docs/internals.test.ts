/** docs/internals/packed-state.md has the layout of the variant of the email. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { layoutOf } from '../../checker/codegen/layout/layout.ts';
import { cellAt, type Field } from '../../checker/codegen/layout/placement.ts';
import { sizeOf } from '../../checker/language/domain.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { model } from '../../models/gup-fast-vs-collapse.ts';

const text = readFileSync(new URL('../../docs/internals/packed-state.md', import.meta.url), 'utf8');

test('the table of bits is the layout', () => {
  const { words, shared, threads } = layoutOf(transitionSystem(model.build()));
  const locals = Object.entries(threads).flatMap(([thread, [copy]]) =>
    Object.entries({ location: copy!.location, ...copy!.locals }).map(
      ([name, field]) => [`${thread}.${name}`, field] as const,
    ),
  );
  const rows = [...Object.entries(shared), ...locals]
    .filter(([, { bits }]) => bits > 0)
    .sort(([, a], [, b]) => a.shift - b.shift)
    .map(([name, field]) => rowOf(name, field));
  expect(words).toBe(1);
  expect(text.match(/^\| \d.*$/gm)).toEqual(rows);
});

function rowOf(name: string, field: Field): string {
  const { shift, bits, length, domain } = field;
  const last = cellAt(field, (length ?? 1) - 1).shift + bits - 1;
  const cells = length === null ? name : Array.from({ length }, (_, at) => `${name}[${at}]`).join(', ');
  const each = length === null || length === 1 ? '' : ' each';
  return `| ${last === shift ? shift : `${shift}..${last}`} | ${cells} | ${sizeOf(domain)}${each} |`;
}
