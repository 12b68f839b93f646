/** Load buffering and use after free by every construct of the language: what ARMv8 allows is found, what it orders is proved. */
import { expect, test } from 'vitest';
import {
  acquire,
  always,
  and,
  array,
  assert,
  atomically,
  bool,
  branch,
  choose,
  conditional,
  count,
  dec,
  defineModel,
  each,
  either,
  ended,
  eq,
  exists,
  forAll,
  forever,
  full,
  goto,
  index,
  init,
  label,
  le,
  loop,
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
  sub,
  thread,
  values,
  wait,
  when,
  type Statement,
  type Text,
} from '../../checker/language/index.ts';
import type { MemoryModelName } from '../../checker/language/memory-name.ts';
import type { Model, Parts } from '../../checker/language/model.ts';
import type { AnyThread } from '../../checker/language/thread.ts';
import type { References } from '../../checker/language/variable.ts';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';

const modelOf = (build: () => Parts): Model =>
  defineModel({ name: 'test', summary: '', options: {}, build }).build();

const verdictOf = (model: Model, memory: MemoryModelName) =>
  check(memoryModels[memory](model, defaultSettings)).outcome.verdict;

const v = range(0, 2);
const locals = { r: init(v, 0), s: init(v, 0), i: init(index(2), 0), saw: array(2, v, 0) };
const cells = () =>
  shared({
    x: init(v, 0),
    y: init(v, 0),
    z: init(v, 0),
    a: array(2, v, 0),
    irqs: init(bool, false),
  });
type Locals = References<typeof locals>;
type Cells = ReturnType<typeof cells>;

interface Shape {
  readonly text: (l: Locals, mem: Cells) => Text;
  /** A property names s too. */
  readonly isSeen?: true;
  /** Another CPU, or a handler of the first. */
  readonly more?: (mem: Cells, user: AnyThread) => readonly AnyThread[];
}

/** Load buffering: r = 1 although x is stored only where y = 1 was seen. */
function loadBuffering({ text, isSeen, more = () => [] }: Shape): Model {
  return modelOf(() => {
    const mem = cells();
    const user = thread('user', { locals }, (l) => text(l, mem));
    const other = thread('other', { locals: { a: init(v, 0) } }, (l) => [
      step('a = y', set(l.a, mem.y)),
      smpMb(),
      step('x = 1', set(mem.x, 1)),
    ]);
    const bad = and(
      exists(user, (l) => eq(l.r, 1)),
      exists(other, (l) => ne(l.a, 0)),
    );
    return {
      shared: mem,
      threads: [user, other, ...more(mem, user)],
      properties: [
        always('no load buffering', not(bad)),
        ...(isSeen === true
          ? [
              always(
                's is small',
                forAll(user, (l) => le(l.s, 2)),
              ),
            ]
          : []),
        reachable('the end', ended(other)),
      ],
    };
  });
}

const load = (l: Locals, mem: Cells): Statement => step('r = x', set(l.r, mem.x));
const store = (mem: Cells): Statement => step('y = 1', set(mem.y, 1));
const writesZ = (mem: Cells) => [thread('third', {}, () => [step('z = 1', set(mem.z, 1))])];

const allowed: Readonly<Record<string, Shape>> = {
  'nothing in between': { text: (l, mem) => [load(l, mem), store(mem)] },
  'a count': { text: (l, mem) => [step('r = x', set(l.r, mem.x), count('loads')), store(mem)] },
  'an assertion': {
    text: (l, mem) => [step('r = x', set(l.r, mem.x), assert('small', ne(l.r, 2))), store(mem)],
  },
  'each over locals': {
    text: (l, mem) => [
      step(
        'r = x',
        set(l.r, mem.x),
        each(2, (i) => [set(l.saw.at(i), l.r)]),
      ),
      store(mem),
    ],
  },
  'a branch without memory': {
    text: (l, mem) => [load(l, mem), branch('r', eq(l.r, 1), [step('s = 1', set(l.s, 1))]), store(mem)],
  },
  'a branch on memory, without memory behind it': {
    text: (l, mem) => [branch('x', eq(mem.x, 1), [step('r = 1', set(l.r, 1))]), store(mem)],
  },
  'an atomic block of one store': {
    text: (l, mem) => [load(l, mem), atomically('one store', step('y = 1', set(mem.y, 1)))],
  },
  'an acquire of something else': {
    text: (l, mem) => [load(l, mem), acquire(step('s = z', set(l.s, mem.z))), store(mem)],
    more: writesZ,
  },
  'a choice': { text: (l, mem) => [load(l, mem), either([store(mem)], [store(mem)])] },
  'a wide load': {
    text: (l, mem) => [
      load(l, mem),
      atomically('a 64-bit load', step('s = z', set(l.s, mem.z)), step('s = y', set(l.s, mem.y))),
      store(mem),
    ],
    more: writesZ,
  },
  "an interrupt handler's variable": {
    text: (l, mem) => [load(l, mem), step('irqs on', set(mem.irqs, true)), store(mem)],
    more: (mem, user) => [
      thread('handler', { on: user, mayBlockForever: true }, () => [
        forever(atomically('an interrupt', wait('irq', mem.irqs, set(mem.irqs, false)))),
      ]),
    ],
  },
  'a loop': {
    text: (l, mem) => [
      loop('for each', l.i, [step('saw[i] = x', set(l.saw.at(l.i), mem.x))]),
      step('r = saw[1]', set(l.r, l.saw.at(1))),
      store(mem),
    ],
  },
  'a choice of a value': {
    text: (l, mem) => [
      step('s = x', set(l.s, mem.x)),
      step('r = s', set(l.r, l.s)),
      choose('s', l.s),
      store(mem),
    ],
  },
  'a local that is used again, by a branch': {
    text: (l, mem) => [
      step('s = x', set(l.s, mem.x)),
      step('r = s', set(l.r, l.s)),
      step('s = z', set(l.s, mem.z)),
      branch('s', eq(l.s, 1), [store(mem)]),
    ],
    more: writesZ,
  },
  'a local that is used again, by an address': {
    text: (l, mem) => [
      step('s = x', set(l.s, mem.x)),
      step('r = s', set(l.r, l.s)),
      step('i = z', set(l.i, conditional(eq(mem.z, 1), 1, 0))),
      step('s = a[i]', set(l.s, mem.a.at(l.i))),
      branch('s', eq(l.s, 0), [store(mem)]),
    ],
    more: writesZ,
  },
  'an atomic operation whose value is seen too': {
    text: (l, mem) => [load(l, mem), relaxed(step('r2 = xchg(y, 1)', set(l.s, mem.y), set(mem.y, 1)))],
    isSeen: true,
  },
  'xchg_release() behind a late load': {
    text: (l, mem) => [
      load(l, mem),
      release(step('s = xchg_release(z, 1)', set(l.s, mem.z), set(mem.z, 1))),
      step('y = s + 1', set(mem.y, conditional(eq(l.s, 0), 1, 2))),
    ],
    more: (mem) => [thread('third', { locals: { q: init(v, 0) } }, (l) => [step('q = z', set(l.q, mem.z))])],
  },
  'a cmpxchg_relaxed() that fails': {
    text: (l, mem) => [
      relaxed(step('r = cmpxchg_relaxed(x, 2, 0)', set(l.r, mem.x), when(eq(l.r, 2), set(mem.x, 0)))),
      store(mem),
    ],
  },
  'a cmpxchg() that decides by a local of that name': {
    text: (l, mem) => [
      step('s = x', set(l.s, mem.x)),
      step('r = s', set(l.r, l.s)),
      relaxed(step('s = cmpxchg(y, 0, 1)', set(l.s, mem.y), when(eq(l.s, 0), set(mem.y, 1)))),
    ],
  },
  'a branch whose arms are alike': {
    text: (l, mem) => [load(l, mem), branch('r', eq(l.r, 1), [store(mem)], [store(mem)])],
  },
  'a round of a loop with goto': {
    text: (l, mem) => [
      label('again'),
      step('s = x', set(l.s, mem.x)),
      step('r = s', set(l.r, l.s)),
      step('s = z', set(l.s, mem.z)),
      branch('s', eq(l.s, 0), [goto('again')]),
      store(mem),
    ],
    more: writesZ,
  },
  'a branch on a store that is late': {
    text: (l, mem) => [load(l, mem), step('x = 1', set(mem.x, 2)), branch('x', ne(mem.x, 0), [store(mem)])],
  },
};

test.each(Object.entries(allowed))('load buffering is found: %s', (_, shape) => {
  expect(verdictOf(loadBuffering(shape), 'arm64')).toBe('violated');
});

const ordered: Readonly<Record<string, Shape>> = {
  'a cmpxchg() that fails': {
    text: (l, mem) => [
      step('r = cmpxchg(x, 2, 0)', set(l.r, mem.x), when(eq(l.r, 2), set(mem.x, 0))),
      store(mem),
    ],
  },
  'a full barrier': { text: (l, mem) => [load(l, mem), smpMb(), store(mem)] },
  'a read barrier': { text: (l, mem) => [load(l, mem), smpRmb(), store(mem)] },
  'an acquire': { text: (l, mem) => [acquire(load(l, mem)), store(mem)] },
  'a release': { text: (l, mem) => [load(l, mem), release(store(mem))] },
  data: { text: (l, mem) => [load(l, mem), step('y = r', set(mem.y, l.r))] },
  control: { text: (l, mem) => [load(l, mem), branch('r', eq(l.r, 1), [store(mem)])] },
  'an address': { text: (l, mem) => [load(l, mem), step('s = a[r]', set(l.s, mem.a.at(l.r))), store(mem)] },
  'a full atomic operation': {
    text: (l, mem) => [load(l, mem), step('s = xchg(z, 1)', set(l.s, mem.z), set(mem.z, 1)), store(mem)],
    more: writesZ,
  },
  'an atomic operation whose value is left out': {
    text: (l, mem) => [load(l, mem), full(step('put_page(z)', set(mem.z, 1))), store(mem)],
    more: writesZ,
  },
  'a barrier in a loop': {
    text: (l, mem) => [
      loop('for each', l.i, [step('saw[i] = x', set(l.saw.at(l.i), mem.x)), smpMb()]),
      step('r = saw[1]', set(l.r, l.saw.at(1))),
      store(mem),
    ],
  },
  'a choice with a barrier on each way': {
    text: (l, mem) => [load(l, mem), smpMb(), either([store(mem)], [store(mem)])],
  },
};

test.each(Object.entries(ordered))('what ARMv8 orders is proved: %s', (_, shape) => {
  expect(verdictOf(loadBuffering(shape), 'arm64')).toBe('holds');
});

/** A reference is given back by a decrement that orders nothing; what was read under it is read later. */
function useAfterFree(use: (l: Locals, mem: { readonly pte: Cells['a'] }) => Text, put = relaxed): Model {
  return modelOf(() => {
    const mem = shared({ ref: init(range(0, 1), 1), pte: array(2, v, 0, '0 is live') });
    const walker = thread('walker', { locals }, (l) => [...use(l, mem), put(step('ref--', dec(mem.ref)))]);
    const freer = thread('freer', {}, () => [
      wait('while (ref)', eq(mem.ref, 0)),
      smpMb(),
      step('free', set(mem.pte.at(0), 1)),
    ]);
    const live = forAll(walker, (l) => and(eq(l.r, 0), eq(l.saw.at(0), 0), eq(l.saw.at(1), 0)));
    return {
      shared: mem,
      threads: [walker, freer],
      properties: [always('no use after free', live), reachable('the end', and(ended(walker), ended(freer)))],
    };
  });
}

test.each<[string, Parameters<typeof useAfterFree>[0]]>([
  ['a load', (l, mem) => [step('r = pte[0]', set(l.r, mem.pte.at(0)))]],
  ['an assertion', (_, mem) => [step('use', assert('live', eq(mem.pte.at(0), 0)))]],
  ['a count', (l, mem) => [step('r = pte[0]', set(l.r, mem.pte.at(0)), count('loads'))]],
  [
    'a walk',
    (l, mem) => [loop('for each', l.i, [step('saw[i] = pte[i]', set(l.saw.at(l.i), mem.pte.at(l.i)))])],
  ],
])('use after free behind %s', (_, use) => {
  expect(verdictOf(useAfterFree(use), 'arm64')).toBe('violated');
  expect(verdictOf(useAfterFree(use, full), 'arm64')).toBe('holds');
});

test('a wait that reads and continues to wait reads no older value: a missed pulse is a deadlock', () => {
  const model = modelOf(() => {
    const mem = shared({ flag: init(bool, true) });
    const waiter = thread('waiter', {}, () => [wait('while (!flag)', mem.flag)]);
    const clearer = thread('clearer', {}, () => [step('flag = 0', set(mem.flag, false))]);
    const end = and(ended(waiter), ended(clearer));
    return { shared: mem, threads: [waiter, clearer], properties: [reachable('the end', end)] };
  });
  for (const memory of ['sc', 'tso', 'pso', 'arm64'] as const)
    expect(verdictOf(model, memory)).toBe('deadlock');
});

test('an alternative that waits and retries can still give way to another', () => {
  const model = modelOf(() => {
    const mem = shared({ flag: init(bool, true), other: init(bool, false) });
    const waiter = thread('waiter', {}, () => [either([wait('flag', mem.flag)], [wait('other', mem.other)])]);
    const clearer = thread('clearer', {}, () => [
      step('flag = 0', set(mem.flag, false)),
      step('other = 1', set(mem.other, true)),
    ]);
    const end = and(ended(waiter), ended(clearer));
    return { shared: mem, threads: [waiter, clearer], properties: [reachable('the end', end)] };
  });
  expect(verdictOf(model, 'arm64')).toBe('holds');
});

test.each(['tso', 'pso', 'arm64'] as const)(
  'a cmpxchg() that fails leaves the store buffer as it is: %s',
  (memory) => {
    const model = modelOf(() => {
      const mem = shared({ x: init(v, 0), y: init(v, 0), z: init(v, 1) });
      const threads = ([0, 1] as const).map((own) => {
        const [mine, others] = own === 0 ? [mem.x, mem.y] : [mem.y, mem.x];
        return thread(`P${own}`, { locals: { r: init(v, 2), f: init(bool, false) } }, (l) => [
          step('mine = 1', set(mine, 1)),
          step('atomic_add_unless(z)', set(l.f, eq(mem.z, 0)), when(l.f, set(mem.z, 1))),
          step('r = others', set(l.r, others)),
        ]);
      });
      const both = and(...threads.map((one) => exists(one, (l) => eq(l.r, 0))));
      return {
        shared: mem,
        threads,
        properties: [always('no store buffering', not(both)), reachable('any', true)],
      };
    });
    expect(verdictOf(model, 'sc')).toBe('holds');
    expect(verdictOf(model, memory)).toBe('violated');
  },
);

test.each(['tso', 'pso', 'arm64'] as const)(
  'an atomic step over two cells is a block of its own: %s',
  (memory) => {
    const kinds = values('free', 'read', 'write');
    const model = modelOf(() => {
      const mem = shared({ readers: init(range(0, 1), 0), kind: init(kinds, 'free') });
      const reader = thread('reader', { locals }, (l) => [
        atomically(
          'one word',
          step('readers++', set(mem.readers, 1), set(l.r, conditional(eq(mem.kind, 'write'), 1, 2))),
        ),
      ]);
      const writer = thread('writer', { locals: { x: init(v, 0) } }, (l) => [
        atomically(
          'one word',
          step(
            'cmpxchg',
            set(l.x, conditional(and(eq(mem.readers, 0), eq(mem.kind, 'free')), 1, 2)),
            when(eq(l.x, 1), set(mem.kind, 'write')),
          ),
        ),
        step('kind = free', set(mem.kind, 'free')),
      ]);
      return { shared: mem, threads: [reader, writer], properties: [reachable('read', eq(mem.readers, 1))] };
    });
    expect(verdictOf(model, memory)).toBe('holds');
  },
);

test.each([
  ['0 first', 0],
  ['1 first', 1],
] as const)('a variable of one CPU decides what that CPU may store early: %s', (_, first) => {
  const bit = range(0, 1);
  const model = modelOf(() => {
    const mem = shared({ x: init(bit, 0), y: init(bit, 0), own: init(bit, 0) });
    const user = thread('user', { locals: { c: init(bit, 0), r: init(bit, 0) } }, (l) => [
      choose('c', l.c),
      step('own = c', set(mem.own, first === 0 ? l.c : sub(1, l.c))),
      step('r = x', set(l.r, mem.x)),
      branch('own', eq(mem.own, 1), [step('y = 1', set(mem.y, 1))]),
    ]);
    const other = thread('other', { locals: { a: init(bit, 0) } }, (l) => [
      step('a = y', set(l.a, mem.y)),
      smpMb(),
      step('x = a', set(mem.x, l.a)),
    ]);
    return {
      shared: mem,
      threads: [user, other],
      properties: [always('no load buffering', not(exists(user, (l) => eq(l.r, 1)))), reachable('any', true)],
    };
  });
  expect(verdictOf(model, 'pso')).toBe('holds');
  expect(verdictOf(model, 'arm64')).toBe('violated');
});
