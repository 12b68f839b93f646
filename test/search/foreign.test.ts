/** A search by another model checker: its trace where the own search is too long, and what is no verdict. */
import { describe, expect, test } from 'vitest';
import { check, checking } from '../../checker/search/check.ts';
import type { ForeignChecker, ForeignFound } from '../../checker/search/foreign-checker.ts';
import { EngineError } from '../../checker/search/level-engine.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { keyOfState } from '../../checker/state-space/successors.ts';
import { runWithin, type LimitOptions } from '../../cli/options/limits.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';

const own = check(email.build({}));
const steps = own.trace!.steps.map(({ after }) => ({
  to: (state: typeof after) => keyOfState(state) === keyOfState(after),
}));

const found: ForeignFound = {
  ...{ method: 'another', trace: { initial: 0, steps }, states: 9, transitions: 9, depth: 21 },
  ...{ fired: own.system.transitions.map(() => true), reached: new Set() },
};

async function outcomeOf(search: ForeignChecker['search'], limits: LimitOptions = {}) {
  const foreign = { place: 'elsewhere', search };
  const within = await runWithin(limits, (some) =>
    checking(email.build({}), some, { ...defaultSettings, foreign }),
  );
  return within.result.outcome;
}

describe('a violation', () => {
  test('has the trace of the own search where that is small', async () => {
    const outcome = await outcomeOf(() => Promise.resolve(found));
    const { statistics, ...answer } = own.outcome;
    expect(outcome).toMatchObject(answer);
    expect(outcome.statistics).toMatchObject({ states: 9, method: 'another' });
    expect(statistics.states).toBe(351);
  });

  // The own search may not store more states than the limit.
  test.each([21, 22])(
    'has the trace of the other where it is not; said to be %i steps away',
    async (depth) => {
      const outcome = await outcomeOf(() => Promise.resolve({ ...found, depth }), { maxStates: 1 });
      expect(outcome).toMatchObject({ verdict: 'violated', minimal: false });
      expect(outcome).toHaveProperty('schedule.edges.length', 21);
    },
  );

  test.each([
    ['a good state', steps.slice(0, -1), /another is not a run of the model: nothing is wrong/],
    ['where it cannot lead', steps.slice(1), /another is not a run of the model: step 1 of 20/],
  ])('is none with a trace to %s', async (_, some, reason) => {
    const outcome = await outcomeOf(() => Promise.resolve({ ...found, trace: { initial: 0, steps: some } }));
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe('without a violation', () => {
  const safe = { ...found, trace: null };

  test('witnesses that were not reached are told', async () => {
    expect(await outcomeOf(() => Promise.resolve(safe))).toMatchObject({ verdict: 'unreached' });
    const reached = new Set(own.system.model.properties.keys());
    expect(await outcomeOf(() => Promise.resolve({ ...safe, reached }))).toMatchObject({ verdict: 'holds' });
  });

  test('an error of the other is the reason', async () => {
    const outcome = await outcomeOf(() => Promise.reject(new EngineError('a process is gone')));
    expect(outcome).toMatchObject({ verdict: 'inconclusive', reason: 'a process is gone' });
  });

  test('a limit interrupts the other', async () => {
    const outcome = await outcomeOf(
      (_, { onProgress, signal }) =>
        new Promise((_settle, fail) => {
          onProgress({ states: 100, frontier: 1, depth: 1 });
          signal.addEventListener('abort', () => {
            fail(new EngineError('interrupted'));
          });
        }),
      { maxStates: 50 },
    );
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the limit of 50 states was reached',
      statistics: { states: 100, depth: 1 },
    });
  });
});

test('an error that is none of the engine is not hidden', async () => {
  await expect(outcomeOf(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});
