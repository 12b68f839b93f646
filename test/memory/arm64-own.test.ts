/**
 * `arm64` on random models in which variables of one CPU decide what that CPU stores: by branches, waits, atomic
 * operations, values, addresses and blocks, with barriers under branches. The caches must tell their values apart.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { law, runs } from '../depth.ts';
import { expectCutsFindAll, expectSameEnds } from './arm64-machine.ts';
import { randomWeak } from './random-weak.ts';

/** At full depth the promise-first machine takes minutes. */
const slow = { ...law, timeout: 900_000 };

test('variables of one CPU: it ends as the promise-first machine does', slow, () => {
  const numRuns = runs(240, 20);
  const seen = { compared: 0, several: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: false, invariants: 0, own: true }), (model) =>
      expectSameEnds(model, seen, { first: { memories: 150, steps: 15_000 } }),
    ),
    { numRuns, seed: 1 },
  );
  expect(seen.compared).toBeGreaterThan(numRuns / 2);
  expect(seen.several).toBeGreaterThan(numRuns / 5);
});

test('variables of one CPU: no cut changes what is found', law, () => {
  const numRuns = runs(600, 20);
  const counts = { compared: 0, found: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: true, invariants: 3, own: true }), (model) => {
      const spaces = expectCutsFindAll(model);
      if (spaces === null) return;
      counts.compared += 1;
      if (spaces.cut.findings.length > 0) counts.found += 1;
    }),
    { numRuns, seed: 31 },
  );
  expect(counts.compared).toBeGreaterThan(0.9 * numRuns);
  expect(counts.found).toBeGreaterThan(numRuns / 5);
});
