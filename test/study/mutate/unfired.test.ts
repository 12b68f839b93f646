/** What never happens in any scenario is named, and nothing else. */
import { expect, test } from 'vitest';
import {
  always,
  bool,
  branch,
  choose,
  defineModel,
  eq,
  flag,
  goto,
  ifdef,
  init,
  label,
  ne,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from 'racewalk';
import { unfiredIn } from './unfired.ts';

const definition = defineModel({
  name: 'unfired',
  summary: 'code that runs, code that does not, and code that runs in another variant',
  options: { seven: flag('variant', 'n begins with 7'), claims: flag('variant', 'x is claimed to be false') },
  build: ({ seven, claims }) => {
    const mem = shared({ x: init(bool, false), n: init(range(0, 7), seven ? 7 : 0) });
    const one = thread('one', { locals: { i: init(range(0, 1), 0), got: init(bool, false) } }, (l) => [
      choose('i = any', l.i),
      step('x = 1', set(mem.x, true)),
      ifdef(claims, step('after the violation', set(mem.n, 2))),
      branch('i', eq(l.i, 1), [step('got = 1', set(l.got, true))]),
      branch('n == 7', eq(mem.n, 7), [step('n = 1', set(mem.n, 1)), goto('out')]),
      branch('x', mem.x, [goto('out')]),
      step('never', set(mem.n, 3)),
      label('out'),
    ]);
    return {
      shared: mem,
      threads: [one],
      properties: [reachable('x', mem.x), ...(claims ? [always('no x', ne(mem.x, true))] : [])],
    };
  },
});

const unfired = (...options: readonly Parameters<typeof definition.build>[0][]) =>
  [...unfiredIn(options.map((each) => definition.build(each)))].sort();

const never = ['one: if (x): always taken', 'one: never: left out'];

test('a side of a branch, and what stands there', () => {
  expect(unfired({})).toEqual(
    ['one: if (n == 7): never taken', ...never.slice(0, 1), 'one: n = 1: left out', ...never.slice(1)].sort(),
  );
});

test('what another scenario does is done', () => {
  expect(unfired({}, { seven: true })).toEqual(never);
});

test('a run ends where a property is violated', () => {
  expect(unfired({}, { seven: true }, { claims: true })).toEqual(
    ['one: after the violation: left out', ...never].sort(),
  );
});
