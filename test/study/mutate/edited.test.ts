/** Statements of a model can be replaced and left out, and nothing else changes. */
import { expect, test } from 'vitest';
import {
  atomically,
  bool,
  branch,
  defineModel,
  forever,
  goto,
  init,
  label,
  reachable,
  set,
  shared,
  step,
  thread,
  wait,
} from 'racewalk';
import { printText } from '../../../checker/language/print.ts';
import { statementsOf } from '../../../checker/language/thread.ts';
import { edited } from '../../../checker/study/mutate/edited.ts';

const model = defineModel({
  name: 'edited',
  summary: 'a model to be edited',
  options: {},
  build: () => {
    const mem = shared({ x: init(bool, false), y: init(bool, false) });
    const one = thread('one', {}, () => [
      step('x = 1', set(mem.x, true)),
      branch('y', mem.y, [step('x = 0', set(mem.x, false)), goto('out')]),
      label('out'),
    ]);
    const two = thread('two', { mayBlockForever: true }, () => [
      forever(atomically('a reason', wait('x', mem.x, set(mem.y, true)))),
    ]);
    return { shared: mem, threads: [one, two], properties: [reachable('x', mem.x)] };
  },
}).build();

const textOf = (name: string, from = model) =>
  [...statementsOf(from.threads.find((other) => other.name === name)!.body)].map(
    (statement) => `${statement.line} ${printText(statement)}`,
  );

test('a statement is left out, at any depth, and the others keep their lines', () => {
  expect(textOf('one')).toEqual(['1 x = 1', '2 if (y)', '3 x = 0', '4 goto out;', '5 out:']);
  expect(textOf('one', edited(model, 'one', new Map([[3, []]])))).toEqual([
    '1 x = 1',
    '2 if (y)',
    '4 goto out;',
    '5 out:',
  ]);
});

test('two statements change places', () => {
  const [first, second] = model.threads[0]!.body;
  const swapped = edited(
    model,
    'one',
    new Map([
      [1, [second!]],
      [2, [first!]],
    ]),
  );
  expect(textOf('one', swapped)).toEqual(['2 if (y)', '3 x = 0', '4 goto out;', '1 x = 1', '5 out:']);
  expect(textOf('two', swapped)).toEqual(textOf('two'));
});

test('what held only the statement goes with it, and a thread without statements has ended', () => {
  expect(textOf('two')).toEqual(['1 for (;;)', '2 atomically', '3 x']);
  expect(textOf('two', edited(model, 'two', new Map([[3, []]])))).toEqual(['0 (left out)']);
});

test('a model that means nothing is refused', () => {
  expect(() => edited(model, 'one', new Map([[5, []]]))).toThrow(/unknown label 'out'/);
});
