/** Each verdict, and how far a search that was cut short says it came. */
import { describe, expect, test } from 'vitest';
import {
  add,
  always,
  and,
  array,
  assert,
  bool,
  choose,
  claim,
  ended,
  eq,
  exists,
  forAll,
  inc,
  index,
  init,
  lt,
  ne,
  never,
  not,
  range,
  reachable,
  say,
  set,
  shared,
  step,
  thread,
  wait,
  type Expr,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { check as checkWith, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { numberIn } from '../../checker/report/cpus.ts';
import { failedClaimOf } from '../../checker/trace/failed-claim.ts';
import { racesOf } from '../../checker/report/races.ts';
import { replay } from '../../checker/trace/replay.ts';
import { ReplayError } from '../../checker/trace/trace.ts';
import { endsOf, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { mayEnd, modelOf } from '../language/tiny.ts';

/** CPUs that each count x up, of which one may claim what it likes. */
const counting = (cpus: number, limit: number, claimed: (x: Expr<number>) => Expr<boolean>) =>
  modelOf(() => {
    const mem = shared({ x: init(range(0, limit), 0) });
    const cpu = thread('cpu', { cpus }, () => [step('x++', inc(mem.x))]);
    return { shared: mem, threads: [cpu], properties: [always('claimed', claimed(mem.x)), mayEnd(cpu)] };
  });

const check = (model: Model, limits = noLimits) =>
  checkWith(model, limits, { ...defaultSettings, engine: 'interpreter' });

describe('verdicts', () => {
  test('holds', () => {
    expect(check(counting(2, 2, (x) => lt(x, 3))).outcome).toMatchObject({
      verdict: 'holds',
      statistics: { states: 4, transitions: 4, depth: 2, unfired: [] },
    });
  });

  test('violated in the initial state', () => {
    const { outcome, trace } = check(counting(2, 2, (x) => ne(x, 0)));
    expect(outcome).toMatchObject({ verdict: 'violated', property: 'claimed', minimal: true });
    expect(trace!.steps).toEqual([]);
  });

  test('an error outside of a domain, with the shortest run to it', () => {
    const { outcome, trace } = check(counting(3, 2, (x) => lt(x, 3)));
    expect(outcome).toMatchObject({ verdict: 'error' });
    expect(trace!.stopped).toContain("line 1 'x++': 'mem.x' becomes 3");
    expect(trace!.steps).toHaveLength(3);
  });

  test('deadlock, unless the thread may block for ever', () => {
    const waiting = (mayBlockForever: boolean) =>
      modelOf(() => {
        const mem = shared({ go: init(bool, false), done: init(bool, false) });
        const waiter = thread('waiter', { mayBlockForever }, () => [wait('go', mem.go)]);
        const other = thread('other', {}, () => [step('done', set(mem.done, true))]);
        return { shared: mem, threads: [waiter, other], properties: [mayEnd(other)] };
      });
    expect(check(waiting(false)).outcome).toMatchObject({
      verdict: 'deadlock',
      minimal: true,
      schedule: { edges: [{}] },
    });
    expect(check(waiting(true)).outcome.verdict).toBe('holds');
  });

  test('unreached names the witnesses, and the steps that never fired are told', () => {
    const model = modelOf(() => {
      const mem = shared({ go: init(bool, false) });
      const t = thread('t', { mayBlockForever: true }, () => [
        wait('go', mem.go),
        step('never', set(mem.go, true)),
      ]);
      return {
        shared: mem,
        threads: [t],
        properties: [reachable('ends', ended(t)), reachable('begins', not(mem.go))],
      };
    });
    const { outcome } = check(model);
    expect(outcome).toMatchObject({ verdict: 'unreached', witnesses: ['ends'] });
    expect(outcome.statistics.unfired.map(({ statement }) => statement.line)).toEqual([1, 2]);
  });

  test('an assertion is named by its claim', () => {
    const model = modelOf(() => {
      const mem = shared({ x: init(range(0, 2), 0) });
      const t = thread('t', { cpus: 2 }, () => [step('x++', assert('x is 0', eq(mem.x, 0)), inc(mem.x))]);
      return { shared: mem, threads: [t], properties: [mayEnd(t)] };
    });
    const { outcome, trace } = check(model);
    expect(outcome).toMatchObject({ verdict: 'violated', kind: 'assertion', property: 'x is 0' });
    expect(trace!.steps).toHaveLength(2);
  });

  test('a mistake that shows in a property names the property', () => {
    const model = modelOf(() => {
      const mem = shared({ a: array(2, bool, false), n: init(range(0, 2), 0) });
      const t = thread('t', {}, () => [step('n = 2', set(mem.n, 2))]);
      return { shared: mem, threads: [t], properties: [mayEnd(t), always('p', not(mem.a.at(mem.n)))] };
    });
    expect(() => check(model)).toThrow("property 'p': 'mem.a[mem.n]' is read or written at 2");
  });
});

describe('limits', () => {
  test('too many states are inconclusive, with the reason', () => {
    const { outcome } = check(
      counting(4, 4, (x) => lt(x, 5)),
      { ...noLimits, maxStates: 5 },
    );
    expect(outcome).toMatchObject({ verdict: 'inconclusive', reason: 'the limit of 5 states was reached' });
    expect(outcome.statistics.states).toBeLessThan(16);
  });

  test('a stop is inconclusive, with the reason', () => {
    const { outcome } = check(
      counting(2, 2, (x) => lt(x, 5)),
      { ...noLimits, stop: () => 'interrupted' },
    );
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: 'interrupted',
      statistics: { states: 1 },
    });
  });

  test('a violation found before a stop in the same level is still told and replayed', () => {
    const model = modelOf(() => {
      const mem = shared({ x: init(range(0, 1), 0) });
      const cpu = thread('cpu', { locals: { n: init(index(10_000), 0), tmp: init(range(0, 1), 0) } }, (l) => [
        choose('n', l.n),
        step('x++', inc(mem.x)),
        step('tmp = x', set(l.tmp, mem.x)),
      ]);
      return { shared: mem, threads: [cpu], properties: [always('x is 0', eq(mem.x, 0)), mayEnd(cpu)] };
    });
    let looks = 0;
    const { outcome, trace } = check(model, { ...noLimits, stop: () => (++looks > 1 ? 'enough' : null) });
    expect(outcome).toMatchObject({ verdict: 'violated', minimal: false, statistics: { depth: 1 } });
    expect(trace!.steps).toHaveLength(1);
  });
});

describe('traces', () => {
  const lostUpdate = () =>
    modelOf(() => {
      const mem = shared({ x: init(range(0, 2), 0) });
      const cpu = thread('cpu', { cpus: 2, locals: { tmp: init(range(0, 2), 0) } }, (l) => [
        step('tmp = x', set(l.tmp, mem.x)),
        step('x = tmp + 1', set(mem.x, add(l.tmp, 1))),
      ]);
      const both = forAll(cpu, (_, i) => ended(cpu, i));
      return {
        shared: mem,
        threads: [cpu],
        properties: [reachable('end', both), always('2', not(and(both, eq(mem.x, 1))))],
      };
    });

  test('replay follows a schedule, and refuses one that cannot happen', () => {
    const { system, outcome } = check(lostUpdate());
    const schedule = 'schedule' in outcome ? outcome.schedule : null;
    expect(replay(system, schedule!).steps).toHaveLength(4);
    const twice = { ...schedule!, edges: [schedule!.edges[0]!, schedule!.edges[0]!] };
    expect(() => replay(system, twice)).toThrow(ReplayError);
    expect(() => replay(system, twice)).toThrow("step 2: thread 'cpu' (copy 0) cannot take that step there");
    expect(() => replay(system, { initial: 1, edges: [] })).toThrow('no initial state number 1');
  });

  test('races are the pairs that nothing orders', () => {
    const { system, trace } = check(lostUpdate());
    const told = racesOf(system, trace!).map(
      ({ cell, first, second }) =>
        [first, second].map(({ step: at, writes }) => `${at}${writes ? 'w' : 'r'}`).join(' ') + ` ${cell}`,
    );
    // CPU 0 reads, CPU 1 reads and writes, CPU 0 writes: the last write races with what the other CPU read and wrote.
    expect(told).toHaveLength(new Set(told).size);
    expect(told.every((race) => race.endsWith(' x'))).toBe(true);
    expect(trace!.steps.map(({ replica }) => replica)).toEqual([0, 1, 1, 0]);
    expect(told).toEqual(['0r 2w x', '2w 3w x']);
  });
});

describe('harm', () => {
  const harmIn = (
    condition: (mem: { x: Expr<number>; a: (i: Expr<number>) => Expr<boolean> }) => Expr<boolean>,
  ) => {
    const model = modelOf(() => {
      const mem = shared({ x: init(range(0, 4), 3), a: array(2, bool, (i) => i === 1) });
      const t = thread('t', {}, () => [step('x', set(mem.x, 0))]);
      return {
        shared: mem,
        threads: [t],
        properties: [always('p', condition({ x: mem.x, a: mem.a.at })), mayEnd(t)],
      };
    });
    const { system, trace } = check(model);
    return failedClaimOf(
      model.properties[0]!.condition,
      propertyPlace(trace!.initial, endsOf(system)),
      numberIn(system),
    );
  };

  test('is the sentence of the claim, with its values', () => {
    expect(harmIn(({ x }) => claim(eq(x, 0), say`x is ${x}, not ${0}`))).toBe('x is 3, not 0');
  });

  test('is that of the first copy that it is true of', () => {
    expect(harmIn(({ a }) => forAll(2, (i) => never(a(i), say`a[${i}] is set`)))).toBe('a[1] is set');
  });

  test('is the innermost', () => {
    expect(
      harmIn(({ x }) => claim(and(claim(eq(x, 3), say`no`), claim(eq(x, 0), say`inner`)), say`outer`)),
    ).toBe('inner');
  });

  test('leaves out what a false && leaves out', () => {
    expect(harmIn(({ x, a }) => claim(and(lt(x, 2), claim(a(x), say`inner`)), say`outer`))).toBe('outer');
  });

  test('is the condition where the author said nothing', () => {
    expect(harmIn(({ a }) => not(exists(2, a)))).toBe('not: !some i in 0..1: (mem.a[i])');
  });
});
