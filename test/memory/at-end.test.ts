/** An invariant of the end is asked when all threads have ended and their stores have reached memory, and only then. */
import { describe, expect, test } from 'vitest';
import {
  always,
  array,
  atEnd,
  bool,
  defineModel,
  ended,
  eq,
  forAll,
  implies,
  inc,
  init,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
  wait,
  when,
  type Expr,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import type { Property } from '../../checker/language/property.ts';
import { defaultSettings as memorySettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';
import { defaultSettings, type SearchSettings } from '../../checker/search/settings.ts';

/** Each CPU stores 1 to a cell of its own, and adds 1 to a counter with two steps: an addition may be lost. */
function modelOf(claim: (x: Expr<boolean>, count: Expr<number>, all: Expr<boolean>) => Property): Model {
  const mem = shared({ x: array(2, bool, false), count: init(range(0, 2), 0) });
  const p = thread('p', { cpus: 2, locals: { n: init(range(0, 2), 0) } }, (l, cpu) => [
    step('n = count', set(l.n, mem.count)),
    step('count = n + 1', set(mem.count, conditionalNext(l.n))),
    step('x[cpu] = 1', set(mem.x.at(cpu), true)),
  ]);
  const agent = thread('agent', { mayBlockForever: true, locals: { seen: init(bool, false) } }, (l) => [
    step('seen = x[0]', set(l.seen, mem.x.at(0))),
    step('seen = x[1]', set(l.seen, mem.x.at(1))),
    wait('never', false),
  ]);
  const stored = forAll(2, (i) => mem.x.at(i));
  const all = forAll(p, (_, cpu) => ended(p, cpu));
  return defineModel({
    name: 'ends',
    summary: '',
    options: {},
    build: () => ({
      shared: mem,
      threads: [p, agent],
      properties: [claim(stored, mem.count, all), reachable('all end', all)],
    }),
  }).build();
}

/** Each reads at most 1. */
const conditionalNext = (n: Expr<number>): Expr<number> => ({
  kind: 'binary',
  operator: '+',
  left: n,
  right: { kind: 'constant', value: 1 },
});

const settings: readonly (readonly [string, SearchSettings])[] = [
  ['compiled', defaultSettings],
  ['by the interpreter', { ...defaultSettings, engine: 'interpreter' }],
  ['reduced', { ...defaultSettings, firstPhase: 1, secondPhase: 1 }],
];

describe.each(['sc', 'tso', 'pso', 'arm64'] as const)('under %s', (memory) => {
  const verdict = (claim: Parameters<typeof modelOf>[0], how = defaultSettings) =>
    check(memoryModels[memory](modelOf(claim), memorySettings), undefined, how).outcome.verdict;

  test.each(settings)('what holds at the end holds: %s', (_, how) => {
    expect(verdict((stored) => atEnd('all is stored', stored), how)).toBe('holds');
  });

  test.each(settings)('what is wrong at the end is found: %s', (_, how) => {
    expect(verdict((_stored, count) => atEnd('no addition is lost', eq(count, 2)), how)).toBe('violated');
  });

  test('an invariant sees the stores that are late', () => {
    const early = verdict((stored, _, all) => always('all is stored', implies(all, stored)));
    expect(early).toBe(memory === 'sc' ? 'holds' : 'violated');
  });
});

test('it says nothing of states before the end, and needs no end of an agent', () => {
  const mem = shared({ x: init(range(0, 3), 0) });
  const p = thread('p', {}, () => [step('x++', inc(mem.x)), step('x++', inc(mem.x))]);
  const model = defineModel({
    name: 'twice',
    summary: '',
    options: {},
    build: () => ({
      shared: mem,
      threads: [p],
      properties: [atEnd('x is 2', eq(mem.x, 2)), reachable('x is 1', eq(mem.x, 1))],
    }),
  }).build();
  expect(check(model).outcome.verdict).toBe('holds');
});

test('a store behind a compare-and-exchange that fails reaches memory', () => {
  const build = () => {
    const mem = shared({ x: init(range(0, 1), 0), y: init(range(0, 1), 0), z: init(range(0, 1), 0) });
    const p = thread('p', { locals: { got: init(bool, false) } }, (l) => [
      step('x = 1', set(mem.x, 1)),
      step('cmpxchg(z, 1, 0)', set(l.got, eq(mem.z, 1)), when(l.got, set(mem.z, 0))),
      step('y = 1', set(mem.y, 1)),
    ]);
    const q = thread('q', { locals: { x: init(bool, false), y: init(bool, false) } }, (l) => [
      step('x', set(l.x, eq(mem.x, 1))),
      step('y', set(l.y, eq(mem.y, 1))),
    ]);
    return {
      shared: mem,
      threads: [p, q],
      properties: [atEnd('y is 1', eq(mem.y, 1)), reachable('end', ended(p))],
    };
  };
  const model = defineModel({ name: 'failing', summary: '', options: {}, build }).build();
  for (const memory of ['tso', 'pso', 'arm64'] as const)
    expect(check(memoryModels[memory](model, memorySettings)).outcome.verdict).toBe('holds');
});
