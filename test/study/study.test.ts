/** That a study may be spread over processes: its jobs have names of their own, and their results survive JSON. */
import { expect, test } from 'vitest';
import { dealt } from '../../cli/sweep/deal.ts';
import { comparisonOf } from '../../checker/study/compare/compare.ts';
import { barrierStudy } from '../../checker/study/barriers/barriers.ts';
import { mutationStudy } from '../../checker/study/mutate/mutate.ts';
import { studying, unprepared, type Study } from '../../checker/study/study.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { noLimits } from '../../checker/search/check.ts';
import { defaultSettings as settings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { model as dirtyCow } from '../../models/dirty-cow.ts';
import { model as switchMm } from '../../models/switch-mm-vs-flush.ts';
import { model as ticketLock } from '../../models/mutual-exclusion/ticket-lock.ts';

const [cow, mm, ticket] = [dirtyCow, switchMm, ticketLock].map(withMemoryOption);
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The result of the study from `of` processes that share nothing but JSON. */
function spread<P, R, T>({ prepare, sweep }: Study<P, R, T>, of: number): T {
  const results = new Map<string, R>();
  for (let index = 1; index <= of; index++) {
    const { jobs } = sweep(throughJson(finish(prepare(noLimits))));
    const own = dealt(
      jobs.map(({ name }) => name),
      { index, of },
    );
    for (const { name, run } of jobs)
      if (own.has(name)) results.set(name, throughJson(finish(run(noLimits))));
  }
  const { jobs, assembled } = sweep(throughJson(finish(prepare(noLimits))));
  expect(results.size).toBe(jobs.length);
  return assembled(jobs.map(({ name }) => results.get(name)!));
}

function expectSpreads<P, R, T>(study: Study<P, R, T>): void {
  const whole = finish(studying(study, noLimits));
  for (const of of [1, 3]) expect(spread(study, of)).toEqual(whole);
}

test('compare', () => {
  for (const definition of [cow!, ticket!])
    expectSpreads(unprepared(() => comparisonOf(definition, { vary: null, given: { memory: 'sc' } })));
});

test('mutate', () => {
  expectSpreads(mutationStudy(mm!, mm!.scenarios.slice(0, 2), settings));
});

test('barriers', () => {
  expectSpreads(barrierStudy(mm!, {}, { memories: ['sc', 'tso', 'pso'], settings }));
});

test('shards have every job once, and differ by at most one job', () => {
  const names = Array.from({ length: 101 }, (_, at) => `job ${at}`);
  for (const of of [1, 2, 7, 101, 150]) {
    const shards = Array.from({ length: of }, (_, at) => [...dealt(names, { index: at + 1, of })]);
    expect(shards.flat().sort()).toEqual(names.toSorted());
    const sizes = shards.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
});
