/** The C files in docs/guide/protocols-in-c.md are accepted by gcc, and run natively with the verdict in the text. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gcc, withoutGcc } from '../c/gcc.ts';
import { runNatively } from '../c/native.ts';

const text = readFileSync(new URL('../../docs/guide/protocols-in-c.md', import.meta.url), 'utf8');
const files = [...text.matchAll(/^```c file=(\S+) verdict=(\S+)\n(.*?)^```$/gms)].map(
  ([, name, verdict, source]) => ({ name: name!, verdict: verdict!, source: source! }),
);

test('every block of C is a file that is tried here', () => {
  expect(files.length).toBeGreaterThan(0);
  expect(text.match(/^```c\b/gm)).toHaveLength(files.length);
});

describe.skipIf(withoutGcc)('gcc', () => {
  test.each(files)('accepts $name', ({ source }) => {
    expect(
      gcc(['-fsyntax-only', '-Wall', '-Wextra', '-Werror'], source.replace('#include <racewalk.h>', '')),
    ).toEqual([]);
  });

  // The lookup of a folio that stays frozen repeats until the limit of steps.
  test.each(files)('finds $name $verdict', ({ source, verdict }) => {
    const [broken, fixed] = runNatively([source, { text: source, set: { RELOAD: true } }], { steps: 25 });
    expect(broken!.violated.size > 0 ? 'violated' : 'holds').toBe(verdict);
    expect([...fixed!.violated]).toEqual([]);
    expect([...fixed!.unreached]).toEqual([]);
  });
});
