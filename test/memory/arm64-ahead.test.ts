/** Old values that a CPU can read no more once it has passed a fence that lies ahead of it: forgotten before, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  defineModel,
  eq,
  exists,
  full,
  goto,
  inc,
  init,
  label,
  and,
  branch,
  range,
  reachable,
  relaxed,
  set,
  shared,
  smpMb,
  step,
  thread,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { law, runs } from '../depth.ts';
import { arm64Space, endsIn, foundIn } from './arm64-machine.ts';
import { promiseFirst, TooLarge } from './promise-first.ts';
import { randomWeak } from './random-weak.ts';

test('forgetting them changes neither what a model ends in nor what is found', law, () => {
  const seen = { forgotten: 0, compared: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 4, asserts: true, invariants: 2, fences: true }), (model) => {
      const [space, whole] = [new Set<never>(), new Set(['ahead'] as const)].map((without) =>
        arm64Space(model, without, 20_000),
      );
      if (space === null || whole === null || space === undefined || whole === undefined) return;
      expect(foundIn(space)).toBe(foundIn(whole));
      expect(endsIn(model, space)).toEqual(endsIn(model, whole));
      if (space.count < whole.count) seen.forgotten += 1;
      const expected = endsOf(model);
      if (expected === null) return;
      seen.compared += 1;
      if (space.findings.length === 0) expect(endsIn(model, space)).toEqual(expected);
    }),
    { numRuns: runs(200, 5), seed: 2023, endOnFailure: true },
  );
  expect(seen.forgotten).toBeGreaterThan(runs(10, 5));
  expect(seen.compared).toBeGreaterThan(runs(60, 5));
});

function endsOf(model: Model): ReadonlySet<string> | null {
  try {
    return promiseFirst(model, { memories: 200, steps: 12_000 }).outcomes;
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}

const V = range(0, 2);

/** A writer that stores to x and z until y is set, and a reader that begins with these statements and then loads both. */
const endless = (
  before: (m: { x: Variable<number>; y: Variable<number> }, l: { r: Variable<number> }) => Text,
) =>
  defineModel({
    name: 'endless',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0), y: init(V, 0), z: init(V, 0) });
      const writer = thread('writer', { locals: { a: init(V, 0) } }, (l) => [
        label('again'),
        step('x = 1', set(mem.x, 1)),
        step('z = 1', set(mem.z, 1)),
        step('x = 2', set(mem.x, 2)),
        step('z = 2', set(mem.z, 2)),
        step('a = y', set(l.a, mem.y), set(mem.y, mem.y)),
        branch('!a', eq(l.a, 0), [goto('again')]),
      ]);
      const reader = thread('reader', { locals: { r: init(V, 0), s: init(V, 0) } }, (l) => [
        before(mem, l),
        step('r = x', set(l.r, mem.x)),
        step('s = z', set(l.s, mem.z)),
        step('r = x', set(l.r, mem.x)),
      ]);
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [
          reachable(
            'both',
            exists(reader, (l) => and(eq(l.r, 1), eq(l.s, 2))),
          ),
        ],
      };
    },
  }).build();

const verdictOf = (model: Model) =>
  check(memoryModels.arm64(model, defaultSettings), { ...noLimits, maxStates: 20_000 }).outcome.verdict;

test('a reader behind a fence of its own has finitely many old values to come, and one without has not', () => {
  const [store, order] = [(m: { readonly y: Variable<number> }) => step('y = 1', set(m.y, 1)), smpMb()];
  expect(verdictOf(endless((m, l) => [step('r = y++', set(l.r, m.y), inc(m.y))]))).toBe('holds');
  expect(verdictOf(endless((m) => [store(m), order]))).toBe('holds');
  expect(verdictOf(endless((m) => [full(store(m))]))).toBe('holds');
  expect(verdictOf(endless((m) => [relaxed(step('y++', inc(m.y)))]))).toBe('inconclusive');
  expect(verdictOf(endless((m) => [order, store(m)]))).toBe('inconclusive');
  expect(verdictOf(endless((m) => [store(m)]))).toBe('inconclusive');
});

test('a barrier without a store before it leaves old values to be read', () => {
  const model = defineModel({
    name: 'message passing',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0), y: init(V, 0), z: init(V, 0) });
      const writer = thread('writer', {}, () => [
        step('x = 1', set(mem.x, 1)),
        smpMb(),
        step('y = 1', set(mem.y, 1)),
        step('z = 1', set(mem.z, 1)),
      ]);
      const reader = thread('reader', { locals: { r: init(V, 0), s: init(V, 1) } }, (l) => [
        step('r = z', set(l.r, mem.z)),
        smpMb(),
        step('r = y', set(l.r, mem.y)),
        step('s = x', set(l.s, mem.x)),
      ]);
      const old = reachable(
        'y is new and x is old',
        exists(reader, (l) => and(eq(l.r, 1), eq(l.s, 0))),
      );
      return { shared: mem, threads: [writer, reader], properties: [old] };
    },
  }).build();
  expect(verdictOf(model)).toBe('holds');
});
