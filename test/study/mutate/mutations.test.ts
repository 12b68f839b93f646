/** What can be done to a statement, operator by operator; and that nothing is done that changes nothing. */
import { describe, expect, test } from 'vitest';
import {
  acquire,
  add,
  and,
  assert,
  atomically,
  bool,
  branch,
  choose,
  count,
  each,
  eq,
  forever,
  goto,
  init,
  array,
  label,
  loop,
  ne,
  not,
  note,
  or,
  range,
  reachable,
  relaxed,
  set,
  shared,
  smpMb,
  smpWmb,
  step,
  thread,
  wait,
  when,
  defineModel,
  type ArrayVariable,
  type Text,
  type Variable,
} from 'racewalk';
import { edited } from '../../../checker/study/mutate/edited.ts';
import { mutationsOf, type Mutation } from '../../../checker/study/mutate/mutation.ts';
import { printMeaning, printText } from '../../../checker/language/print.ts';
import { statementsOf } from '../../../checker/language/thread.ts';

interface Memory {
  readonly x: Variable<boolean>;
  readonly y: Variable<boolean>;
  readonly n: Variable<number>;
  readonly a: ArrayVariable<boolean>;
}

interface Locals {
  readonly got: Variable<boolean>;
  readonly i: Variable<number>;
}

const modelOf = (text: (mem: Memory, l: Locals) => Text) =>
  defineModel({
    name: 'mutated',
    summary: 'a model to be mutated',
    options: {},
    build: () => {
      const mem = shared({
        x: init(bool, false),
        y: init(bool, false),
        n: init(range(0, 3), 0),
        a: array(2, bool, false),
      });
      const t = thread('t', { locals: { got: init(bool, false), i: init(range(0, 1), 0) } }, (l) =>
        text(mem, l),
      );
      return { shared: mem, threads: [t], properties: [reachable('x', mem.x)] };
    },
  }).build();

/** The mutations of a text, without the thread's name. */
const changes = (text: (mem: Memory, l: Locals) => Text) =>
  mutationsOf(modelOf(text)).map(({ name }) => name.replace(/^t: /, ''));

/** The text of the thread after the only mutation of this name. */
function after(text: (mem: Memory, l: Locals) => Text, name: string): readonly string[] {
  const model = modelOf(text);
  const { thread: of, edits } = mutationsOf(model).find((one: Mutation) => one.name === `t: ${name}`)!;
  return [...statementsOf(edited(model, of, edits).threads[0]!.body)].map((statement) =>
    `${printText(statement)} | ${printMeaning(statement)}`.replace(/ \| $/, ''),
  );
}

describe('a step', () => {
  test('is left out', () => {
    const text = (mem: Memory) => [step('x = 1', set(mem.x, true)), note('end')];
    expect(changes(text)).toEqual(['x = 1: left out']);
    expect(after(text, 'x = 1: left out')).toEqual(['(end)']);
  });

  test('that does nothing, claims or counts only is left alone', () => {
    expect(
      changes((mem) => [
        step('flush', count('IPIs')),
        step('BUG_ON(x)', assert('no x', not(mem.x))),
        step('nop'),
      ]),
    ).toEqual([]);
  });

  test('is numbered where others read alike', () => {
    expect(changes((mem) => [step('x = 1', set(mem.x, true)), step('x = 1', set(mem.x, true))])).toEqual([
      'x = 1: left out',
      'x = 1 #2: left out',
    ]);
  });

  test('twice in a list is two places of one name', () => {
    expect(
      changes((mem) => {
        const same = step('x = 1', set(mem.x, true));
        return [same, same];
      }),
    ).toEqual(['x = 1: left out', 'x = 1: left out (place 2)']);
  });

  test('loses its effects one by one, and the conditions of effects', () => {
    const text = (mem: Memory, l: Locals) => [
      step('try', set(l.got, eq(mem.n, 0)), when(l.got, set(mem.n, 1), count('taken'))),
    ];
    expect(changes(text)).toEqual([
      'try: left out',
      "try: without 'got = mem.n == 0'",
      "try: without 'if (got)'",
      "try: without 'mem.n = 1'",
    ]);
    expect(after(text, "try: without 'if (got)'")).toEqual([
      'try | got = mem.n == 0; mem.n = 1; count 1 taken',
    ]);
    expect(after(text, "try: without 'mem.n = 1'")).toEqual([
      'try | got = mem.n == 0; if (got) count 1 taken',
    ]);
  });

  test('that waits does not, or waits for less, or does nothing more', () => {
    const text = (mem: Memory) => [
      wait('lock', and(not(mem.x), or(eq(mem.x, false), ne(mem.x, true))), set(mem.x, true)),
    ];
    expect(changes(text)).toEqual([
      'lock: left out',
      'lock: does not wait',
      "lock: without 'mem.x = true'",
      "lock: without '!mem.x'",
      "lock: without 'mem.x == false || mem.x != true'",
      "lock: without 'mem.x == false'",
      "lock: without 'mem.x != true'",
    ]);
    expect(after(text, 'lock: does not wait')).toEqual(['lock | mem.x = true']);
    expect(after(text, "lock: without 'mem.x = true'")).toEqual([
      'lock | wait until !mem.x && (mem.x == false || mem.x != true)',
    ]);
    expect(after(text, "lock: without 'mem.x == false'")).toEqual([
      'lock | wait until !mem.x && mem.x != true; mem.x = true',
    ]);
  });

  test('in an atomic block goes with the block', () => {
    const text = (mem: Memory) => [
      forever(
        atomically(
          'one message',
          step(
            'send',
            each(2, (i) => [set(mem.a.at(i), true)]),
          ),
        ),
      ),
      step('x = 1', set(mem.x, true)),
    ];
    expect(changes(text)).toEqual(['send: left out', 'x = 1: left out']);
    expect(after(text, 'send: left out')).toEqual(['x = 1 | mem.x = true']);
  });
});

test('a branch is never taken, always taken, or asks for less', () => {
  const text = (mem: Memory, l: Locals) => [
    step('got = x', set(l.got, mem.x)),
    branch('got && i', and(l.got, eq(l.i, 0)), [goto('out')]),
    label('out'),
  ];
  expect(changes(text)).toEqual([
    'got = x: left out',
    'if (got && i): never taken',
    'if (got && i): always taken',
    "if (got && i): without 'got'",
    "if (got && i): without 'i == 0'",
  ]);
  expect(after(text, 'if (got && i): never taken')).toContain('if (got && i) | if (false)');
});

test('a branch over notes decides nothing', () => {
  expect(changes((mem) => [branch('x', mem.x, [note('seen')])])).toEqual([]);
});

test('choices, jumps and barriers are left out; a jump alone in its branch is the branch', () => {
  expect(
    changes((mem, l) => [
      choose('i = any', l.i),
      loop('for each i', l.i, [branch('x', mem.x, [step('x = 0', set(mem.x, false)), goto('out')]), smpMb()]),
      branch('i', eq(l.i, 1), [goto('out')]),
      goto('out'),
      label('out'),
    ]),
  ).toEqual([
    'i = any: left out',
    'if (x): never taken',
    'if (x): always taken',
    'x = 0: left out',
    'goto out;: left out',
    'smp_mb(): left out',
    'if (i): never taken',
    'if (i): always taken',
  ]);
});

describe('two accesses change places', () => {
  const moved = (text: (mem: Memory, l: Locals) => Text) =>
    changes(text).filter((name) => name.includes(': after '));

  test('also past a barrier, which stays', () => {
    const text = (mem: Memory) => [
      step('x = 1', set(mem.x, true)),
      smpWmb(),
      note('publish'),
      step('y = 1', set(mem.y, true)),
    ];
    expect(moved(text)).toEqual(["x = 1: after 'y = 1'"]);
    expect(after(text, "x = 1: after 'y = 1'")).toEqual([
      'y = 1 | mem.y = true',
      'smp_wmb() | write barrier',
      '(publish)',
      'x = 1 | mem.x = true',
    ]);
  });

  test('also a check and a step', () => {
    expect(
      moved((mem) => [branch('x', mem.x, [goto('out')]), step('y = 1', set(mem.y, true)), label('out')]),
    ).toEqual(["if (x): after 'y = 1'"]);
  });

  test('not where one needs a local of the other, nor local computation, nor the same twice', () => {
    expect(
      moved((mem, l) => [
        step('got = x', set(l.got, mem.x)),
        branch('got && y', and(l.got, mem.y), [goto('out')]),
        label('out'),
      ]),
    ).toEqual([]);
    expect(moved((mem, l) => [step('x = 1', set(mem.x, true)), step('i = 0', set(l.i, 0))])).toEqual([]);
    expect(
      moved((mem) => [step('n++', set(mem.n, add(mem.n, 1))), step('n++', set(mem.n, add(mem.n, 1)))]),
    ).toEqual([]);
    expect(
      moved((mem) => [atomically('why', step('x = 1', set(mem.x, true)), step('y = 1', set(mem.y, true)))]),
    ).toEqual([]);
  });
});

test('an ordered access becomes relaxed', () => {
  const text = (mem: Memory) => [
    acquire(wait('lock', not(mem.x), set(mem.x, true))),
    relaxed(step('x = 0', set(mem.x, false))),
  ];
  expect(changes(text).filter((name) => name.includes('relaxed'))).toEqual(['lock: relaxed, not acquire']);
  expect(after(text, 'lock: relaxed, not acquire')[0]).toBe(
    'lock | wait until !mem.x; mem.x = true (relaxed)',
  );
});
