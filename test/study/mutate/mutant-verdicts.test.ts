/** When a mutant is killed, when it survives, and when it is undecided. */
import { describe, expect, test } from 'vitest';
import {
  always,
  and,
  bool,
  branch,
  defineModel,
  ended,
  eq,
  flag,
  goto,
  ifdef,
  inc,
  init,
  integer,
  label,
  lt,
  never,
  range,
  reachable,
  say,
  set,
  shared,
  smpMb,
  step,
  thread,
  wait,
  forever,
  type AnyDefinition,
  type Scenario,
} from 'racewalk';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { mutationStudy, type Mutated } from '../../../checker/study/mutate/mutate.ts';
import { studying } from '../../../checker/study/study.ts';
import { noLimits } from '../../../checker/search/check.ts';
import { defaultSettings } from '../../../checker/search/settings.ts';
import { finish } from '../../../checker/state-space/cooperative.ts';

const mutate = (definition: AnyDefinition, limits = noLimits): Mutated => {
  const whole = withMemoryOption(definition);
  return finish(studying(mutationStudy(whole, whole.scenarios, defaultSettings), limits));
};

const fates = (mutated: Mutated) =>
  Object.fromEntries(
    mutated.mutants.map(({ mutation, fate }) => [
      mutation.name,
      fate.kind === 'killed' ? `${fate.scenario}: ${fate.verdict}` : fate.kind,
    ]),
  );

/** Dekker's first two lines: each side stores, and reads the store of the other; `noise` has no effect. */
const dekker = (scenarios: readonly Scenario[], survivors: AnyDefinition['survivors'] = []) =>
  defineModel({
    name: 'dekker',
    summary: 'store, then look at the other',
    options: { barrier: flag('fix', 'a full barrier between'), look: flag('fix', 'the second looks', true) },
    scenarios,
    survivors,
    build: ({ barrier, look }) => {
      const mem = shared({
        x: init(bool, false),
        y: init(bool, false),
        in: init(range(0, 2), 0),
        noise: init(bool, false),
      });
      const side = (name: string, own: typeof mem.x, other: typeof mem.x, looks: boolean) =>
        thread(name, { locals: { inside: init(bool, false) } }, (l) => [
          step('own = 1', set(own, true)),
          ifdef(barrier, smpMb()),
          ifdef(looks, branch('other', other, [goto('out')])),
          step('in', set(l.inside, true), inc(mem.in)),
          label('out'),
          step('noise', set(mem.noise, true)),
        ]);
      const [a, b] = [side('a', mem.x, mem.y, true), side('b', mem.y, mem.x, look)];
      return {
        shared: mem,
        threads: [a, b],
        properties: [
          always('one at most', never(eq(mem.in, 2), say`two`)),
          reachable('one inside', and(ended(a), ended(b), eq(mem.in, 1))),
        ],
      };
    },
  });

const holds = { name: 'look', options: {}, verdict: 'holds' } as const;
const violated = { name: 'no-look', options: { look: false }, verdict: 'violated' } as const;
const tso = { name: 'tso', options: { barrier: true }, memory: 'tso', verdict: 'holds' } as const;

test('a proof kills what breaks it; a line of no use survives', () => {
  expect(fates(mutate(dekker([holds])))).toEqual({
    'a: own = 1: left out': 'look: violated',
    "a: own = 1: after 'if (other)'": 'look: violated',
    'a: if (other): never taken': 'look: violated',
    'a: if (other): always taken': 'survives',
    "a: if (other): after 'in'": 'look: violated',
    'a: in: left out': 'survives',
    "a: in: without 'inside = true'": 'survives',
    "a: in: without 'mem.in++'": 'survives',
    'a: noise: left out': 'survives',
    'b: own = 1: left out': 'look: violated',
    "b: own = 1: after 'if (other)'": 'look: violated',
    'b: if (other): never taken': 'look: violated',
    'b: if (other): always taken': 'survives',
    "b: if (other): after 'in'": 'look: violated',
    'b: in: left out': 'survives',
    "b: in: without 'inside = true'": 'survives',
    "b: in: without 'mem.in++'": 'survives',
    'b: noise: left out': 'survives',
  });
});

describe('a mutant is killed', () => {
  test('where a violation is gone', () => {
    expect(fates(mutate(dekker([violated])))).toMatchObject({ 'a: in: left out': 'no-look: holds' });
    expect(fates(mutate(dekker([violated])))).toMatchObject({
      "b: in: without 'mem.in++'": 'no-look: holds',
    });
  });

  test('where one more scenario notices, the cheapest first', () => {
    const { scenarios, mutants } = mutate(dekker([holds, violated]));
    expect(scenarios).toEqual(['no-look', 'look']);
    expect(mutants.find(({ mutation }) => mutation.name === "b: in: without 'mem.in++'")!.fate.kind).toBe(
      'killed',
    );
    expect(mutants.find(({ mutation }) => mutation.name === 'a: if (other): never taken')!.fate.kind).toBe(
      'killed',
    );
  });

  test('where a witness is lost, somebody waits for ever, or a value leaves its domain', () => {
    const model = defineModel({
      name: 'waits',
      summary: 'one waits for the other',
      options: {},
      scenarios: [{ name: 'all', options: {}, verdict: 'holds' }],
      build: () => {
        const mem = shared({ x: init(bool, false), n: init(range(0, 1), 0), y: init(bool, false) });
        const one = thread('one', {}, () => [
          step('x = 1', set(mem.x, true)),
          branch('n', eq(mem.n, 1), [goto('out')]),
          step('n++', inc(mem.n)),
          step('y = 1', set(mem.y, true)),
          label('out'),
        ]);
        const two = thread('two', {}, () => [
          wait('x', mem.x),
          branch('n', eq(mem.n, 1), [goto('out')]),
          label('out'),
        ]);
        return { shared: mem, threads: [one, two], properties: [reachable('y', mem.y)] };
      },
    });
    expect(fates(mutate(model))).toMatchObject({
      'one: x = 1: left out': 'all: deadlock',
      'one: y = 1: left out': 'all: unreached',
    });
  });
});

describe('barriers', () => {
  const barrier = 'a: smp_mb(): left out';

  test('mean something only where a scenario has a memory model for them', () => {
    expect(fates(mutate(dekker([{ ...holds, options: { barrier: true } }])))).toMatchObject({
      [barrier]: 'survives',
    });
    expect(fates(mutate(dekker([tso])))).toMatchObject({ [barrier]: 'tso: violated' });
  });
});

describe('explanations', () => {
  const noise = ['a: noise: left out', 'b: noise: left out'];

  test('belong to survivors', () => {
    const { mutants, stale } = mutate(dekker([holds], [{ mutants: noise, why: 'for the looks' }]));
    const explained = mutants.filter(({ fate }) => fate.kind === 'survives' && fate.why === 'for the looks');
    expect(explained.map(({ mutation }) => mutation.name)).toEqual(noise);
    expect(stale).toEqual([]);
  });

  test('are stale when the mutant is killed or not there', () => {
    const killed = 'a: own = 1: left out';
    const { stale } = mutate(
      dekker([holds], [{ mutants: ['a: nois: left out', killed, ...noise], why: 'for the looks' }]),
    );
    expect(stale).toEqual(['a: nois: left out', killed]);
  });

  test('say why, once', () => {
    expect(() => dekker([holds], [{ mutants: noise, why: '' }])).toThrow(/survivors: missing 'why'/);
    expect(() => dekker([holds], [{ mutants: [...noise, ...noise], why: 'twice' }])).toThrow(
      /explained twice/,
    );
  });
});

describe('no verdict is given', () => {
  test('of the mutants of a scenario that is not what it declares', () => {
    expect(() => mutate(dekker([{ ...holds, verdict: 'violated' }]))).toThrow(
      /'look' of dekker declares 'violated', but its verdict is 'holds'/,
    );
  });

  test('where a mutant explodes: neither killed nor surviving', () => {
    const model = defineModel({
      name: 'counts',
      summary: 'a counter with an end',
      options: {},
      scenarios: [{ name: 'all', options: {}, verdict: 'holds' }],
      build: () => {
        const mem = shared({ n: init(range(0, 200_000), 0) });
        const one = thread('one', { mayBlockForever: true }, () => [
          forever(wait('n++', lt(mem.n, 2), inc(mem.n))),
        ]);
        const two = thread('two', { mayBlockForever: true }, () => [
          forever(wait('n++ again', and(lt(mem.n, 4), lt(mem.n, 3)), inc(mem.n))),
        ]);
        return { shared: mem, threads: [one, two], properties: [reachable('2', eq(mem.n, 2))] };
      },
    });
    expect(fates(mutate(model))).toMatchObject({ 'one: n++: does not wait': 'undecided' });
  });

  test('above the limit, and when it is time to stop', () => {
    const kinds = (limits: typeof noLimits) => [
      ...new Set(mutate(dekker([holds]), limits).mutants.map(({ fate }) => fate.kind)),
    ];
    expect(kinds({ ...noLimits, maxStates: 3 })).toEqual(['undecided']);
    expect(kinds({ ...noLimits, stop: () => 'it was interrupted' })).toEqual(['undecided']);
  });
});

test('a line is the same line in every scenario, wherever it stands there', () => {
  const { mutants } = mutate(dekker([holds, { ...holds, name: 'barrier', options: { barrier: true } }]));
  const names = mutants.map(({ mutation }) => mutation.name);
  expect(names).toHaveLength(new Set(names).size);
  expect(names.filter((name) => name.startsWith('a: noise'))).toEqual(['a: noise: left out']);
});

/** A CPU that looks at fewer than `n` of four cells, and then at whether it has come to `n`. */
const counting = (sizes: readonly number[], both: boolean) =>
  defineModel({
    name: 'counting',
    summary: 'a bound that depends on an option',
    options: { n: integer('size', [1, 3], 1) },
    scenarios: sizes.map((n) => ({ name: `${n}`, options: { n }, verdict: 'holds' as const })),
    build: ({ n }) => {
      const mem = shared({ ready: init(bool, false) });
      const p = thread('p', { locals: { j: init(range(0, 3), 0) } }, (l) => [
        step('ready', set(mem.ready, true)),
        wait('j', both ? and(lt(l.j, n), lt(l.j, n + 1)) : and(lt(l.j, n), mem.ready), inc(l.j)),
      ]);
      return { shared: mem, threads: [p], properties: [reachable('p ends', ended(p))] };
    },
  });

describe('the bound of a loop that depends on an option', () => {
  const bounds = ({ mutants }: Mutated) =>
    mutants
      .map(({ mutation }) => mutation.name)
      .filter((name) => name.includes('without') && name.includes('<'));

  test('is one mutant in scenarios of different sizes', () => {
    expect(bounds(mutate(counting([1, 2], false)))).toEqual(["p: j: without 'j < 1'"]);
  });

  test('is several where one scenario has several', () => {
    expect(bounds(mutate(counting([1, 2], true)))).toEqual(
      [1, 2, 3].map((bound) => `p: j: without 'j < ${bound}'`),
    );
  });
});
