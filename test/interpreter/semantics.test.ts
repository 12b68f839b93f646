/** What each kind of statement and effect does. */
import { describe, expect, test } from 'vitest';
import {
  add,
  and,
  assert,
  atomically,
  branch,
  choose,
  conditional,
  count,
  dec,
  each,
  either,
  eq,
  forever,
  goto,
  inc,
  label,
  loop,
  lt,
  ne,
  not,
  note,
  or,
  set,
  smpMb,
  step,
  sub,
  wait,
  when,
} from '../../checker/language/index.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { check } from '../../checker/search/check.ts';
import { fire, initialStates, moves } from '../../checker/interpreter/interpreter.ts';
import { explored } from '../explored.ts';
import { inThread, mem } from '../language/tiny.ts';

type Body = Parameters<typeof inThread>[0];

/** The states in which a single thread has ended, as its locals and shared memory. */
function ends(body: Body) {
  const model = inThread(body);
  const [table] = transitionSystem(model).threads;
  return explored(model)
    .states.filter(({ threads }) => threads['t']![0]!.location === table!.end)
    .map(({ shared: cells, threads }) => ({ ...cells, l: threads['t']![0]!.locals }));
}

const l = (values: object) => ({ l: expect.objectContaining(values) as unknown });

/** What happens when the only move of the only initial state fires. */
function firstFirings(body: Body) {
  const system = transitionSystem(inThread(body));
  const [state] = initialStates(system);
  const [move, ...others] = moves(system, state!);
  expect(others).toEqual([]);
  return fire(state!, move!);
}

describe('effects', () => {
  test('of a step happen in order, each seeing the ones before', () => {
    expect(ends((v) => [step('x', set(v.n, 1), set(v.i, v.n), set(v.n, 2))])).toMatchObject([
      l({ n: 2, i: 1 }),
    ]);
  });

  test('inc and dec', () => {
    expect(ends((v) => [step('x', inc(v.n), inc(v.n), dec(v.n))])).toMatchObject([l({ n: 1 })]);
  });

  test('when evaluates its condition in order', () => {
    const found = ends((v) => [
      step('x', set(v.n, 1), when(eq(v.n, 1), set(v.n, 2)), when(eq(v.n, 1), set(v.got, true))),
    ]);
    expect(found).toMatchObject([l({ n: 2, got: false })]);
  });

  test('each goes upwards', () => {
    const found = ends((v) => [
      step(
        'x',
        each(2, (i) => [set(v.i, i), set(v.seen.at(i), true), inc(v.n)]),
      ),
    ]);
    expect(found).toMatchObject([l({ i: 1, n: 2, seen: [true, true] })]);
  });

  test('each inside each has two indices', () => {
    const found = ends((v) => [
      step(
        'x',
        each(2, (i) => [each(2, (j) => [when(lt(i, j), set(v.seen.at(j), true))])]),
      ),
    ]);
    expect(found).toMatchObject([l({ seen: [false, true] })]);
  });

  test('an assertion stops the step, and what stood before it has happened', () => {
    const [firing] = firstFirings((v) => [step('x', inc(mem.count), assert('no', v.got), inc(mem.count))]);
    expect(firing).toMatchObject({ failed: 'no', error: null, state: { shared: { count: 2 } } });
  });

  test('count changes no variable and is reported', () => {
    const [firing] = firstFirings(() => [step('x', set(mem.flag, true), count('IPIs', 3))]);
    expect(firing!.events[0]!.counts).toEqual({ IPIs: 3 });
  });

  test('a value outside its domain is an error with its place', () => {
    const [firing] = firstFirings(() => [step('count += 2', inc(mem.count), inc(mem.count))]);
    expect(firing!.error).toBe(
      "thread 't', line 1 'count += 2': 'mem.count' becomes 3, which is outside of its domain 0..2",
    );
  });

  test('an index outside its array is an error with its place', () => {
    const [firing] = firstFirings((v) => [step('x', set(v.n, 2), set(mem.pte.at(v.n), 'none'))]);
    expect(firing!.error).toContain("thread 't', line 1 'x': 'mem.pte[n]' is read or written at 2");
  });

  test('on one path only, the error has its shortest run', () => {
    const { outcome, trace } = check(
      inThread((v) => [
        choose('n', v.n),
        step('read', set(v.got, mem.flag)),
        branch('n == 2', eq(v.n, 2), [step('count--', dec(mem.count)), step('count--', dec(mem.count))]),
      ]),
    );
    expect(outcome).toMatchObject({
      verdict: 'error',
      message: expect.stringContaining('becomes -1') as unknown,
    });
    expect(trace!.steps).toHaveLength(3);
  });

  test('a read and a write are reported with their values', () => {
    const [firing] = firstFirings(() => [step('count++', inc(mem.count))]);
    expect(firing!.events).toMatchObject([
      {
        reads: [{ cell: 'count', value: 1 }],
        writes: [{ cell: 'count', value: 2 }],
        changes: [{ cell: 'count', from: 1, to: 2 }],
      },
    ]);
  });

  test('a write of the same value is a write and no change', () => {
    const [firing] = firstFirings((v) => [step('x', set(mem.pte.at(v.i), 'present'))]);
    expect(firing!.events).toMatchObject([{ writes: [{ cell: 'pte[0]', value: 'present' }], changes: [] }]);
  });
});

describe('expressions', () => {
  test('and, or and conditional leave out what C leaves out', () => {
    const found = ends((v) => [
      step('x', set(v.n, 2)),
      step('and', set(v.got, and(lt(v.n, 2), v.seen.at(v.n)))),
      step('or', set(v.got, or(eq(v.n, 2), v.seen.at(v.n)))),
      step('?:', set(v.i, conditional(eq(v.n, 2), 1, conditional(v.seen.at(v.n), 0, 1)))),
    ]);
    expect(found).toMatchObject([l({ got: true, i: 1 })]);
  });

  test('sums and differences', () => {
    expect(ends((v) => [step('x', set(v.n, sub(add(v.n, 5), 3)))])).toMatchObject([l({ n: 2 })]);
  });
});

describe('statements', () => {
  test('branch', () => {
    const found = ends((v) => [
      branch('count == 1', eq(mem.count, 1), [step('x', set(v.n, 1))], [step('y', set(v.n, 2))]),
      branch('count != 1', ne(mem.count, 1), [step('x', set(v.i, 0))], [step('y', set(v.i, 1))]),
    ]);
    expect(found).toMatchObject([l({ n: 1, i: 1 })]);
  });

  test('choose gives the values of the domain in their order', () => {
    const model = inThread((v) => [choose('pmd', v.pmd), step('x', set(mem.flag, true))]);
    const initial = initialStates(transitionSystem(model));
    expect(initial.map(({ threads }) => threads['t']![0]!.locals['pmd'])).toEqual(['none', 'table', 'huge']);
  });

  test('choices that are overwritten give each state once', () => {
    const model = inThread((v) => [
      choose('i', v.i),
      choose('n', v.n),
      step('n = 0', set(v.n, 0)),
      step('x', set(mem.flag, true)),
    ]);
    expect(initialStates(transitionSystem(model))).toHaveLength(2);
  });

  test('either takes any alternative that can begin', () => {
    const found = ends((v) => [
      either(
        [step('x', set(v.n, 1))],
        [wait('never', mem.flag), step('y', set(v.n, 2))],
        [wait('now', not(mem.flag)), step('z', set(v.i, 1))],
      ),
    ]);
    expect(found).toMatchObject([l({ n: 1, i: 0 }), l({ n: 0, i: 1 })]);
  });

  test('either may have an alternative that does nothing', () => {
    expect(ends((v) => [either([step('x', set(v.n, 1))], [])])).toMatchObject([l({ n: 1 }), l({ n: 0 })]);
  });

  test('loop runs over the domain and leaves the last value', () => {
    expect(ends((v) => [loop('for', v.i, [step('x', inc(v.n), set(v.seen.at(v.i), true))])])).toMatchObject([
      l({ n: 2, i: 1, seen: [true, true] }),
    ]);
  });

  test('goto leaves a loop, and label is where it goes', () => {
    const found = ends((v) => [
      loop('for', v.n, [branch('n == 1', eq(v.n, 1), [goto('out')])]),
      step('not here', set(v.got, true)),
      label('out'),
    ]);
    expect(found).toMatchObject([l({ n: 1, got: false })]);
  });

  test('forever ends with goto', () => {
    const found = ends((v) => [
      forever(step('x', inc(v.n)), branch('n == 2', eq(v.n, 2), [goto('out')])),
      label('out'),
    ]);
    expect(found).toMatchObject([l({ n: 2 })]);
  });

  test('a label that leads to itself neither ends nor blocks', () => {
    const { outcome } = explored(inThread(() => [label('spin'), goto('spin')]));
    expect(outcome).toMatchObject({ verdict: 'unreached', statistics: { states: 1, transitions: 1 } });
  });

  test('wait blocks, and a run that blocks for ever is a deadlock', () => {
    const { outcome } = explored(inThread(() => [step('x', set(mem.count, 0)), wait('flag', mem.flag)]));
    expect(outcome).toMatchObject({ verdict: 'deadlock', schedule: { edges: [{}] } });
  });

  test('wait and its effects are one step', () => {
    const [firing, ...others] = firstFirings(() => [wait('count', eq(mem.count, 1), set(mem.count, 0))]);
    expect(others).toEqual([]);
    expect(firing!.events[0]).toMatchObject({
      reads: [{ cell: 'count', value: 1 }],
      writes: [{ cell: 'count', value: 0 }],
    });
  });

  test('atomically is one step of several statements, and may leave by goto', () => {
    const body: Body = (v) => [
      atomically(
        'cmpxchg',
        branch('count == 1', eq(mem.count, 1), [step('flag = true', set(mem.flag, true)), goto('out')]),
        step('not here', set(v.n, 2)),
      ),
      label('out'),
    ];
    expect(ends(body)).toMatchObject([{ flag: true, ...l({ n: 0 }) }]);
    expect(explored(inThread(body)).outcome.statistics).toMatchObject({ states: 2, transitions: 1 });
  });

  test('barriers and notes are reported and are not steps', () => {
    const [firing] = firstFirings(() => [step('x', set(mem.flag, true)), smpMb(), note('look')]);
    expect(firing!.events.map(({ statement }) => statement.kind)).toEqual(['step', 'barrier', 'note']);
  });

  test('an assertion that fails before the first access is a violation with a trace', () => {
    const model = inThread((v) => [step('n', set(v.n, 1)), step('x', assert('got it', v.got))]);
    expect(explored(model).outcome).toMatchObject({
      verdict: 'violated',
      property: 'got it',
      schedule: { edges: { length: 1 } },
    });
  });

  test('a value outside of its domain before the first step is reported', () => {
    const model = inThread((v) => [step('x', set(v.n, sub(v.n, 1)))]);
    expect(() => initialStates(transitionSystem(model))).toThrow('before the first step');
  });
});
