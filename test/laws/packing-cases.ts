/** Models that are hard for code generation: nesting, names, choices and waiting; and, by name, all cases of both kinds. */
import {
  add,
  always,
  and,
  array,
  assert,
  atomically,
  bool,
  branch,
  choose,
  conditional,
  defineModel,
  each,
  either,
  ended,
  eq,
  exists,
  forAll,
  forever,
  ge,
  gt,
  inc,
  index,
  init,
  loop,
  note,
  lt,
  ne,
  not,
  or,
  range,
  reachable,
  set,
  shared,
  step,
  sub,
  thread,
  values,
  wait,
  when,
  type Parts,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { crossing, happens, negative, neighbours, page } from './packed-models.ts';

function nested(): Parts {
  const mem = shared({
    grid: array(6, range(0, 2), 0),
    total: init(range(-100, 100), 0),
    flag: init(bool, false),
  });
  const t = thread('t', { cpus: 2, locals: { k: init(range(0, 2), 0) } }, (l, cpu) => [
    choose('k', l.k),
    atomically(
      'grid',
      step(
        'grid',
        each(3, (i) => [
          each(2, (j) => [
            when(
              eq(i, l.k),
              inc(mem.grid.at(add(add(i, i), j))),
              when(eq(cpu, 1), set(mem.total, add(mem.total, i))),
            ),
          ]),
        ]),
      ),
      step(
        'check',
        assert(
          'not all',
          exists(6, (c) => eq(mem.grid.at(c), 0)),
        ),
      ),
    ),
    step('flag', set(mem.flag, or(mem.flag, and(eq(l.k, cpu), not(mem.flag))))),
    atomically(
      'k',
      step('k', set(l.k, conditional(mem.flag, sub(l.k, l.k), 2))),
      step('grid', set(mem.grid.at(add(l.k, 3)), sub(mem.grid.at(0), 1))),
    ),
  ]);
  const grid = forAll(t, (l, cpu) =>
    or(
      ended(t, cpu),
      exists(3, (i) => forAll(3, (j) => or(ne(l.k, i), ge(mem.grid.at(add(i, j)), 0)))),
    ),
  );
  const two = exists(t, (l) => eq(conditional(eq(l.k, 2), mem.total, 0), 4));
  return {
    shared: mem,
    threads: [t],
    properties: [always('grid', grid), reachable('two', two), always('few', lt(mem.total, 3))],
  };
}

function names(): Parts {
  const mem = shared({
    a: init(values('x', 'y'), 'x'),
    b: init(values('x', 'y'), 'y'),
    c: init(values('y', 'z'), 'z'),
  });
  const t = thread('t', { cpus: 2, locals: { seen: init(values('x', 'y'), 'x') } }, (l) => [
    atomically(
      'swap',
      step('seen', set(l.seen, mem.a)),
      step('a', set(mem.a, conditional(eq(mem.a, mem.b), mem.b, 'x'))),
      step('b', set(mem.b, conditional(eq(mem.c, 'z'), l.seen, mem.b))),
    ),
    step('c', when(eq(mem.c, 'z'), set(mem.c, 'y'))),
    step('b', set(mem.b, conditional(ne(conditional(eq(l.seen, 'y'), l.seen, 'x'), 'x'), mem.b, 'y'))),
  ]);
  return { shared: mem, threads: [t], properties: [happens, always('ne', ne(mem.a, 'y'))] };
}

function choices(): Parts {
  const mem = shared({ sum: init(range(0, 4), 0), seen: array(4, bool, false) });
  const t = thread('t', { cpus: 2, locals: { i: init(index(4), 0), j: init(range(-2, 1), 0) } }, (l, cpu) => [
    step('start', set(mem.seen.at(0), true)),
    choose('i', l.i),
    branch('cpu', eq(cpu, 0), [choose('j', l.j)]),
    step('local', when(lt(l.j, 0), set(l.j, sub(l.j, l.i)))),
    step('sum', set(mem.sum, add(mem.sum, l.i))),
    atomically(
      'check',
      step(
        'i',
        assert('i is not 3', ne(l.i, 3)),
        assert('j is not 1', ne(l.j, 1)),
        set(mem.seen.at(l.i), true),
      ),
    ),
    step('guarded', set(mem.seen.at(add(l.i, 2)), false)),
  ]);
  return { shared: mem, threads: [t], properties: [happens] };
}

/** The same with words in memory instead of locals. */
function wideChoices(): Parts {
  const mem = shared({ cells: array(300, range(0, 2), 1), most: init(range(0, 2), 0) });
  const t = thread('t', { locals: { i: init(index(6), 0), j: init(index(5), 0) } }, (l) => [
    step('start', set(mem.most, 1)),
    choose('i', l.i),
    choose('j', l.j),
    step('cell', inc(mem.cells.at(add(add(l.i, l.i), l.j)))),
    step('set', set(mem.cells.at(add(l.i, 295)), 2), assert('j is not 3', ne(l.j, 3))),
    step('cell', inc(mem.cells.at(add(add(l.i, l.i), l.j)))),
  ]);
  const u = thread('u', {}, () => [step('most', inc(mem.most)), step('most', inc(mem.most))]);
  return {
    shared: mem,
    threads: [t, u],
    properties: [
      happens,
      always(
        'all',
        forAll(300, (i) => gt(mem.cells.at(i), 0)),
      ),
    ],
  };
}

function waiting(): Parts {
  const mem = shared({ lock: init(range(0, 2), 0), cells: array(2, bool, false) });
  const t = thread('t', { cpus: 2, locals: { i: init(range(0, 3), 1) } }, (l) => [
    wait('lock', eq(mem.lock, 0), set(mem.lock, 1)),
    step('i', inc(l.i)),
    wait('cell', not(mem.cells.at(l.i))),
    wait('never', eq(mem.lock, 2)),
  ]);
  const h = thread('h', { mayBlockForever: true, locals: { n: init(range(0, 2), 0) } }, (l) => [
    loop('n', l.n, [wait('lock', eq(mem.lock, l.n))]),
    forever(either([wait('one', eq(mem.lock, 1))], [wait('two', eq(mem.lock, 2))])),
  ]);
  return { shared: mem, threads: [t, h], properties: [happens, reachable('never', ended(t, 1))] };
}

/** All bits of a state are zeros, but for the initial state. */
function zeroLater(): Parts {
  const mem = shared({ a: init(bool, true) });
  const t = thread('t', {}, () => [forever(step('a = false', set(mem.a, false)))]);
  return { shared: mem, threads: [t], properties: [happens] };
}

/** Cells of one value have no place, but their index may be wrong. */
function withoutBits(): Parts {
  const mem = shared({ ones: array(3, range(1, 1), 1) });
  const locals = { i: init(range(0, 4), 0), seen: init(bool, false) };
  const t = thread('t', { locals }, (l) => [
    step('start', set(mem.ones.at(0), 1)),
    choose('i', l.i),
    step('read', set(l.seen, eq(mem.ones.at(sub(l.i, 1)), 1))),
    step('write', set(mem.ones.at(l.i), 1)),
  ]);
  return { shared: mem, threads: [t], properties: [happens] };
}

/** More steps than one function takes, beside a thread without steps. */
function manySteps(): Parts {
  const mem = shared({ n: init(range(0, 3), 0) });
  const steps = (length: number) =>
    Array.from({ length }, (_, at) => step(`n = ${at % 3}`, set(mem.n, at % 3)));
  const idle = thread('idle', {}, () => [note('has nothing to do')]);
  const [busy, brief] = [thread('busy', {}, () => steps(130)), thread('brief', {}, () => steps(3))];
  return { shared: mem, threads: [idle, busy, brief], properties: [happens] };
}

const build = (parts: Parts): Model =>
  defineModel({ name: 'case', summary: '', options: {}, build: () => parts }).build();

export const packingCases: readonly (readonly [string, () => Model])[] = (
  [
    ['a value that leaves its domain beside a neighbour', neighbours],
    ['ranges that begin below 0', negative],
    ['arrays that cross words, in locals', crossing(23)],
    ['arrays that cross words, in memory', crossing(90)],
    ['512 cells', page],
    ['each inside each, quantifiers and conditionals', nested],
    ['names of two domains', names],
    ['choices inside choices, some of which fail', choices],
    ['choices in states of many words', wideChoices],
    ['a deadlock, a thread that may wait, and guards that go wrong', waiting],
    ['cells without bits', withoutBits],
    ['a thread without steps, and others with many', manySteps],
    ['a state of zeros that is not the first', zeroLater],
  ] as const
).map(([name, parts]) => [name, () => build(parts())]);
