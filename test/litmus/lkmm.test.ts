/** The kernel's memory model: herd's answers, the search against naive enumeration, and one fault an axiom. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { axiomNames, type AxiomName } from '../../checker/litmus/lkmm/axioms.ts';
import { defaultJudge, judge, type JudgeOptions } from '../../checker/litmus/lkmm/judge.ts';
import { parseLitmus } from '../../checker/litmus/parse.ts';
import { observation } from '../../checker/litmus/print.ts';
import { observedOf } from '../../checker/litmus/proposition.ts';
import { runLitmus } from '../../checker/litmus/run.ts';
import { armv8States } from '../memory/armv8.ts';
import { programs, sourceOf } from '../memory/litmus-program.ts';
import { lkmmPrograms, lkmmSource } from './lkmm-program.ts';
import { loadGrammar } from '../../cli/model-files/load-grammar.ts';

await loadGrammar();

const folder = fileURLToPath(new URL('lkmm/', import.meta.url));
const given = (name: string) => readFileSync(`${folder}${name}.litmus`, 'utf8');

/** The result of herd 7.58 with the kernel's own definition on each file. */
const herd = JSON.parse(readFileSync(`${folder}herd.json`, 'utf8')) as Readonly<
  Record<
    string,
    { readonly states: readonly string[]; readonly observation: string; readonly flags: readonly string[] }
  >
>;

/** States in the order of herd.json, and flags. */
function judged(source: string, options: Partial<JudgeOptions> = {}) {
  const read = parseLitmus(source);
  const observed = observedOf(read);
  const { states, flags } = judge(read, observed, { ...defaultJudge, ...options });
  const rows = states.map(({ row }) =>
    row
      .map((value, at) => {
        const { owner, name } = observed[at]!;
        return `${owner === null ? name : `${owner}:${name}`}=${value}`;
      })
      .sort()
      .join('; '),
  );
  return { states: rows.sort(), flags };
}

describe("herd's answers", () => {
  test.each(Object.entries(herd))('%s', (name, { states, observation: verdict, flags }) => {
    expect(judged(given(name))).toEqual({ states, flags });
    expect(observation(runLitmus(given(name), 'lkmm'))).toBe(verdict);
  });

  test('every file has an answer', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.litmus'));
    expect(files.map((name) => name.replace('.litmus', '')).sort()).toEqual(Object.keys(herd).sort());
  });
});

describe('laws', () => {
  // Without what saturation rules out, or with the axioms asked of complete executions alone: both at once takes too long.
  test.each<[string, Partial<JudgeOptions>]>([
    ['every order of writes', { isLawless: true }],
    ['every complete execution', { isNaive: true }],
  ])('the search finds what a look at %s finds', (_, options) => {
    fc.assert(
      fc.property(lkmmPrograms, (threads) => {
        const source = lkmmSource(threads);
        expect(judged(source)).toEqual(judged(source, { ...options, budget: Infinity }));
      }),
      { numRuns: 80, seed: 18 },
    );
  });

  test('what ARMv8 allows, the kernel allows', () => {
    let weaker = 0;
    fc.assert(
      fc.property(programs(), (threads) => {
        const read = parseLitmus(sourceOf(threads));
        const observed = observedOf(read);
        const { states } = judge(read, observed);
        const kernel = new Set(states.map(({ row }) => JSON.stringify(row)));
        const arm = armv8States(read, { observed, acquire: 'ldapr' });
        expect([...arm].filter((state) => !kernel.has(state))).toEqual([]);
        if (kernel.size > arm.size) weaker += 1;
      }),
      { numRuns: 60, seed: 18 },
    );
    expect(weaker).toBeGreaterThan(0);
  });
});

/** A test that the axiom decides: `exists` is Never with it, and not without. */
const decided: Readonly<Record<AxiomName, string>> = {
  coherence: `P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *x) { int r0; int r1; r0 = READ_ONCE(*x); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)`,
  atomicity: `P0(int *x) { int r0; r0 = xchg_relaxed(x, 1); }
P1(int *x) { int r0; r0 = xchg_relaxed(x, 2); }
exists (0:r0=0 /\\ 1:r0=0)`,
  'happens-before': `P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = READ_ONCE(*y); smp_rmb(); r1 = READ_ONCE(*x); }
exists (1:r0=1 /\\ 1:r1=0)`,
  propagation: `P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); smp_mb(); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); smp_mb(); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)`,
  rcu: `P0(int *x, int *y) { int r0; int r1; rcu_read_lock(); r0 = READ_ONCE(*x); r1 = READ_ONCE(*y); rcu_read_unlock(); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); synchronize_rcu(); WRITE_ONCE(*x, 1); }
exists (0:r0=1 /\\ 0:r1=0)`,
  'plain-coherence': `P0(int *x, int *y) { *x = 1; smp_store_release(y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = smp_load_acquire(y); if (r0 == 1) { r1 = *x; } }
exists (1:r0=1 /\\ 1:r1=0)`,
};

test.each(axiomNames)('without %s the answer is another one', (axiom) => {
  const source = `C decided\n{}\n${decided[axiom]}\n`;
  const states = (without: readonly AxiomName[]) =>
    judged(source, { without, isNaive: true, isLawless: true }).states.length;
  expect(states([])).toBeLessThan(states([axiom]));
  expect(observation(runLitmus(source, 'lkmm'))).toBe('Never');
});
