/** Outcomes that ARMv8 has, each by one construct of the language. */
import { describe, expect, test } from 'vitest';
import {
  always,
  and,
  array,
  assert,
  atomically,
  bool,
  branch,
  conditional,
  count,
  dec,
  defineModel,
  either,
  ended,
  eq,
  exists,
  forAll,
  full,
  goto,
  index,
  init,
  label,
  loop,
  lt,
  ne,
  not,
  range,
  reachable,
  relaxed,
  release,
  set,
  shared,
  smpMb,
  smpRmb,
  step,
  thread,
  values,
  wait,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';

const V = range(0, 2);
const arm64 = (model: Model) => check(memoryModels.arm64(model, defaultSettings)).outcome;
const verdictOf = (model: Model) => arm64(model).verdict;

const locals = { r: init(V, 0), s: init(V, 0), t: init(V, 0) };
interface Site {
  readonly x: Variable<number>;
  readonly y: Variable<number>;
  readonly z: Variable<number>;
  readonly w: Variable<number>;
  readonly irqs: Variable<boolean>;
  readonly n: Variable<number>;
  readonly l: Readonly<Record<'r' | 's' | 't', Variable<number>>>;
}

/** Load buffering: what P0 does with x and y, against a load of y, smp_mb() and a store to x. */
function loadBuffering(text: (site: Site) => Text, seen: 'r' | 'r and s' = 'r', handler = false): Model {
  return defineModel({
    name: 'LB',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({
        ...{ x: init(V, 0), y: init(V, 0), z: init(V, 0), w: init(V, 0) },
        ...{ irqs: init(bool, true), n: init(V, 0) },
      });
      const p0 = thread('P0', { locals }, (l) => text({ ...mem, l }));
      const p1 = thread('P1', { locals: { a: init(V, 0) } }, (l) => [
        step('a = y', set(l.a, mem.y)),
        smpMb(),
        step('x = 1', set(mem.x, 1)),
      ]);
      const p2 = thread('P2', {}, () => [step('z = 1', set(mem.z, 1)), step('w = 1', set(mem.w, 1))]);
      const interrupt = () =>
        thread('IRQ', { on: p0, mayBlockForever: true }, () => [
          atomically('irq', wait('irq', not(mem.irqs), set(mem.n, 1))),
        ]);
      const both = and(
        exists(p0, (l) => (seen === 'r' ? eq(l.r, 1) : and(eq(l.r, 1), eq(l.s, 0)))),
        exists(p1, (l) => eq(l.a, 1)),
      );
      return {
        shared: mem,
        threads: [p0, p1, p2, ...(handler ? [interrupt()] : [])],
        properties: [always('no load buffering', not(both)), reachable('end', and(ended(p0), ended(p1)))],
      };
    },
  }).build();
}

const load = ({ l, x }: Site) => step('r = x', set(l.r, x));
const store = ({ y }: Site) => step('y = 1', set(y, 1));
const xchg = ({ l, y }: Site) => relaxed(step('s = xchg_relaxed(y, 1)', set(l.s, y), set(y, 1)));

describe('load buffering', () => {
  test.each<[string, (site: Site) => Text]>([
    ['plain', (m) => [load(m), store(m)]],
    ['an event is counted', (m) => [step('r = x', set(m.l.r, m.x), count('loads')), store(m)]],
    ['either', (m) => [load(m), either([store(m)], [store(m)])]],
    [
      'an assertion on the load',
      (m) => [step('r = x', set(m.l.r, m.x), assert('small', ne(m.l.r, 2))), store(m)],
    ],
    [
      'a block that only reads',
      (m) => [
        load(m),
        atomically('64 bits', step('a', set(m.l.s, m.z)), step('b', set(m.l.s, m.w))),
        store(m),
      ],
    ],
    [
      'past xchg_release() of another cell',
      (m) => [
        load(m),
        release(step('s = xchg_release(z, 1)', set(m.l.s, m.z), set(m.z, 1))),
        step('y = s + 1', set(m.y, conditional(eq(m.l.s, 0), 1, 2))),
      ],
    ],
    ['xchg_relaxed()', (m) => [load(m), xchg(m)]],
    [
      'a register that is used again',
      (m) => [
        load(m),
        step('s = r', set(m.l.s, m.l.r)),
        step('s = z', set(m.l.s, m.z)),
        branch('s', eq(m.l.s, 0), [store(m)]),
      ],
    ],
    [
      'a branch that only computes',
      (m) => [load(m), branch('r', eq(m.l.r, 1), [step('t = 1', set(m.l.t, 1))]), store(m)],
    ],
    ['a loop', (m) => [load(m), loop('twice', m.l.t, [store(m)])]],
    [
      "a release of a cell that is nobody else's",
      (m) => [load(m), store(m), release(step('n = 1', set(m.n, 1)))],
    ],
  ])('%s', (_, text) => {
    expect(verdictOf(loadBuffering(text))).toBe('violated');
  });

  test('an interrupt handler on the CPU', () => {
    const text = (m: Site) => [load(m), step('irqs on', set(m.irqs, false)), store(m)];
    expect(verdictOf(loadBuffering(text, 'r', true))).toBe('violated');
  });

  test.each(['r', 'r and s'] as const)('what the property names, such as %s, changes nothing', (seen) => {
    expect(verdictOf(loadBuffering((m) => [load(m), xchg(m)], seen))).toBe('violated');
  });

  test.each<[string, (site: Site) => Text]>([
    ['a barrier', (m) => [load(m), smpMb(), store(m)]],
    ['a control dependency', (m) => [load(m), branch('r', ne(m.l.r, 2), [store(m)])]],
    ['a jump', (m) => [load(m), branch('r', eq(m.l.r, 2), [goto('out')]), store(m), label('out')]],
    ['a value', (m) => [load(m), step('y = r', set(m.y, conditional(eq(m.l.r, m.l.r), 1, 1)))]],
    [
      'a value that a branch computes',
      (m) => [
        load(m),
        branch('r', eq(m.l.r, 1), [step('t = 1', set(m.l.t, 1))], [step('t = 2', set(m.l.t, 2))]),
        step('y = t', set(m.y, m.l.t)),
      ],
    ],
    [
      'a block that writes',
      (m) => [load(m), atomically('two stores', step('z', set(m.z, 1)), step('y', set(m.y, 1)))],
    ],
    [
      'an atomic operation in full order',
      (m) => [load(m), full(step('s = xchg(y, 1)', set(m.l.s, m.y), set(m.y, 1)))],
    ],
  ])('%s orders them', (_, text) => {
    expect(verdictOf(loadBuffering(text))).toBe('holds');
  });
});

/** A use of an object before its reference is given back, and another CPU that frees it. */
function useAfterFree(
  use: (m: { data: Variable<'live' | 'freed'>; r: Variable<'live' | 'freed'> }) => Text,
  put: 'relaxed' | 'full',
  claims: boolean,
): Model {
  return defineModel({
    name: 'UAF',
    summary: '',
    options: {},
    build: () => {
      const Data = values('live', 'freed');
      const mem = shared({ ref: init(range(0, 1), 1), data: init(Data, 'live') });
      const user = thread('user', { locals: { r: init(Data, 'live') } }, (l) => [
        use({ data: mem.data, r: l.r }),
        put === 'full' ? full(step('put', dec(mem.ref))) : step('atomic_dec(&ref)', dec(mem.ref)),
      ]);
      const freer = thread('freer', {}, () => [
        wait('while (atomic_read(&ref))', eq(mem.ref, 0)),
        smpMb(),
        step('kfree(obj)', set(mem.data, 'freed')),
      ]);
      return {
        shared: mem,
        threads: [user, freer],
        properties: [
          ...(claims
            ? [
                always(
                  'no use after free',
                  forAll(user, (l) => eq(l.r, 'live')),
                ),
              ]
            : []),
          reachable('end', and(ended(user), ended(freer))),
        ],
      };
    },
  }).build();
}

test.each<[string, Parameters<typeof useAfterFree>[0], boolean]>([
  ['a property', ({ r, data }) => [step('r = obj->data', set(r, data))], true],
  ['an assertion', ({ data }) => [step('use', assert('no use after free', eq(data, 'live')))], false],
  ['a counted load', ({ r, data }) => [step('r = obj->data', set(r, data), count('accesses'))], true],
  [
    'a load with an assertion',
    ({ r, data }) => [step('r', set(r, data), assert('no use after free', eq(r, 'live')))],
    false,
  ],
])('a use after free by %s is found, and a full put_page() prevents it', (_, use, claims) => {
  expect(verdictOf(useAfterFree(use, 'relaxed', claims))).toBe('violated');
  expect(verdictOf(useAfterFree(use, 'full', claims))).toBe('holds');
});

test('a table walked in a loop and given back by a relaxed decrement', () => {
  const Pte = values('live', 'freed');
  const model = defineModel({
    name: 'walk',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ ref: init(range(0, 2), 2), pte: array(2, Pte, 'live') });
      const own = { i: init(index(2), 0), saw: array(2, Pte, 'live') };
      const walker = thread('walker', { locals: own }, (l) => [
        loop('for each pte', l.i, [step('saw[i] = pte[i]', set(l.saw.at(l.i), mem.pte.at(l.i)))]),
        step('atomic_dec(&ref)', dec(mem.ref)),
      ]);
      const freer = thread('freer', {}, () => [
        wait('while (ref > 1)', lt(mem.ref, 2)),
        smpMb(),
        step('free', set(mem.pte.at(0), 'freed')),
      ]);
      return {
        shared: mem,
        threads: [walker, freer],
        properties: [
          always(
            'no use after free',
            forAll(walker, (l) => and(eq(l.saw.at(0), 'live'), eq(l.saw.at(1), 'live'))),
          ),
          reachable('end', and(ended(walker), ended(freer))),
        ],
      };
    },
  }).build();
  expect(verdictOf(model)).toBe('violated');
});

/** Somebody waits for a flag that another CPU changes once. */
const waiting = (first: boolean, then: boolean): Model =>
  defineModel({
    name: 'wait',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ flag: init(bool, first) });
      const waiter = thread('waiter', {}, () => [wait('while (!READ_ONCE(flag))', mem.flag)]);
      const other = thread('other', {}, () => [step('flag', set(mem.flag, then))]);
      return {
        shared: mem,
        threads: [waiter, other],
        properties: [reachable('end', and(ended(waiter), ended(other)))],
      };
    },
  }).build();

test('a wait does not live on an old value for ever', () => {
  expect(verdictOf(waiting(true, false))).toBe('deadlock');
  expect(verdictOf(waiting(false, true))).toBe('holds');
});

test('a late store is late for a property too, and a barrier behind it ends that', () => {
  const model = (isFenced: boolean) =>
    defineModel({
      name: 'late',
      summary: '',
      options: {},
      build: () => {
        const mem = shared({ x: init(V, 0) });
        const writer = thread('writer', { locals: { done: init(bool, false) } }, (l) => [
          step('x = 1', set(mem.x, 1)),
          isFenced ? [smpMb()] : [],
          step('done', set(l.done, true)),
        ]);
        const reader = thread('reader', { locals: { r: init(V, 0) } }, (l) => [
          step('r = x', set(l.r, mem.x)),
        ]);
        return {
          shared: mem,
          threads: [writer, reader],
          properties: [
            always(
              'who is done has stored',
              forAll(writer, (l) => not(and(l.done, eq(mem.x, 0)))),
            ),
            reachable('end', and(ended(writer), ended(reader))),
          ],
        };
      },
    }).build();
  expect(verdictOf(model(false))).toBe('violated');
  expect(verdictOf(model(true))).toBe('holds');
});

test('a read barrier alone orders two loads', () => {
  const model = (barrier: Text) =>
    defineModel({
      name: 'MP',
      summary: '',
      options: {},
      build: () => {
        const mem = shared({ x: init(V, 0), y: init(V, 0) });
        const writer = thread('writer', {}, () => [
          step('x = 1', set(mem.x, 1)),
          release(step('y = 1', set(mem.y, 1))),
        ]);
        const reader = thread('reader', { locals: { r: init(V, 0), s: init(V, 1) } }, (l) => [
          step('r = y', set(l.r, mem.y)),
          barrier,
          step('s = x', set(l.s, mem.x)),
        ]);
        return {
          shared: mem,
          threads: [writer, reader],
          properties: [
            always(
              'data behind flag',
              forAll(reader, (l) => not(and(eq(l.r, 1), eq(l.s, 0)))),
            ),
            reachable('end', and(ended(writer), ended(reader))),
          ],
        };
      },
    }).build();
  expect(verdictOf(model([]))).toBe('violated');
  expect(verdictOf(model([smpRmb()]))).toBe('holds');
});

test('a decrement that others have seen is not made twice', () => {
  const model = defineModel({
    name: 'two puts',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ count: init(range(0, 2), 2), x: init(V, 0) });
      const user = thread('user', { cpus: 2, locals: { r: init(V, 0) } }, (l) => [
        step('r = x', set(l.r, mem.x)),
        step('atomic_dec(&count)', dec(mem.count)),
      ]);
      const other = thread('other', {}, () => [
        wait('count', lt(mem.count, 2)),
        step('x = 1', set(mem.x, 1)),
      ]);
      return {
        shared: mem,
        threads: [user, other],
        properties: [reachable('all given back', eq(mem.count, 0))],
      };
    },
  }).build();
  expect(verdictOf(model)).toBe('holds');
});

describe('a quantifier that was written elsewhere, of the level of the one around it', () => {
  const mem = shared({ a: array(2, V, 0), b: array(2, V, 0) });
  const p = thread('p', { cpus: 2, locals }, (l, cpu) => [
    step('a[0] = 1', set(mem.a.at(0), 1)),
    step('r = cpu', set(l.r, conditional(eq(cpu, 0), 1, 0))),
  ]);
  const rest = reachable(
    'the end',
    exists(p, (_l, cpu) => ended(p, cpu)),
  );
  const verdictWith = (claimed: () => Parameters<typeof always>[1]) =>
    verdictOf(
      defineModel({
        name: 'elsewhere',
        summary: '',
        options: {},
        build: () => ({ shared: mem, threads: [p], properties: [always('claimed', claimed()), rest] }),
      }).build(),
    );
  const someS = exists(p, (l) => eq(l.s, 1));
  const oneB = exists(2, (i) => eq(mem.b.at(i), 1));

  test('leaves copies their numbers', () => {
    expect(verdictWith(() => forAll(p, (l) => and(not(someS), eq(l.r, 0))))).toBe('violated');
  });
  test('leaves elements their numbers', () => {
    expect(verdictWith(() => forAll(2, (i) => and(not(oneB), eq(mem.a.at(i), 0))))).toBe('violated');
  });
});

test('a block that waits and writes nothing orders no store that stands before it', () => {
  const mem = shared({ x: init(V, 0), y: init(V, 0) });
  const side = (name: string, mine: Variable<number>, other: Variable<number>) =>
    thread(name, { locals, mayBlockForever: true }, (l) => [
      step('mine = 1', set(mine, 1)),
      atomically('looks at once', wait('!other', eq(other, 0))),
      step('r = 1', set(l.r, 1)),
    ]);
  const model = defineModel({
    name: 'store buffering',
    summary: '',
    options: {},
    build: () => {
      const [p, q] = [side('p', mem.x, mem.y), side('q', mem.y, mem.x)];
      const inside = (one: typeof p) => exists(one, (l) => eq(l.r, 1));
      return {
        shared: mem,
        threads: [p, q],
        properties: [always('apart', not(and(inside(p), inside(q)))), reachable('in', inside(p))],
      };
    },
  }).build();
  expect(check(memoryModels.tso(model, defaultSettings)).outcome.verdict).toBe('violated');
  expect(verdictOf(model)).toBe('violated');
});

test('a trace has an old value only where no other shortest run has the violation', () => {
  const model = defineModel({
    name: 'plain',
    summary: '',
    options: {},
    build: () => {
      const mem = shared({ x: init(V, 0) });
      const writer = thread('writer', {}, () => [step('x = 1', set(mem.x, 1))]);
      const reader = thread('reader', { locals: { r: init(V, 2) } }, (l) => [step('r = x', set(l.r, mem.x))]);
      const end = and(ended(writer), ended(reader));
      const old = exists(reader, (l) => eq(l.r, 0));
      return {
        shared: mem,
        threads: [writer, reader],
        properties: [always('new', not(and(end, old))), reachable('end', end)],
      };
    },
  }).build();
  const { trace } = check(memoryModels.arm64(model, defaultSettings));
  const events = trace!.steps.flatMap((one) => one.events);
  expect(trace!.steps.map(({ thread: name }) => name)).toEqual(['reader', 'writer']);
  expect(events.filter(({ outOfOrder }) => (outOfOrder?.old.length ?? 0) > 0)).toEqual([]);
});
