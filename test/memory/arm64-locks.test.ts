/** Critical sections, values that come and go, and runs that another CPU makes impossible, under `arm64`. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  acquire,
  always,
  and,
  array,
  atomically,
  bool,
  choose,
  conditional,
  defineModel,
  each,
  ended,
  eq,
  exists,
  forever,
  init,
  not,
  range,
  reachable,
  relaxed,
  release,
  set,
  shared,
  step,
  thread,
  wait,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { defaultMachine } from '../../checker/memory/arm64/successors.ts';
import { Arm64Space } from '../../checker/memory/arm64/space.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { law, runs } from '../depth.ts';
import { arm64Space, endsIn, foundIn } from './arm64-machine.ts';
import { promiseFirst, TooLarge } from './promise-first.ts';
import { randomWeak } from './random-weak.ts';

const V = range(0, 2);
const verdictOf = (model: Model) => check(memoryModels.arm64(model, defaultSettings)).outcome.verdict;

const lock = (locked: Variable<boolean>, order = acquire) =>
  order(wait('spin_lock(&l)', not(locked), set(locked, true)));
const unlock = (locked: Variable<boolean>) => release(step('spin_unlock(&l)', set(locked, false)));

test('with locks it ends as the promise-first machine does', law, () => {
  const seen = { compared: 0, several: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: false, invariants: 0, locks: true }), (model) => {
      const expected = endsOf(model);
      const space = expected === null ? null : arm64Space(model, new Set(), 20_000);
      if (expected === null || space === null) return;
      const found = endsIn(model, space);
      expect([...found].filter((end) => !expected.has(end))).toEqual([]);
      expect([...expected].filter((end) => !found.has(end))).toEqual([]);
      seen.compared += 1;
      if (found.size > 1) seen.several += 1;
    }),
    { numRuns: runs(150), seed: 2021 },
  );
  expect(seen.compared).toBeGreaterThan(runs(50));
  expect(seen.several).toBeGreaterThan(runs(8));
});

function endsOf(model: Model): ReadonlySet<string> | null {
  try {
    return promiseFirst(model, { memories: 200, steps: 12_000 }).outcomes;
  } catch (error) {
    if (error instanceof TooLarge) return null;
    throw error;
  }
}

test('with locks no cut changes what is found', law, () => {
  const counts = { cut: 0, whole: 0, found: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: true, invariants: 3, locks: true }), (model) => {
      const cut = arm64Space(model, new Set(), 5_000);
      const without = new Set(['clamp', 'trim', 'repeat', 'dead', 'useful', 'locks', 'alone'] as const);
      const whole = cut === null ? null : arm64Space(model, without, 10_000);
      if (cut === null || whole === null) return;
      expect(foundIn(cut)).toBe(foundIn(whole));
      counts.cut += cut.count;
      counts.whole += whole.count;
      if (cut.findings.length > 0) counts.found += 1;
    }),
    { numRuns: runs(200, 10), seed: 2020 },
  );
  expect(counts.whole).toBeGreaterThan(2 * counts.cut);
  expect(counts.found).toBeGreaterThan(runs(50, 10));
});

/** A load, then a section that leaves y as it was; who enters the lock after that sees y as it was. */
function section(order: typeof acquire): Model {
  return defineModel({
    name: 'section',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0), y: init(V, 0), l: init(bool, false) });
      const p = thread('p', { locals: { r: init(V, 0) } }, (l) => [
        step('r = x', set(l.r, mem.x)),
        lock(mem.l, order),
        step('y = 1', set(mem.y, 1)),
        step('y = 0', set(mem.y, 0)),
        unlock(mem.l),
      ]);
      const q = thread('q', { locals: { s: init(V, 0) } }, (l) => [
        step('x = 1', set(mem.x, 1)),
        lock(mem.l, order),
        step('s = y', set(l.s, mem.y)),
        unlock(mem.l),
      ]);
      return {
        shared: mem,
        threads: [p, q],
        properties: [
          always('nobody sees the section half done', not(exists(q, (l) => eq(l.s, 1)))),
          reachable('end', and(ended(p), ended(q))),
        ],
      };
    },
  }).build();
}

test('a run in which another CPU has taken the lock of a promised store is none', () => {
  // p lets y = 1 be seen while the lock is free, and q takes the lock: p can no longer execute y = 1 where it was seen.
  expect(verdictOf(section(acquire))).toBe('holds');
});

test('a lock that is no acquire protects nothing', () => {
  expect(verdictOf(section(relaxed))).toBe('violated');
});

test('a store of a section is seen before a plain load sees the lock taken', () => {
  const model = defineModel({
    name: 'spin_is_locked',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ y: init(V, 0), l: init(bool, false) });
      const p = thread('p', {}, () => [lock(mem.l), step('y = 1', set(mem.y, 1)), unlock(mem.l)]);
      const q = thread('q', { locals: { s: init(V, 0), b: init(bool, true) } }, (l) => [
        acquire(step('s = y', set(l.s, mem.y))),
        step('b = spin_is_locked(&l)', set(l.b, mem.l)),
        step('again', set(l.s, conditional(and(not(l.b), eq(l.s, 1)), 2, l.s))),
        wait('until p is done', eq(mem.y, 1)),
      ]);
      return {
        shared: mem,
        threads: [p, q],
        properties: [
          always(
            'free, and the section has begun',
            not(
              and(
                eq(mem.l, false),
                exists(q, (l) => eq(l.s, 2)),
              ),
            ),
          ),
          reachable('end', and(ended(p), ended(q))),
        ],
      };
    },
  }).build();
  expect(verdictOf(model)).toBe('violated');
});

test('a block that waits sees what its own CPU has stored', () => {
  const model = defineModel({
    name: 'csd_lock_wait',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ pending: array(2, bool, false) });
      const sender = thread('sender', { mayBlockForever: true, locals: { done: init(bool, false) } }, (l) => [
        atomically(
          'to all',
          step(
            'send',
            each(2, (i) => [set(mem.pending.at(i), true)]),
          ),
        ),
        atomically('all', wait('wait', and(not(mem.pending.at(0)), not(mem.pending.at(1))))),
        step('done', set(l.done, true)),
      ]);
      const other = thread('other', { locals: { r: init(bool, false) } }, (l) => [
        step('r = pending[0]', set(l.r, mem.pending.at(0))),
      ]);
      return {
        shared: mem,
        threads: [sender, other],
        properties: [
          always('nobody acknowledges', not(exists(sender, (l) => l.done))),
          reachable(
            'sent',
            exists(other, (l) => l.r),
          ),
        ],
      };
    },
  }).build();
  expect(verdictOf(model)).toBe('holds');
});

test('values that come and go for ever are finitely many states', () => {
  const model = defineModel({
    name: 'toggle',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0) });
      const writer = thread('writer', { mayBlockForever: true }, () => [
        forever(wait('x = 1', eq(mem.x, 0), set(mem.x, 1)), wait('x = 0', eq(mem.x, 1), set(mem.x, 0))),
      ]);
      const reader = thread('reader', { locals: { r: init(V, 0), s: init(V, 0) } }, (l) => [
        step('r = x', set(l.r, mem.x)),
        step('s = x', set(l.s, mem.x)),
      ]);
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [
          always('no 2', forAllReaders(reader)),
          reachable(
            'both',
            exists(reader, (l) => and(eq(l.r, 1), eq(l.s, 0))),
          ),
        ],
      };
      function forAllReaders(one: typeof reader) {
        return not(exists(one, (l) => eq(l.r, 2)));
      }
    },
  }).build();
  expect(verdictOf(model)).toBe('holds');
});

test('a state that takes long is left half expanded when time is up', () => {
  const model = defineModel({
    name: 'many promises',
    summary: '',
    options: {},
    build: () => {
      const digit = range(0, 9);
      const mem = shared({ x: init(V, 0), a: array(4, digit, 0) });
      const zero = init(digit, 0);
      const writer = thread(
        'writer',
        { locals: { r: init(V, 0), i: zero, j: zero, k: zero, l: zero } },
        (l) => [
          step('r = x', set(l.r, mem.x)),
          [l.i, l.j, l.k, l.l].map((one) => choose('any', one)),
          [l.i, l.j, l.k, l.l].map((one, at) => step('a = one', set(mem.a.at(at), one))),
        ],
      );
      const reader = thread('reader', { locals: { r: zero } }, (l) => [
        ...Array.from({ length: 4 }, (_, at) => step('r = a', set(l.r, mem.a.at(at)))),
        step('x = 1', set(mem.x, 1)),
      ]);
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [reachable('end', and(ended(writer), ended(reader)))],
      };
    },
  }).build();
  const space = new Arm64Space(transitionSystem(model), { ...defaultMachine, mostPromises: 1 });
  space.start();
  expect(space.expandSome(0, 1)).toBe(0);
  let asked = 0;
  const { outcome } = check(memoryModels.arm64(model, defaultSettings), {
    ...noLimits,
    stop: () => (++asked > 3 ? 'time is up' : null),
  });
  expect(outcome.verdict).toBe('inconclusive');
});
