/** The capacity of a store buffer, and the verdict of a check that reaches a bound. */
import { describe, expect, test } from 'vitest';
import {
  always,
  array,
  atomically,
  bool,
  branch,
  defineModel,
  ended,
  eq,
  exists,
  forever,
  full,
  goto,
  inc,
  index,
  init,
  label,
  loop,
  ne,
  not,
  range,
  reachable,
  set,
  shared,
  smpMb,
  step,
  thread,
  wait,
  when,
  type ArrayVariable,
  type Expr,
  type Text,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { pso } from '../../checker/memory/store-buffer/pso.ts';
import { tso } from '../../checker/memory/store-buffer/tso.ts';
import { check } from '../../checker/search/check.ts';

const locals = { i: init(index(3), 0), b: init(bool, false) };
type Memory = {
  readonly x: Variable<number>;
  readonly y: Variable<number>;
  readonly slots: ArrayVariable<number>;
};
type Locals = { readonly i: Variable<number>; readonly b: Variable<boolean> };
type Code = (mem: Memory, l: Locals, cpu: Expr<number>) => Text;

const W = (cell: Variable<number>, value = 1) => step('W', set(cell, value));

const cmpxchg = (cell: Variable<number>, l: Locals) =>
  step('cmpxchg', set(l.b, eq(cell, 2)), when(l.b, set(cell, 3)));

/** A thread that writes beside one that reads all of it. */
function modelOf(code: Code, { cpus = 1, mayBlockForever = false } = {}): Model {
  const build = () => {
    const mem = shared({ x: init(range(0, 3), 0), y: init(range(0, 3), 0), slots: array(3, range(0, 3), 0) });
    const writer = thread('writer', { locals, cpus, mayBlockForever }, (l, cpu) => code(mem, l, cpu));
    const reader = thread('reader', { locals }, (l) => [
      step('R x', set(l.b, eq(mem.x, 1))),
      step('R y', set(l.b, eq(mem.y, 1))),
      loop('R', l.i, [step('R slot', set(l.b, eq(mem.slots.at(l.i), 1)))]),
    ]);
    const sane = always('x is a small number', ne(mem.x, 3));
    return {
      shared: mem,
      threads: [writer, reader],
      properties: [sane, reachable('it ends', ended(reader))],
    };
  };
  return defineModel({ name: 'buffers', summary: '', options: {}, build }).build();
}

/** The slots of the writer's buffer; 0 when it has none. */
const slotsOf = (model: Model) => Object.keys(model.shared).filter((name) => /_buffer\d+$/.test(name)).length;

describe('a buffer is as long as the stores between two barriers', () => {
  test.each<[string, number, Code]>([
    ['three stores', 3, (m) => [W(m.x), W(m.y), W(m.x)]],
    ['a barrier between', 2, (m) => [W(m.x), W(m.y), smpMb(), W(m.x)]],
    ['a read-modify-write between', 2, (m) => [W(m.x), step('RMW', inc(m.y)), W(m.x), W(m.y)]],
    ['a compare-and-exchange that may fail between', 2, (m, l) => [W(m.x), cmpxchg(m.y, l), W(m.x)]],
    ['a full store between', 1, (m) => [W(m.x), full(W(m.y)), W(m.x)]],
    ['an atomic block between', 1, (m) => [W(m.x), atomically('test', W(m.x), W(m.y)), W(m.x)]],
    ['an atomic block of one store', 3, (m) => [W(m.x), atomically('test', W(m.y)), W(m.x)]],
    ['the longer of two ways', 2, (m, l) => [branch('b', l.b, [W(m.x), W(m.y)], [W(m.x), smpMb()])]],
    ['a loop over three', 4, (m, l) => [loop('for', l.i, [W(m.slots.at(l.i))]), W(m.x)]],
    ['a loop with a barrier', 1, (m, l) => [loop('for', l.i, [W(m.slots.at(l.i)), smpMb()])]],
    ['a jump ahead', 2, (m, l) => [W(m.x), branch('b', l.b, [goto('out')]), smpMb(), label('out'), W(m.y)]],
    ['for ever, with a barrier', 2, (m) => [forever(W(m.x), W(m.y), smpMb())]],
    ['no store', 0, (m, l) => [step('R', set(l.b, eq(m.x, 1)))]],
  ])('%s: %i', (_, length, code) => {
    expect(slotsOf(tso(modelOf(code, { mayBlockForever: true }), { bound: 9 }))).toBe(length);
  });

  test('cells that only one CPU touches need none', () => {
    const own = (m: Memory, _: Locals, cpu: Expr<number>) => [W(m.slots.at(cpu)), step('RMW', inc(m.x))];
    const model = modelOf(own, { cpus: 3 });
    const alone = {
      ...model,
      threads: model.threads.slice(0, 1),
      properties: [
        reachable(
          'x',
          exists(1, () => true),
        ),
      ],
    };
    expect(slotsOf(tso(alone, { bound: 9 }))).toBe(0);
    expect(slotsOf(tso(model, { bound: 9 }))).toBe(1);
  });
});

describe('a loop that stores without end', () => {
  const endless = modelOf((m) => [label('again'), W(m.x), wait('reset', not(false)), goto('again')], {
    mayBlockForever: true,
  });

  test('never has the verdict holds', () => {
    const { outcome } = check(tso(endless, { bound: 2 }));
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason:
        'the store buffer bound of 2 was reached (writer): ' +
        'writer stores to x (line 2) in a loop without a full barrier, and --store-buffer raises it',
    });
  });

  test('names the loop, and not what stands before or behind it', () => {
    const text: Code = (m) => [
      W(m.y),
      W(m.x),
      label('again'),
      W(m.x, 2),
      W(m.y, 2),
      wait('reset', not(false)),
      branch('go on', eq(m.x, 1), [goto('again')]),
      W(m.y),
    ];
    const { outcome } = check(tso(modelOf(text, { mayBlockForever: true }), { bound: 2 }));
    expect(outcome).toHaveProperty(
      'reason',
      expect.stringContaining('writer stores to x (line 4) and y (line 5) in a loop') as string,
    );
  });

  test('is raised by the bounds of the model', () => {
    const raised = { ...endless, bounds: { storeBuffer: 5 } };
    expect(slotsOf(tso(raised, { bound: null }))).toBe(5);
    expect(slotsOf(pso(raised, { bound: null }))).toBe(5);
  });

  test('has room for one store to each of its cells by default', () => {
    expect(slotsOf(tso(endless, { bound: null }))).toBe(2);
    expect(slotsOf(tso(endless, { bound: 7 }))).toBe(7);
  });

  test('is still violated where it is violated', () => {
    const wrong = modelOf((m) => [label('again'), W(m.x, 3), goto('again')], { mayBlockForever: true });
    expect(check(tso(wrong, { bound: 1 })).outcome.verdict).toBe('violated');
  });

  test('holds when it never gets that far', () => {
    const counted = modelOf((m, l) => [
      label('again'),
      W(m.slots.at(l.i)),
      branch('last', eq(l.i, 2), [goto('out')]),
      step('i++', inc(l.i)),
      goto('again'),
      label('out'),
    ]);
    expect(check(tso(counted, { bound: null })).outcome.verdict).toBe('holds');
    expect(check(tso(counted, { bound: 3 })).outcome.verdict).toBe('inconclusive');
  });
});

test('a wrong index stays an error, in stores and in loads', () => {
  const wrong = (access: (cell: Variable<number>, l: Locals) => Text[number]) =>
    modelOf((m, l) => [
      W(m.slots.at(0)),
      W(m.y),
      access(
        m.slots.at({ kind: 'binary', operator: '+', left: l.i, right: { kind: 'constant', value: 3 } }),
        l,
      ),
    ]);
  const store = check(
    tso(
      wrong((cell) => W(cell)),
      { bound: null },
    ),
  ).outcome;
  const load = check(
    tso(
      wrong((cell, l) => step('R', set(l.b, eq(cell, 1)))),
      { bound: null },
    ),
  ).outcome;
  expect([store.verdict, load.verdict]).toEqual(['error', 'error']);
});

test('a thread may end while its stores still wait, and they arrive', () => {
  const model = modelOf((m) => [W(m.x), W(m.y)]);
  const late = reachable(
    'late',
    exists(model.threads[0]!, (_, cpu) => ended(model.threads[0]!, cpu)),
  );
  const { outcome } = check(tso({ ...model, properties: [...model.properties, late] }, { bound: null }));
  expect(outcome.verdict).toBe('holds');
});
