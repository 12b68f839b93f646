/** All mistakes of a model are found at once, whichever there are, each where it was written. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, Statement } from '../../checker/language/statement.ts';
import {
  always,
  array,
  atomically,
  bool,
  branch,
  choose,
  cost,
  count,
  each,
  either,
  eq,
  forever,
  goto,
  index,
  init,
  label,
  loop,
  ModelError,
  note,
  range,
  reachable,
  relaxed,
  set,
  shared,
  step,
  thread,
  values,
  wait,
} from '../../checker/language/index.ts';
import { declarationsOf } from '../../checker/language/variable.ts';
import { t } from './mistakes.ts';
import { definition, locals, mem, type Locals } from './tiny.ts';

const evading = (thing: unknown) => thing as never;

/** Statements with one error each, and the message. */
const statements: readonly (readonly [(l: Locals) => readonly (Statement | Effect)[], string])[] = [
  [() => [goto('nowhere')], "there is no label 'nowhere'"],
  [() => [step('two', set(mem.flag, true), set(mem.count, 1))], 'one step touches'],
  [() => [step('x', set(mem.count, 9))], "'mem.count' takes 0..2, and 9"],
  [(l) => [step('y', set(l.n, 12))], "'n' takes 0..2, and 12"],
  [() => [step('', set(mem.flag, true))], 'begins with its text'],
  [(l) => [step('z', evading(eq(l.n, 1)))], 'expected an effect'],
  [() => [set(mem.flag, true)], 'effects go inside step'],
  [() => [atomically('', step('a', set(mem.flag, true)))], 'begins with the reason'],
  [() => [atomically('why')], 'the block is empty'],
  [
    (l) => [atomically('why', step('a', set(l.n, 1)), wait('late', mem.flag))],
    "only its first statement may wait, and 'late'",
  ],
  [() => [either([step('one')])], 'two alternatives or more'],
  [() => [forever()], 'it repeats nothing'],
  [() => [choose('any', mem.count)], 'needs a local scalar'],
  [() => [loop('for', mem.count, [step('in')])], "loop 'for' needs a local scalar"],
  [() => [relaxed(note('n'))], 'relaxed(...) takes a step'],
  [() => [step('c', count('IPIs', -1))], 'it counts -1'],
  [
    () => [
      step(
        'e',
        each(0, () => [set(mem.flag, true)]),
      ),
    ],
    'a whole number of elements from 1 on',
  ],
  [() => [branch('b', evading(3), [step('in')])], "'3' is no condition"],
  [() => [label('twice'), label('twice')], "two of its labels are named 'twice'"],
  [() => [[step('dropped')][1] ?? step('kept')], "step 'dropped' is written but is not in a list"],
];

/** The other parts of a model, likewise. */
const parts: readonly (readonly [(name: string) => object, string])[] = [
  [() => ({ variable: init(range(3, 0), 0) }), 'range(3, 0)'],
  [() => ({ variable: init(range(0, 3), 7) }), 'begins as 7'],
  [() => ({ variable: array(0, bool, false) }), 'array(0, ...)'],
  [() => ({ variable: array(1e9, bool, false) }), 'at most 65536'],
  [() => ({ variable: init(index(0), 0) }), 'index(0)'],
  [() => ({ variable: init(values('a', 'a'), 'a') }), "names 'a' twice"],
  [() => ({ property: always('wrong', evading(7)) }), "'7' is no condition"],
  [() => ({ property: reachable('end', mem.flag) }), "two of its properties are named 'end'"],
  [() => ({ cost: cost('c', evading({ event: 'IPIs' })) }), 'it counts {"event":"IPIs"}'],
  [(name) => ({ thread: thread(name, { cpus: 0 }, () => [step('x')]) }), 'cpus is a whole number'],
  [(name) => ({ thread: thread(name, { cpus: 1e9 }, () => [step('x')]) }), 'cpus is at most'],
  [(name) => ({ thread: thread(name, {}, () => []) }), "': it has no statements"],
  [() => ({ thread: thread('v', {}, () => evading(undefined)) }), "': expected a list of statements"],
];

/** A model with these statements in its thread and these parts beside it. */
const model = (inThread: readonly number[], other: readonly number[]) =>
  definition(() => {
    const made = other.map((at) => parts[at]![0](`v${at}`) as Readonly<Record<string, never>>);
    const named = (kind: string) => made.flatMap((part) => (kind in part ? [part[kind]!] : []));
    const variables = Object.fromEntries(
      named('variable').map((variable, at) => [`variable${at}`, variable]),
    );
    const only = thread('t', { locals }, (l) => [
      step('ends'),
      ...inThread.flatMap((at) => statements[at]![0](l) as readonly Statement[]),
    ]);
    return {
      shared: shared({ ...declarationsOf(mem), ...variables }),
      threads: [only, ...named('thread')],
      properties: [reachable('end', mem.flag), ...named('property')],
      costs: named('cost'),
    };
  });

function mistakesOf(build: () => unknown) {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).mistakes;
  }
  return [];
}

const all = [
  ...statements.map(([, says], at) => ({ says, inThread: [at], other: [] })),
  ...parts.map(([, says], at) => ({ says, inThread: [], other: [at] })),
];

test('the model around them has none', () => {
  expect(mistakesOf(() => model([], []).build())).toEqual([]);
});

test.each(all)('one is one: $says', ({ says, inThread, other }) => {
  const found = mistakesOf(() => model(inThread, other).build());
  expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(says)]);
});

const some = fc.uniqueArray(fc.nat(all.length - 1), { minLength: 2, maxLength: 8 });

test('any number of them are found, each once and where it was written', () => {
  fc.assert(
    fc.property(some, (chosen) => {
      const wrong = chosen.map((at) => all[at]!);
      const build = model(
        wrong.flatMap(({ inThread }) => inThread),
        wrong.flatMap(({ other }) => other),
      );
      const found = mistakesOf(() => build.build());
      for (const { says } of wrong)
        expect(found.map(({ message }) => message)).toContainEqual(expect.stringContaining(says));
      expect(found).toHaveLength(wrong.length);
      for (const { origin } of found) expect(origin?.stack).toContain('all-mistakes.test.ts');
    }),
    { numRuns: 300 },
  );
});

test('an exception in between is reported together with the errors found', () => {
  const found = mistakesOf(() =>
    definition(() => {
      t(() => [goto('nowhere'), step('', set(mem.flag, true))]);
      throw new TypeError("reading 'at' of undefined");
    }).build(),
  );
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringContaining('begins with its text'),
    expect.stringContaining("reading 'at' of undefined (a misspelt name?)"),
  ]);
});
