/** Constants in place of memory that nobody writes change no verdict, and no state at an end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  defineModel,
  init,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import { ModelError } from '../../checker/language/model-error.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { withConstantMemory } from '../../checker/program/constant-memory.ts';
import { check } from '../../checker/search/check.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, runs } from '../depth.ts';
import { explore } from './explore.ts';
import { found, stops } from './found.ts';
import { randomModel } from './random-model.ts';

const always = () => true;
const most = 3_000;

/** The result of `work`, or that a value leaves its domain before the first step. */
function beforeStep<T>(work: () => T): T | 'error' {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelError && error.message.startsWith('before the first step')) return 'error';
    throw error;
  }
}

test('a random model finds the same with constants', law, () => {
  let fewer = 0;
  const same = fc.property(randomModel({ errors: true, states: 200 }), (model) => {
    const exploredBy = (one: Model) => explore(interpretedSpace(transitionSystem(one)), most);
    const full = exploredBy(model);
    if (full === null) return;
    const less = beforeStep(() => exploredBy(withConstantMemory(model, always)));
    if (less === null) return;
    if (less === 'error') return expect(stops(full)).toBe(true);
    if (less.count < full.count) fewer += 1;
    expect(stops(less)).toBe(stops(full));
    if (!stops(full)) expect(found(less)).toEqual(found(full));
  });
  fc.assert(same, { numRuns: runs(300), seed: 1936 });
  expect(fewer).toBeGreaterThan(runs(300) / 40);
});

test('and the same verdict on machines with late stores', law, () => {
  const same = fc.property(
    randomModel({ errors: false, states: 30 }),
    fc.constantFrom('tso' as const, 'arm64' as const),
    (model, memory) => {
      const verdictOf = (one: Model) => check(memoryModels[memory](one, defaultSettings)).outcome.verdict;
      const full = verdictOf(model);
      expect(verdictOf(withConstantMemory(model, always))).toBe(full);
    },
  );
  fc.assert(same, { numRuns: runs(60), seed: 1936 });
});

/** One thread reads what nobody writes, then writes. */
function modelOf(isWritten: boolean): Model {
  const mem = shared({ limit: init(range(0, 3), 2), x: init(range(0, 3), 0) });
  const p = thread('p', { locals: { n: init(range(0, 3), 0) } }, (l) => [
    step('n = x', set(l.n, mem.x)),
    step('n = limit', set(l.n, mem.limit)),
    step('x = n', set(mem.x, l.n)),
    ...(isWritten ? [step('limit = 1', set(mem.limit, 1))] : []),
  ]);
  return defineModel({
    name: 'limit',
    summary: '',
    options: {},
    build: () => ({ shared: mem, threads: [p], properties: [reachable('x changes', true)] }),
  }).build();
}

test('a read of it costs no state, a read of what somebody writes does', () => {
  const states = (model: Model) => check(withConstantMemory(model, always)).outcome.statistics.states;
  expect(states(modelOf(false))).toBe(3);
  expect(states(modelOf(true))).toBe(5);
  // Statements that are written by hand stay as they are.
  expect(check(modelOf(false)).outcome.statistics.states).toBe(4);
});
