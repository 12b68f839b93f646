/** Where a barrier does more than order, taking it out can hide a violation: there it is in no set. */
import { expect, test } from 'vitest';
import { barriersOf } from '../../../checker/study/barriers/barrier.ts';
import { without } from '../../../checker/study/barriers/without.ts';
import {
  always,
  bool,
  defineModel,
  either,
  ended,
  eq,
  init,
  or,
  reachable,
  set,
  shared,
  smpMb,
  step,
  thread,
  wait,
  type Text,
  type Variable,
} from '../../../checker/language/index.ts';
import type { Model } from '../../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../../checker/memory/memory-models.ts';
import { check } from '../../../checker/search/check.ts';

/** A CPU that stores x, which another CPU reads, and continues with `rest`; the model claims that it ends before x is set. */
const modelOf = (rest: (never: Variable<boolean>) => Text, excused: boolean): Model =>
  defineModel({
    name: 'small',
    summary: 'a store, and what follows',
    options: {},
    build: () => {
      const mem = shared({ x: init(bool, false), never: init(bool, false) });
      const cpu = thread('cpu', {}, () => [step('x = 1', set(mem.x, true)), rest(mem.never)]);
      const reader = thread('reader', { locals: { seen: init(bool, false) } }, (l) => [
        step('seen = x', set(l.seen, mem.x)),
      ]);
      const endsFirst = () => always('the CPU ends first', or(ended(cpu), eq(mem.x, false)));
      return {
        shared: mem,
        threads: [cpu, reader],
        properties: [reachable('x is set', mem.x), ...(excused ? [endsFirst()] : [])],
      };
    },
  }).build();

const verdictOf = (model: Model) => check(memoryModels.tso(model, defaultSettings)).outcome.verdict;

test.each([
  [
    'it chooses an alternative',
    (never: Variable<boolean>) => [either([smpMb(), wait('for ever', never)], [])],
    false,
    'deadlock',
  ],
  ['it is the last step before an end that excuses', () => [smpMb()], true, 'violated'],
] as const)('%s', (_, rest, excused, verdict) => {
  const model = modelOf(rest, excused);
  const [barrier] = barriersOf(model);
  expect(barrier?.onlyOrders).toBe(false);
  expect([verdictOf(model), verdictOf(without(model, [barrier!]))]).toEqual([verdict, 'holds']);
});

test('a barrier at an end of which no property speaks only orders', () => {
  expect(barriersOf(modelOf(() => [smpMb()], false)).map(({ onlyOrders }) => onlyOrders)).toEqual([true]);
});
