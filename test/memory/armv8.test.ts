/** `arm64` against ARMv8 as its axioms have it: the same final states of litmus tests. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runLitmus } from '../../checker/litmus/run.ts';
import { compared } from './against-armv8.ts';
import type { Acquire } from './armv8-axioms.ts';
import { programs, sourceOf } from './litmus-program.ts';
import { law, runs } from '../depth.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const same = { tooStrong: [], tooWeak: [] };

const folder = fileURLToPath(new URL('../litmus/files/', import.meta.url));

describe('on the litmus files', () => {
  test.each<Acquire>(['ldapr', 'ldar'])('with %s, arm64 ends in the same states', (acquire) => {
    for (const file of readdirSync(folder))
      expect(compared(readFileSync(`${folder}${file}`, 'utf8'), 'arm64', acquire), file).toMatchObject(same);
  });
});

test.each<Acquire>(['ldapr', 'ldar'])(
  'on random programs arm64 ends in the same states, and PSO lacks some: %s',
  law,
  (acquire) => {
    // What the programs show is counted: a generator of programs without races would prove nothing.
    const numRuns = runs(80, 5);
    const seen = { several: 0, beyondSc: 0, psoTooStrong: 0 };
    fc.assert(
      fc.property(programs().map(sourceOf), (source) => {
        const { machine, tooStrong, tooWeak } = compared(source, 'arm64', acquire);
        expect({ tooStrong, tooWeak }).toEqual(same);
        if (machine > 1) seen.several += 1;
        if (machine > runLitmus(source, 'sc').states.length) seen.beyondSc += 1;
        if (compared(source, 'pso', acquire).tooStrong.length > 0) seen.psoTooStrong += 1;
      }),
      { numRuns, seed: 2018 },
    );
    expect(seen.several).toBeGreaterThan(numRuns / 2);
    expect(seen.beyondSc).toBeGreaterThan(numRuns / 8);
    expect(seen.psoTooStrong).toBeGreaterThan(0);
  },
);

/** What an earlier machine did not allow: each with the state that only the right machine has. */
test.each<[string, readonly string[], string]>([
  [
    'a load, a store to its cell, and a read of that store which something depends on',
    [
      'r0 = READ_ONCE(*y); WRITE_ONCE(*y, 1); r1 = READ_ONCE(*y); WRITE_ONCE(*x, r1);',
      'r0 = READ_ONCE(*x); r1 = 0; smp_mb(); WRITE_ONCE(*y, 2);',
    ],
    '[2,1,1,0,1]',
  ],
  [
    'what depends on the value of a relaxed atomic operation',
    [
      'r0 = xchg_relaxed(y, 1); r1 = 0; WRITE_ONCE(*x, r0 + 1);',
      'r0 = READ_ONCE(*x); smp_mb(); r1 = READ_ONCE(*y);',
    ],
    '[0,0,1,0,1]',
  ],
  [
    'a load before a cmpxchg() that fails',
    [
      'r0 = READ_ONCE(*x); r1 = cmpxchg(y, 5, 6); WRITE_ONCE(*y, 2);',
      'r0 = READ_ONCE(*y); r1 = 0; smp_mb(); WRITE_ONCE(*x, 1);',
    ],
    '[1,0,2,0,2]',
  ],
  [
    'an atomic operation without a value, and a load behind a read barrier',
    [
      'r0 = 0; r1 = 0; atomic_or(1, y); smp_rmb(); r0 = READ_ONCE(*x);',
      'r0 = 0; r1 = 0; WRITE_ONCE(*x, 1); smp_mb(); r0 = READ_ONCE(*y);',
    ],
    '[0,0,0,0,1]',
  ],
])('%s', (_, codes, allowed) => {
  const processes = codes.map((code, at) => `P${at}(int *x, int *y) { ${code} }`);
  const source = ['C t', '{}', ...processes, 'locations [0:r0; 0:r1; 1:r0; 1:r1]', 'exists (y=1)'].join('\n');
  expect(compared(source, 'arm64', 'ldapr')).toMatchObject(same);
  const states = runLitmus(source, 'arm64').states.map((row) => JSON.stringify(row));
  expect(states).toContain(allowed);
});

/** Each with the number of its states in which the condition is true. */
test.each<[string, string, number]>([
  [
    'an address that comes from an atomic operation is ordered behind what it read',
    `P0(int *x, int *y) { int r1; WRITE_ONCE(*x, 2); r1 = cmpxchg(y, 1, 2); }
P1(int *x, int *y) { int r0; int r1; r0 = xchg_release(y, 2); r1 = READ_ONCE(*(x + (r0 ^ r0))); }
P2(int *x, int *y) { int r0; r0 = xchg_acquire(y, 1); }
exists (0:r1=1 /\\ 1:r0=2 /\\ 1:r1=0)`,
    0,
  ],
  [
    'an atomic operation that is an acquire is ordered behind the release that it reads',
    `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_store_release(y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = xchg_acquire(y, 2); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)`,
    0,
  ],
  [
    'a critical section sees what the one before it did',
    `P0(int *x, int *y) { WRITE_ONCE(*x, 1); spin_lock(y); WRITE_ONCE(*x, 2); spin_unlock(y); }
P1(int *x, int *y) { int r0; int r1; spin_lock(y); r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); spin_unlock(y); }
exists (1:r0=2 /\\ 1:r1=1)`,
    0,
  ],
  [
    'what a lock protects is seen before the lock is',
    `P0(int *x, int *y) { spin_lock(y); WRITE_ONCE(*x, 1); spin_unlock(y); }
P1(int *x, int *y) { int r1; int r2; int r3; r1 = smp_load_acquire(x); r2 = spin_is_locked(y); r3 = spin_is_locked(y); }
exists (1:r1=1 /\\ 1:r2=0 /\\ 1:r3=1)`,
    1,
  ],
  [
    'the next critical section is seen after the one before it',
    `P0(int *s, int *t, int *x, int *y) {
spin_lock(s); WRITE_ONCE(*x, 1); spin_unlock(s); spin_lock(t); WRITE_ONCE(*y, 1); spin_unlock(t); }
P1(int *x, int *y) { int r1; int r2; r1 = READ_ONCE(*y); smp_rmb(); r2 = READ_ONCE(*x); }
P2(int *s) { spin_lock(s); spin_unlock(s); }
exists (1:r1=1 /\\ 1:r2=0)`,
    0,
  ],
  [
    'a CPU that waits for a lock does meanwhile what is late, such as to give another back',
    `P0(int *s, int *t, int *x, int *y) { int r0;
spin_lock(s); WRITE_ONCE(*x, 2); r0 = READ_ONCE(*x); spin_unlock(s); spin_lock(t); WRITE_ONCE(*y, 1); spin_unlock(t); }
P1(int *s, int *t, int *x, int *y) { int r0;
spin_lock(t); WRITE_ONCE(*y, 2); r0 = READ_ONCE(*y); spin_unlock(t); spin_lock(s); WRITE_ONCE(*x, 1); spin_unlock(s); }
exists (x=2 /\\ y=2)`,
    0,
  ],
])('%s', (_, code, positive) => {
  const source = `C t\n{}\n${code}`;
  expect(runLitmus(source, 'arm64').positive).toBe(positive);
});

test('nothing comes between the read and the write of an atomic operation', () => {
  const source = `C t
{}
P0(int *y) { int r0; r0 = xchg_relaxed(y, 1); }
P1(int *y) { int r0; r0 = xchg_relaxed(y, 2); }
P2(int *y) { int r0; r0 = READ_ONCE(*y); WRITE_ONCE(*y, 3); }
locations [2:r0]
exists (0:r0=0 /\\ 1:r0=0)`;
  expect(runLitmus(source, 'arm64').positive).toBe(0);
  expect(compared(source, 'arm64', 'ldapr')).toMatchObject(same);
});

test('two CPUs that hold what the other has to write first are no deadlock, and no run', () => {
  const source = `C t
{}
P0(int *x, int *y) { int r0; int r1; WRITE_ONCE(*x, 1); smp_wmb(); r0 = xchg_relaxed(y, 2); r1 = READ_ONCE(*x); }
P1(int *x, int *y) { int r0; int r1; WRITE_ONCE(*y, 1); smp_wmb(); r0 = xchg_relaxed(x, 2); r1 = READ_ONCE(*y); }
locations [0:r1; 1:r1]
exists (0:r0=0 /\\ 1:r0=0)`;
  expect(compared(source, 'arm64', 'ldapr')).toMatchObject(same);
});

test('an acquire of what its own CPU wrote atomically is behind that write', () => {
  const source = `C t
{}
P0(int *x, int *y) { int r0; int r1; r0 = xchg_relaxed(y, 1); r1 = xchg_acquire(y, 1); WRITE_ONCE(*x, 2); }
P1(int *x, int *y) { int r0; int r1; r0 = READ_ONCE(*x); smp_mb(); r1 = READ_ONCE(*y); }
locations [0:r0; 0:r1; 1:r0; 1:r1]
exists (1:r0=2 /\\ 1:r1=0)`;
  expect(runLitmus(source, 'arm64').positive).toBe(0);
  expect(compared(source, 'arm64', 'ldapr')).toMatchObject(same);
});
