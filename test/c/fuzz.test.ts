/** Whatever stands in a file: racewalk reads it or reports mistakes, soon; it neither crashes nor hangs. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { law, runs } from '../depth.ts';
import { mistakesOf } from './protocol.ts';

const folder = fileURLToPath(new URL('./files/', import.meta.url));
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => readFileSync(folder + name, 'utf8').match(/\s+|\w+|"[^"\n]*"|./gs)!);

const strange = [
  '{',
  '}',
  '(',
  ')',
  ';',
  '*',
  '&',
  ',',
  '"',
  "'",
  '#',
  '/*',
  '\\',
  '0x',
  '1e5',
  'struct',
  'union',
];
const words = [
  'goto',
  'case',
  'sizeof',
  'ANY',
  'ATOMICALLY',
  'THREAD',
  'CPU',
  'NULL',
  'x',
  '->',
  '##',
  '...',
  'ä',
  '\0',
];

/** A file with tokens taken out, doubled, moved or replaced. */
const mutated = fc
  .record({
    text: fc.constantFrom(...texts),
    changes: fc.array(
      fc.record({
        at: fc.nat(),
        how: fc.constantFrom('out', 'twice', 'insert', 'replace', 'cut'),
        token: fc.constantFrom(...strange, ...words),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ text, changes }) => {
    const tokens = [...text];
    for (const { at, how, token } of changes) {
      const place = at % Math.max(1, tokens.length);
      if (how === 'out') tokens.splice(place, 1);
      if (how === 'twice') tokens.splice(place, 0, tokens[place] ?? '');
      if (how === 'insert') tokens.splice(place, 0, token);
      if (how === 'replace') tokens[place] = token;
      if (how === 'cut') tokens.splice(place, 3);
    }
    return tokens.join('');
  });

/** Far more than any of these files needs. Units: milliseconds. */
const longest = 5_000;

test('a mutated file is read or refused', law, () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const begin = performance.now();
      expect(mistakesOf(text)).toBeTypeOf('string');
      expect(performance.now() - begin).toBeLessThan(longest);
    }),
    { numRuns: runs(1_500, 30), seed: 2014 },
  );
});

test.each([
  [
    'nested macros',
    `#define A0 1\n${Array.from({ length: 40 }, (_, i) => `#define A${i + 1} A${i} A${i}`).join('\n')}\nint x = A40;`,
  ],
  ['nested blocks', `THREAD(a) ${'{'.repeat(10_000)}${'}'.repeat(10_000)}`],
  ['nested brackets', `int x = ${'('.repeat(10_000)}1${')'.repeat(10_000)};`],
  ['a long file', 'int x;\n'.repeat(2_000_000)],
  ['a long line', `int ${Array.from({ length: 20_000 }, (_, i) => `x${i}`).join(', ')};`],
  [
    'calls that double',
    `${Array.from({ length: 40 }, (_, i) => `static void f${i + 1}(void) { f${i}(); f${i}(); }`).join('\n')}\nint x;\nstatic void f0(void) { x = 1; }\nTHREAD(a) { f40(); }`,
  ],
])('%s: a clear error, soon', (_, text) => {
  const begin = performance.now();
  expect(mistakesOf(text)).toMatch(/test\.c:\d+:\d+: \S/);
  expect(performance.now() - begin).toBeLessThan(2 * longest);
});
