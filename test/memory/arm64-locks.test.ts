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
  smpMb,
  smpRmb,
  smpWmb,
  step,
  thread,
  wait,
  when,
  type Expr,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { defaultMachine } from '../../checker/memory/arm64/successors.ts';
import { Arm64Space } from '../../checker/memory/arm64/space.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { law, runs } from '../depth.ts';
import { arm64Space, expectSameEnds, foundIn, keptIn } from './arm64-machine.ts';
import { randomWeak } from './random-weak.ts';

const V = range(0, 2);
const verdictOf = (model: Model) => check(memoryModels.arm64(model, defaultSettings)).outcome.verdict;

const lock = (locked: Variable<boolean>, order = acquire) =>
  order(wait('spin_lock(&l)', not(locked), set(locked, true)));
const unlock = (locked: Variable<boolean>) => release(step('spin_unlock(&l)', set(locked, false)));

test('with locks it ends as the promise-first machine does', law, () => {
  const seen = { compared: 0, several: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: false, invariants: 0, locks: true }), (model) =>
      expectSameEnds(model, seen, { first: { memories: 200, steps: 12_000 }, states: 20_000 }),
    ),
    { numRuns: runs(150, 5), seed: 2021 },
  );
  expect(seen.compared).toBeGreaterThan(runs(40, 5));
  expect(seen.several).toBeGreaterThan(runs(6, 5));
});

test('with locks no cut changes what is found', { ...law, timeout: 600_000 }, () => {
  const counts = { cut: 0, whole: 0, found: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: true, invariants: 3, locks: true }), (model) => {
      const cut = arm64Space(model, new Set(), 5_000);
      const without = new Set([
        'clamp',
        'trim',
        'ahead',
        'repeat',
        'dead',
        'useful',
        'locks',
        'alone',
      ] as const);
      const whole = cut === null ? null : arm64Space(model, without, 10_000);
      if (cut === null || whole === null) return;
      expect(foundIn(cut)).toBe(foundIn(whole));
      counts.cut += cut.count;
      counts.whole += whole.count;
      if (cut.findings.length > 0) counts.found += 1;
    }),
    { numRuns: runs(200, 25), seed: 2020 },
  );
  expect(counts.whole).toBeGreaterThan(2 * counts.cut);
  expect(counts.found).toBeGreaterThan(runs(50, 25));
});

test('a search that pauses within its questions finds the same', law, () => {
  const counts = { pauses: 0, found: 0 };
  fc.assert(
    fc.property(randomWeak({ accesses: 3, asserts: true, invariants: 3, locks: true }), (model) => {
      const whole = arm64Space(model, new Set(), 1_000);
      if (whole === null) return;
      const system = transitionSystem(model);
      const space = new Arm64Space(system, { ...defaultMachine, patience: 2 }, { kept: keptIn(model) });
      space.start();
      for (let from = 0; from < space.count;) {
        const next = space.expandSome(from, space.count);
        if (next === from) counts.pauses += 1;
        from = next;
      }
      expect([space.count, space.transitions]).toEqual([whole.count, whole.transitions]);
      expect(space.findings).toEqual(whole.findings);
      expect(space.reached).toEqual(whole.reached);
      if (space.findings.length > 0) counts.found += 1;
    }),
    { numRuns: runs(100, 5), seed: 2022 },
  );
  expect(counts.pauses).toBeGreaterThan(runs(1_000, 5));
  expect(counts.found).toBeGreaterThan(runs(20, 5));
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

test('an exchange that is no acquire may be performed behind a later store', () => {
  const model = defineModel({
    name: 'xchg_relaxed',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ y: init(V, 0), z: init(V, 0), l: init(V, 0) });
      const p = thread('p', { locals: { s: init(V, 0) } }, (l) => [
        relaxed(step('s = xchg_relaxed(&l, 2)', set(l.s, mem.l), set(mem.l, 2))),
        step('y = 1', set(mem.y, 1)),
        step('z = s', set(mem.z, l.s)),
      ]);
      const q = thread('q', { locals: { r: init(V, 0) } }, (l) => [
        step('r = y', set(l.r, mem.y)),
        smpMb(),
        step('l = 1', set(mem.l, 1)),
      ]);
      return {
        shared: mem,
        threads: [p, q],
        properties: [
          always(
            'no load buffering',
            not(
              and(
                eq(mem.z, 1),
                exists(q, (l) => eq(l.r, 1)),
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

/** A writer whose stores are seen in their order, and a reader. */
function inOrder(
  stores: readonly (readonly [cell: 'x' | 'y' | 'z', value: number])[],
  reads: (
    mem: Readonly<Record<'x' | 'y' | 'z', Variable<number>>>,
    l: Readonly<Record<'q' | 'r' | 's', Variable<number>>>,
  ) => Text,
  never: (l: Readonly<Record<'q' | 'r' | 's', Variable<number>>>) => Expr<boolean>,
): Model {
  return defineModel({
    name: 'in order',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0), y: init(V, 0), z: init(V, 0) });
      const writer = thread('writer', {}, () =>
        stores.map(([cell, value]) => [step(`${cell} = ${value}`, set(mem[cell], value)), smpWmb()]),
      );
      const zero = init(V, 0);
      const reader = thread('reader', { locals: { q: zero, r: zero, s: zero } }, (l) => reads(mem, l));
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [
          always('never', not(exists(reader, never))),
          reachable('end', and(ended(writer), ended(reader))),
        ],
      };
    },
  }).build();
}

test('a value that was there twice is not taken for the other time', () => {
  // y = 1 comes after the second 0 of x: who has seen it no longer sees x as 1.
  const model = inOrder(
    [
      ['x', 1],
      ['x', 0],
      ['y', 1],
      ['x', 2],
    ],
    (mem, l) => [
      step('r = y', set(l.r, mem.y)),
      step('q = z', set(l.q, mem.z)),
      smpRmb(),
      step('s = x', set(l.s, mem.x)),
    ],
    (l) => and(eq(l.r, 1), eq(l.s, 1)),
  );
  expect(verdictOf(model)).toBe('holds');
});

test('a snapshot has each value with what other cells had at that time', () => {
  // The reader knows that all is over, and still may look at the time when x was 0 again and y was 1.
  const model = inOrder(
    [
      ['x', 1],
      ['y', 1],
      ['x', 0],
      ['x', 2],
      ['z', 1],
    ],
    (mem, l) => [
      step('q = z', set(l.q, mem.z)),
      atomically('both', step('r = x', set(l.r, mem.x)), step('s = y', set(l.s, mem.y))),
    ],
    (l) => and(eq(l.q, 1), and(eq(l.r, 0), eq(l.s, 1))),
  );
  expect(verdictOf(model)).toBe('violated');
});

test('an atomic operation that fails may see an old value', () => {
  const model = inOrder(
    [
      ['x', 1],
      ['z', 1],
    ],
    (mem, l) => [
      step('q = z', set(l.q, mem.z)),
      relaxed(step('r = cmpxchg_relaxed(&x, 1, 2)', set(l.r, mem.x), when(eq(l.r, 1), set(mem.x, 2)))),
      step('s = 1', set(l.s, 1)),
    ],
    (l) => and(eq(l.q, 1), and(eq(l.r, 0), eq(l.s, 1))),
  );
  expect(verdictOf(model)).toBe('violated');
});

test('a store of a section is seen before a plain load sees the lock taken', () => {
  const model = defineModel({
    name: 'spin_is_locked',
    summary: '',
    options: {},
    build: () => {
      // 0 before it is taken, 1 while it is, 2 after.
      const mem = shared({ y: init(V, 0), l: init(V, 0) });
      const p = thread('p', {}, () => [
        acquire(wait('spin_lock(&l)', eq(mem.l, 0), set(mem.l, 1))),
        step('y = 1', set(mem.y, 1)),
        release(step('spin_unlock(&l)', set(mem.l, 2))),
      ]);
      const q = thread('q', { locals: { s: init(V, 0), b: init(V, 1) } }, (l) => [
        acquire(step('s = y', set(l.s, mem.y))),
        step('b = l', set(l.b, mem.l)),
      ]);
      return {
        shared: mem,
        threads: [p, q],
        properties: [
          always('free, and the section has begun', not(exists(q, (l) => and(eq(l.b, 0), eq(l.s, 1))))),
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
        step('r = pending[1]', set(l.r, mem.pending.at(1))),
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

test('a state that takes long is left half expanded when time is up', { timeout: 60_000 }, () => {
  const model = defineModel({
    name: 'many promises',
    summary: '',
    options: {},
    build: () => {
      const digit = range(0, 6);
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
