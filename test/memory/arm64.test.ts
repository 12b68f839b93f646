/** `arm64` on random models: against a second machine, stronger memory models, and itself without its cuts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import type { Outcome } from '../../checker/state-space/outcome.ts';
import { defaultSettings as settings } from '../../checker/search/settings.ts';
import { randomModel } from '../laws/random-model.ts';
import { expectCutsFindAll, expectSameEnds } from './arm64-machine.ts';
import { randomWeak } from './random-weak.ts';

/** Tries so many times as many models: `RUNS=20 npx vitest run test/memory/arm64.test.ts`. */
const times = Number(process.env.RUNS ?? 1);
const timeout = 60_000 * times;

test('on random models it ends as the promise-first machine does', { timeout }, () => {
  const seen = { compared: 0, several: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 4, asserts: false, invariants: 0 }), (model) =>
      expectSameEnds(model, seen, { first: { memories: 300, steps: 30_000 } }),
    ),
    { numRuns: 40 * times, seed: 2019 },
  );
  expect(seen.compared).toBeGreaterThan(30 * times);
  expect(seen.several).toBeGreaterThan(15 * times);
});

const lacking = ['violated', 'deadlock', 'error'];

/** From better to worse: no verdict is better where memory is weaker. */
function rank(model: Model, memory: MemoryModelName): number | null {
  const { outcome } = check(memoryModels[memory](model, defaultSettings), { ...noLimits, maxStates: 20_000 });
  if (outcome.verdict === 'inconclusive') return null;
  if (lacking.includes(outcome.verdict)) return 2;
  return outcome.verdict === 'holds' ? 1 : 0;
}

test.each<[string, fc.Arbitrary<Model>, number]>([
  ['models of few accesses', randomWeak({ accesses: 3, asserts: true, invariants: 3 }), 30],
  ['models of every construct', randomModel({ errors: false, states: 60 }), 20],
])(
  'what is broken under PSO is broken, and what is reached is reached: %s',
  { timeout },
  (_, models, numRuns) => {
    let broken = 0;
    fc.assert(
      fc.property(models, (model) => {
        const [strong, weak] = [rank(model, 'pso'), rank(model, 'arm64')];
        if (strong === null || weak === null) return;
        if (strong === 2) broken += 1;
        expect(weak).toBeGreaterThanOrEqual(strong);
      }),
      { numRuns: numRuns * times, seed: 1979 },
    );
    expect(broken).toBeGreaterThan(4 * times);
  },
);

test('no cut changes what is found', { timeout }, () => {
  const counts = { cut: 0, whole: 0, found: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 4, asserts: true, invariants: 3 }), (model) => {
      const spaces = expectCutsFindAll(model);
      if (spaces === null) return;
      const { cut, whole } = spaces;
      counts.cut += cut.count;
      counts.whole += whole.count;
      if (cut.findings.length > 0) counts.found += 1;
    }),
    { numRuns: 30 * times, seed: 2019 },
  );
  expect(counts.whole).toBeGreaterThan(counts.cut);
  expect(counts.found).toBeGreaterThan(5 * times);
});

test('interchangeable CPUs as one state change no verdict, and fewer states are seen', { timeout }, () => {
  const counts = { symmetric: 0, plain: 0, models: 0, found: 0 };
  fc.assert(
    fc.property(randomModel({ errors: false, symmetric: true, states: 150 }), (model) => {
      const outcomes = [true, false].map(
        (symmetry) =>
          check(
            memoryModels.arm64(model, defaultSettings),
            { ...noLimits, maxStates: 8_000 },
            { ...settings, symmetry },
          ).outcome,
      );
      const [one, other] = outcomes as [Outcome, Outcome];
      if (outcomes.some(({ verdict }) => verdict === 'inconclusive')) return;
      expect(one.verdict).toBe(other.verdict);
      expect(stepsOf(one)).toBe(stepsOf(other));
      counts.models += 1;
      if ('schedule' in one) counts.found += 1;
      if (one.verdict !== 'holds' && one.verdict !== 'unreached') return;
      counts.symmetric += one.statistics.states;
      counts.plain += other.statistics.states;
    }),
    { numRuns: 25 * times, seed: 2019 },
  );
  expect(counts.found).toBeGreaterThan(3 * times);
  expect(counts.symmetric * 1.2).toBeLessThan(counts.plain);
});

const stepsOf = (outcome: Outcome) => ('schedule' in outcome ? outcome.schedule.edges.length : null);
