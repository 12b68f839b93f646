/** A statement keeps its number among those that read alike, whatever a variant leaves out before it. */
import { expect, test } from 'vitest';
import {
  bool,
  defineModel,
  flag,
  ifdef,
  init,
  reachable,
  relaxed,
  set,
  shared,
  step,
  thread,
} from 'racewalk';

const definition = defineModel({
  name: 'nth',
  summary: 'statements that read alike',
  options: { first: flag('variant', 'the first of them is there', true) },
  build: ({ first }) => {
    const mem = shared({ x: init(bool, false) });
    const again = () => step('x = 1', set(mem.x, true));
    const one = thread('one', {}, () => [
      ifdef(first, again()),
      step('x = 0', set(mem.x, false)),
      relaxed(again()),
    ]);
    const two = thread('two', {}, () => [again()]);
    return { shared: mem, threads: [one, two], properties: [reachable('x', mem.x)] };
  },
});

const numbers = (first: boolean) =>
  definition.build({ first }).threads.map(({ body }) => body.map(({ line, nth }) => ({ line, nth })));

test('lines move with the variant, and numbers do not', () => {
  expect(numbers(true)).toEqual([
    [
      { line: 1, nth: 1 },
      { line: 2, nth: 1 },
      { line: 3, nth: 2 },
    ],
    [{ line: 1, nth: 1 }],
  ]);
  expect(numbers(false)).toEqual([
    [
      { line: 1, nth: 1 },
      { line: 2, nth: 2 },
    ],
    [{ line: 1, nth: 1 }],
  ]);
});
