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
import { t } from './model-errors.ts';
import { definition, locals, mem, type Locals } from './tiny.ts';

const evading = (thing: unknown) => thing as never;

/** Statements, each with one mistake, and what is said of it. */
const statements: readonly (readonly [(l: Locals) => readonly (Statement | Effect)[], string])[] = [
  [() => [goto('nowhere')], "unknown label 'nowhere'"],
  [() => [step('two', set(mem.flag, true), set(mem.count, 1))], 'one step touches'],
  [() => [step('x', set(mem.count, 9))], "invalid value 9 for 'mem.count'"],
  [(l) => [step('y', set(l.n, 12))], "invalid value 12 for 'n'"],
  [() => [step('', set(mem.flag, true))], 'must be its kernel text'],
  [(l) => [step('z', evading(eq(l.n, 1)))], 'expected an effect'],
  [() => [set(mem.flag, true)], 'effects belong inside step'],
  [() => [atomically('', step('a', set(mem.flag, true)))], 'must be the reason'],
  [() => [atomically('why')], 'the atomic block is empty'],
  [
    (l) => [atomically('why', step('a', set(l.n, 1)), wait('late', mem.flag))],
    "only the first statement of an atomic block may wait, but 'late'",
  ],
  [() => [either([step('one')])], 'at least two alternatives'],
  [() => [forever()], 'the loop body is empty'],
  [() => [choose('any', mem.count)], 'needs a local scalar'],
  [() => [loop('for', mem.count, [step('in')])], "loop 'for' needs a local scalar"],
  [() => [relaxed(note('n'))], 'relaxed(...) takes a step'],
  [() => [step('c', count('IPIs', -1))], 'invalid count -1'],
  [
    () => [
      step(
        'e',
        each(0, () => [set(mem.flag, true)]),
      ),
    ],
    'invalid range 0 of each',
  ],
  [() => [branch('b', evading(3), [step('in')])], "'3' is not a condition"],
  [() => [label('twice'), label('twice')], "two labels are named 'twice'"],
  [() => [[step('dropped')][1] ?? step('kept')], "step 'dropped' is not part of a list"],
];

/** The other parts of a model, likewise. */
const parts: readonly (readonly [(name: string) => object, string])[] = [
  [() => ({ variable: init(range(3, 0), 0) }), 'range(3, 0)'],
  [() => ({ variable: init(range(0, 3), 7) }), 'the initial value 7'],
  [() => ({ variable: array(0, bool, false) }), 'array(0, ...)'],
  [() => ({ variable: array(1e9, bool, false) }), 'from 1 to 65536'],
  [() => ({ variable: init(index(0), 0) }), 'index(0)'],
  [() => ({ variable: init(values('a', 'a'), 'a') }), "duplicate name 'a'"],
  [() => ({ property: always('wrong', evading(7)) }), "'7' is not a condition"],
  [() => ({ property: reachable('end', mem.flag) }), "two properties are named 'end'"],
  [() => ({ cost: cost('c', evading({ event: 'IPIs' })) }), 'invalid counts {"event":"IPIs"}'],
  [(name) => ({ thread: thread(name, { cpus: 0 }, () => [step('x')]) }), 'invalid cpus 0'],
  [(name) => ({ thread: thread(name, { cpus: 1e9 }, () => [step('x')]) }), 'expected at most 1024'],
  [(name) => ({ thread: thread(name, {}, () => []) }), "': the thread has no statements"],
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

function errorsOf(build: () => unknown) {
  try {
    build();
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).errors;
  }
  return [];
}

const all = [
  ...statements.map(([, says], at) => ({ says, inThread: [at], other: [] })),
  ...parts.map(([, says], at) => ({ says, inThread: [], other: [at] })),
];

test('the model around them has none', () => {
  expect(errorsOf(() => model([], []).build())).toEqual([]);
});

test.each(all)('one is one: $says', ({ says, inThread, other }) => {
  const found = errorsOf(() => model(inThread, other).build());
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
      const found = errorsOf(() => build.build());
      for (const { says } of wrong)
        expect(found.map(({ message }) => message)).toContainEqual(expect.stringContaining(says));
      expect(found).toHaveLength(wrong.length);
      for (const { origin } of found) expect(origin?.stack).toContain('all-errors.test.ts');
    }),
    { numRuns: 300 },
  );
});

test('what is thrown between is told beside what was found', () => {
  const found = errorsOf(() =>
    definition(() => {
      t(() => [goto('nowhere'), step('', set(mem.flag, true))]);
      throw new TypeError("reading 'at' of undefined");
    }).build(),
  );
  expect(found.map(({ message }) => message)).toEqual([
    expect.stringContaining('must be its kernel text'),
    expect.stringContaining("reading 'at' of undefined (a misspelt name?)"),
  ]);
});
