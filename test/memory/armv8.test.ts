/** `weak` against ARMv8 as its axioms have it: the same states, but for what is named here. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runLitmus } from '../../checker/litmus/run.ts';
import { compared } from './against-armv8.ts';
import type { Acquire } from './armv8-axioms.ts';
import { program, sourceOf } from './litmus-program.ts';

const folder = fileURLToPath(new URL('../litmus/files/', import.meta.url));

describe('on the litmus files', () => {
  test.each<[Acquire, readonly string[]]>([
    ['ldapr', []],
    ['ldar', ['SB+rel-acq.litmus']],
  ])('with %s, weak ends in the same states but for %j', (acquire, expected) => {
    const different = readdirSync(folder).filter((file) => {
      const { tooStrong, tooWeak } = compared(readFileSync(`${folder}${file}`, 'utf8'), 'weak', acquire);
      expect(tooStrong).toEqual([]);
      return tooWeak.length > 0;
    });
    expect(different).toEqual(expected);
  });
});

test('on random programs weak ends in the same states, and PSO lacks some', { timeout: 120_000 }, () => {
  // What the programs show is counted: a generator of programs without races would prove nothing.
  const seen = { several: 0, beyondSc: 0, psoTooStrong: 0 };
  fc.assert(
    fc.property(program.map(sourceOf), (source) => {
      const { machine, tooStrong, tooWeak } = compared(source, 'weak', 'ldapr');
      expect({ tooStrong, tooWeak }).toEqual({ tooStrong: [], tooWeak: [] });
      if (machine > 1) seen.several += 1;
      if (machine > runLitmus(source, 'sc').states.length) seen.beyondSc += 1;
      if (compared(source, 'pso', 'ldapr').tooStrong.length > 0) seen.psoTooStrong += 1;
    }),
    { numRuns: 80, seed: 2018 },
  );
  expect(seen.several).toBeGreaterThan(50);
  expect(seen.beyondSc).toBeGreaterThan(10);
  expect(seen.psoTooStrong).toBeGreaterThan(2);
});

/** Where weak is too strong: docs/memory-models.md names each. A case that is mended belongs into the random programs. */
test.each<[string, string, string, readonly string[]]>([
  [
    'a load, a store to its cell, and a read of that store which something depends on',
    'r0 = READ_ONCE(*y); WRITE_ONCE(*y, 1); r1 = READ_ONCE(*y); WRITE_ONCE(*x, r1);',
    'r0 = READ_ONCE(*x); r1 = 0; smp_mb(); WRITE_ONCE(*y, 2);',
    ['[2,1,1,0,1]'],
  ],
  [
    'what depends on the value of a relaxed atomic operation',
    'r0 = xchg_relaxed(y, 1); r1 = 0; WRITE_ONCE(*x, r0 + 1);',
    'r0 = READ_ONCE(*x); smp_mb(); r1 = READ_ONCE(*y);',
    ['[0,0,1,0,1]'],
  ],
  [
    'a load before a cmpxchg() that fails',
    'r0 = READ_ONCE(*x); r1 = cmpxchg(y, 5, 6); WRITE_ONCE(*y, 2);',
    'r0 = READ_ONCE(*y); r1 = 0; smp_mb(); WRITE_ONCE(*x, 1);',
    ['[1,0,2,0,2]'],
  ],
])('too strong: %s', (_, p0, p1, expected) => {
  const processes = [p0, p1].map((code, at) => `P${at}(int *x, int *y) { ${code} }`);
  const source = ['C t', '{}', ...processes, 'locations [0:r0; 0:r1; 1:r0; 1:r1]', 'exists (y=1)'].join('\n');
  expect(compared(source, 'weak', 'ldapr').tooStrong).toEqual(expected);
});
