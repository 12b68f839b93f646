/** Domains that grow: a check finds what it finds with domains that are large enough from the beginning. */
import { describe, expect, test } from 'vitest';
import {
  add,
  always,
  array,
  choose,
  defineModel,
  ended,
  eq,
  goto,
  branch,
  growing,
  inc,
  init,
  label,
  lt,
  mul,
  oneOf,
  range,
  reachable,
  set,
  shared,
  step,
  sub,
  thread,
  type Domain,
} from '../../checker/language/index.ts';
import { fullyGrown, grown } from '../../checker/language/growing.ts';
import type { Model } from '../../checker/language/model.ts';
import {
  memoryModels,
  defaultSettings as memorySettings,
  inFull,
} from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';

/** Two CPUs count to 40, one of them with a local that begins at a value outside of the small domain. */
function counting(number: Domain<number>, most = 5): Model {
  const mem = shared({ x: init(number, 0), z: array(2, number, 0) });
  const up = thread('up', { locals: { n: init(number, 0) } }, (l) => [
    step('n = 33', set(l.n, 33)),
    label('again'),
    step('x = n', set(mem.x, l.n)),
    step('n++', set(l.n, add(l.n, 1))),
    branch('n < 40', lt(l.n, 40), [goto('again')]),
    step('z[1] = -n', set(mem.z.at(1), sub(0, l.n))),
  ]);
  const down = thread('down', { locals: { m: init(number, 0) } }, (l) => [
    step('m = x', set(l.m, mem.x)),
    step('z[0] = m * m', set(mem.z.at(0), mul(l.m, l.m))),
  ]);
  return defineModel({
    name: 'counting',
    summary: '',
    options: {},
    build: () => ({
      shared: mem,
      threads: [up, down],
      properties: [
        always('m is small', lt(mem.z.at(0), most)),
        reachable('up ends', ended(up)),
        reachable('z is negative', lt(mem.z.at(1), 0)),
      ],
    }),
  }).build();
}

const small = growing(-1, 7);
const large = range(-3000, 3000);

const told = ({ outcome, trace }: ReturnType<typeof check>) => ({
  verdict: outcome.verdict,
  property: outcome.verdict === 'violated' ? outcome.property : null,
  states: outcome.statistics.states,
  transitions: outcome.statistics.transitions,
  depth: outcome.statistics.depth,
  trace: trace?.steps.map(({ thread: name, events }) => [name, events.map(({ changes }) => changes)]),
});

describe.each(['sc', 'tso', 'arm64'] as const)('under %s', (memory) => {
  const under = (model: Model) => memoryModels[memory](model, memorySettings);

  test('a check that explores everything is that of a large domain', () => {
    const found = check(under(counting(small, 10_000)));
    expect(told(found)).toEqual(told(check(under(counting(large, 10_000)))));
    expect(told(found)).toEqual(told(check(inFull(under(counting(small, 10_000))))));
    // The buffer of a CPU that stores in a loop fills up.
    expect(found.outcome.verdict).toBe(memory === 'tso' ? 'inconclusive' : 'holds');
  });

  test('a violation is as short as with a large domain', () => {
    const [found, expected] = [small, large].map((number) => check(under(counting(number))));
    expect(found!.outcome).toMatchObject({ verdict: 'violated', property: 'm is small', minimal: true });
    expect(found!.trace!.steps.length).toBe(expected!.trace!.steps.length);
  });

  test('the domains are those that the search needed', () => {
    const { shared: variables, threads } = (({ system: { model } }) => model.written ?? model)(
      check(under(counting(small, 10_000))),
    );
    expect(variables['x']!.domain).toMatchObject({ low: -1, high: 63 });
    expect(variables['z']!.domain).toMatchObject({ low: -64, high: 2047 });
    expect(threads[0]!.locals['n']!.domain).toMatchObject({ low: -1, high: 63 });
  });

  test('a domain that does not grow far enough is named', () => {
    const { outcome } = check(under(counting(growing(-1, 7, -64, 100), 10_000)));
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^'z' becomes \d+, and its domain does not grow that far$/) as string,
    });
  });
});

test('the interpreter and the reduced search settle too', () => {
  const model = counting(small, 10_000);
  const expected = check(model).outcome.statistics.states;
  const interpreted = check(model, undefined, { ...defaultSettings, engine: 'interpreter' });
  expect(interpreted.outcome).toMatchObject({ verdict: 'holds', statistics: { states: expected } });
  expect(check(model, undefined, { ...defaultSettings, firstPhase: 1 }).outcome.verdict).toBe('holds');
});

test('an endless counter is inconclusive', () => {
  const mem = shared({ x: init(growing(0, 1, 0, 500), 0) });
  const p = thread('p', {}, () => [label('again'), step('x++', inc(mem.x)), goto('again')]);
  const model = defineModel({
    name: 'endless',
    summary: '',
    options: {},
    build: () => ({ shared: mem, threads: [p], properties: [reachable('x is 1', eq(mem.x, 1))] }),
  }).build();
  expect(check(model).outcome).toMatchObject({
    verdict: 'inconclusive',
    reason: "'x' becomes 501, and its domain does not grow that far",
  });
});

test('a fixed domain that a run leaves is an error with its variable', () => {
  const { outcome } = check(counting(range(-1, 35), 10_000));
  expect(outcome).toMatchObject({ verdict: 'error', outside: { value: 36 } });
});

test('every variant settles', () => {
  const definition = defineModel({
    name: 'variants',
    summary: '',
    options: { most: oneOf('fix', 'how much is stored', ['low', 'high']) },
    build: ({ most }) => {
      const mem = shared({ x: init(growing(0, 1), 0) });
      const p = thread('p', {}, () => [step('x = 9', set(mem.x, most === 'low' ? 9 : 900))]);
      return {
        shared: mem,
        threads: [p],
        properties: [always('x is below 100', lt(mem.x, 100)), reachable('it ends', ended(p))],
      };
    },
  });
  expect(check(definition.build({ most: 'low' })).outcome.verdict).toBe('holds');
  expect(check(definition.build({ most: 'high' })).outcome.verdict).toBe('violated');
});

test('a domain grows to powers of two, and no further than it may', () => {
  const model = counting(growing(-1, 7, -100, 100));
  const after = (value: number) => {
    const wider = grown(model, { variable: 'x', thread: null, value });
    return wider === null || wider === 'limit' ? wider : wider.shared['x']!.domain;
  };
  expect(after(8)).toMatchObject({ low: -1, high: 15 });
  expect(after(16)).toMatchObject({ low: -1, high: 31 });
  expect(after(70)).toMatchObject({ low: -1, high: 100 });
  expect(after(-2)).toMatchObject({ low: -2, high: 7 });
  expect(after(-65)).toMatchObject({ low: -100, high: 7 });
  expect(after(101)).toBe('limit');
  expect(grown(counting(large), { variable: 'x', thread: null, value: 1e6 })).toBeNull();
  expect(fullyGrown(model).threads[0]!.locals['n']!.domain).toEqual({ kind: 'range', low: -100, high: 100 });
});

test('choices and loops need a domain that does not grow', () => {
  const mem = shared({ x: init(range(0, 1), 0) });
  const build = () => ({
    shared: mem,
    threads: [
      thread('p', { locals: { n: init(small, 0) } }, (l) => [choose('n', l.n), step('x', set(mem.x, 1))]),
    ],
    properties: [reachable('x', eq(mem.x, 1))],
  });
  const definition = { name: 'choice', summary: '', options: {}, build };
  expect(() => defineModel(definition).build()).toThrow("'choose' runs over the domain of 'n', which grows");
});
