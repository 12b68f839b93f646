/** Local computation costs no state; what a property reads, and what goes round, does. */
import { describe, expect, test } from 'vitest';
import type { Code } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import {
  always,
  and,
  assert,
  atomically,
  branch,
  choose,
  count,
  either,
  eq,
  exists,
  goto,
  inc,
  label,
  loop,
  lt,
  not,
  note,
  reachable,
  say,
  never,
  set,
  smpMb,
  step,
  thread,
  wait,
  type Expr,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { initialStates } from '../../checker/interpreter/interpreter.ts';
import { inThread, locals, mayEnd, mem, modelOf } from '../language/tiny.ts';

type Body = Parameters<typeof inThread>[0];

/** The texts of the statements at each location, and what each does before it stops. */
function transitionsOf(model: Model): readonly string[] {
  const [table] = transitionSystem(model).threads;
  return table!.locations.flatMap((transitions) => transitions.map(({ code }) => textOf(code)));
}

function textOf(code: Code): string {
  switch (code.kind) {
    case 'goto':
      return `@${code.location}`;
    case 'branch':
      return `${code.statement.line}?(${textOf(code.then)} : ${textOf(code.otherwise)})`;
    case 'effects':
    case 'choose':
      return `${code.statement.line} ${textOf(code.next)}`;
  }
}

const inBody = (body: Body) => transitionsOf(inThread(body));

/** The same with a property that reads the local n. */
const watched = (body: Body, condition: (n: Expr<number>) => Expr<boolean> = (n) => lt(n, 3)) =>
  transitionsOf(
    modelOf(() => {
      const t = thread('t', { locals }, body);
      return {
        shared: mem,
        threads: [t],
        properties: [
          mayEnd(t),
          always(
            'p',
            exists(t, (l) => condition(l.n)),
          ),
        ],
      };
    }),
  );

const access = () => step('access', inc(mem.count));

describe('fused into the step before', () => {
  test.each<[string, Body]>([
    ['an assignment of locals', (l) => [access(), step('x', set(l.n, 1))]],
    ['a note', () => [access(), note('x')]],
    ['a barrier', () => [access(), smpMb()]],
    ['a count', () => [access(), step('x', count('IPIs'))]],
    ['an assertion about locals', (l) => [access(), step('x', assert('a', not(l.got)))]],
    ['a choice', (l) => [access(), choose('x', l.n)]],
    ['a local element', (l) => [access(), step('x', set(l.seen.at(l.i), true))]],
  ])('%s', (_, body) => {
    expect(inBody(body)).toEqual(['1 2 @1']);
  });

  test('a branch on locals, with both its ends', () => {
    const body: Body = (l) => [
      access(),
      branch('got', l.got, [access()], [step('n', set(l.n, 1))]),
      access(),
    ];
    expect(inBody(body)).toEqual(['1 2?(@1 : 4 @2)', '3 @2', '5 @3']);
  });

  test('before the first step, into the initial state', () => {
    const model = inThread((l) => [step('n', set(l.n, 1)), access()]);
    expect(initialStates(transitionSystem(model))[0]!.threads['t']![0]).toMatchObject({
      location: 0,
      locals: { n: 1 },
    });
    expect(transitionsOf(model)).toEqual(['2 @1']);
  });

  test('a choice before the first step makes several initial states', () => {
    const initial = initialStates(transitionSystem(inThread((l) => [choose('i', l.i), access()])));
    expect(initial.map(({ threads }) => threads['t']![0]!.locals['i'])).toEqual([0, 1]);
  });
});

test('an assertion before the first access is a step, with what follows it', () => {
  const body: Body = (l) => [
    step('n', set(l.n, 1)),
    branch('got', l.got, [step('a', assert('a', l.got)), step('n', set(l.n, 2))]),
    access(),
  ];
  expect(inBody(body)).toEqual(['3 4 @1', '5 @2']);
});

describe('a step of its own', () => {
  test.each<[string, Body]>([
    ['a shared read', (l) => [access(), step('x', set(l.n, mem.count))]],
    ['a shared write', () => [access(), step('x', set(mem.flag, true))]],
    ['a shared condition', () => [access(), branch('x', mem.flag, [])]],
    ['an assertion about shared memory', () => [access(), step('x', assert('a', not(mem.flag)))]],
    ['a wait, even for a local', (l) => [access(), wait('x', l.got)]],
    ['an atomic block, even of locals', (l) => [access(), atomically('why', step('x', set(l.n, 1)))]],
    ['a choice between alternatives', () => [access(), either([note('a')], [note('b')])]],
  ])('%s', (_, body) => {
    expect(inBody(body)[0]).toBe('1 @1');
    expect(inBody(body).length).toBeGreaterThan(1);
  });

  test('a local that a property reads', () => {
    const body: Body = (l) => [access(), step('n', set(l.n, 1)), step('i', set(l.i, 1))];
    expect(inBody(body)).toEqual(['1 2 3 @1']);
    expect(watched(body)).toEqual(['1 @1', '2 3 @2']);
  });

  test('a choice that a property reads', () => {
    expect(watched((l) => [access(), choose('n', l.n)])).toEqual(['1 @1', '2 @2']);
  });

  test('a local that only the sentence of a claim reads is not watched', () => {
    const model = modelOf(() => {
      const t = thread('t', { locals }, (l) => [access(), step('n', set(l.n, 1))]);
      const harm = always('p', not(exists(t, (l) => never(mem.flag, say`n is ${l.n}`))));
      return { shared: mem, threads: [t], properties: [mayEnd(t), harm] };
    });
    expect(transitionsOf(model)).toEqual(['1 2 @1']);
  });

  test('a local that another property would read in another thread', () => {
    const model = modelOf(() => {
      const t = thread('t', { locals }, (l) => [access(), step('n', set(l.n, 1))]);
      const other = thread('other', { locals }, () => [access()]);
      const p = reachable(
        'p',
        exists(other, (l) => eq(l.n, 0)),
      );
      return { shared: mem, threads: [t, other], properties: [mayEnd(t), p] };
    });
    expect(transitionsOf(model)).toEqual(['1 2 @1']);
  });
});

describe('what goes round', () => {
  test('a local loop stops once a round', () => {
    const table = inBody((l) => [access(), loop('for', l.i, [step('n', set(l.n, 1))]), access()]);
    // Location 1 is the head of the loop: body, then the test, then round or out.
    expect(table).toEqual(['1 2 @1', '3 2?(2 @1 : @2)', '4 @3']);
  });

  test('a loop with an access stops there and nowhere else', () => {
    const table = inBody((l) => [loop('for', l.i, [access()])]);
    expect(table).toEqual(['2 1?(1 @0 : @1)']);
  });

  test('a loop back to a local label stops', () => {
    const table = inBody((l) => [access(), label('again'), branch('got', l.got, [goto('again')])]);
    expect(table[0]).toBe('1 @1');
    expect(table[1]).toBe('3?(@1 : @2)');
  });
});

describe('atomically', () => {
  test('is one transition, and what follows is fused', () => {
    const table = inBody((l) => [
      atomically('why', access(), step('flag', set(mem.flag, true)), branch('flag', mem.flag, [access()])),
      step('n', set(l.n, 1)),
    ]);
    expect(table).toEqual(['2 3 4?(5 6 @1 : 6 @1)']);
  });

  test('has the guard of its first wait', () => {
    const [table] = transitionSystem(
      inThread(() => [atomically('why', wait('x', and(mem.flag, eq(mem.count, 1))), access())]),
    ).threads;
    expect(table!.locations[0]![0]).toMatchObject({
      statement: { kind: 'atomically' },
      guard: { operator: '&&' },
    });
  });

  test('watched locals inside do not divide it', () => {
    expect(watched((l) => [atomically('why', step('n', set(l.n, 1)), step('n', set(l.n, 2)))])).toEqual([
      '2 3 @1',
    ]);
  });
});

test('either names what each alternative begins with', () => {
  const [table] = transitionSystem(
    inThread(() => [either([wait('a', mem.flag)], [atomically('why', wait('b', mem.flag))], [])]),
  ).threads;
  expect(table!.locations[0]!.map(({ statement, guard }) => [statement.kind, guard !== null])).toEqual([
    ['step', true],
    ['atomically', true],
    ['either', false],
  ]);
});
