/** Holds that a search whose states another engine keeps says what the search in memory says, and never more. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../checker/language/model.ts';
import { check, checking, noLimits, type Checked } from '../../checker/search/check.ts';
import { EngineError, type EngineSettings } from '../../checker/search/level-engine.ts';
import { duckDBSettings } from '../../cli/engines/duckdb.ts';
import { runWithin } from '../../cli/options/limits.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';
import { listEngine, type Faults } from '../search/level-engine.ts';
import { allStates, judgementOf } from './judgement.ts';
import { randomModel } from './random-model.ts';

const elsewhere = async (model: Model, engine: EngineSettings, symmetry: boolean): Promise<Checked> => {
  const steps = runWithin({}, (limits) =>
    checking(model, limits, { ...allStates, symmetry, elsewhere: engine }),
  );
  return (await steps).result;
};

const engines: readonly (readonly [string, EngineSettings, number])[] = [
  ['in a list', listEngine(), 1],
  ['in DuckDB', duckDBSettings({ directory: undefined, memory: 2 ** 27, threads: 1 }), 4],
];

describe.each(engines)('%s', (_, engine, cost) => {
  test.each([false, true])(
    'verdicts, counts and lengths are those in memory; symmetry: %s',
    law,
    async (symmetry) => {
      const seen = new Set<string>();
      const agree = fc.asyncProperty(
        randomModel({ errors: true, symmetric: symmetry, states: 400 }),
        async (model) => {
          const expected = judgementOf(check(model, noLimits, { ...allStates, symmetry }));
          expect(judgementOf(await elsewhere(model, engine, symmetry))).toEqual(expected);
          seen.add(expected.kind ?? expected.verdict);
        },
      );
      await fc.assert(agree, { numRuns: runs(100 / cost, 5), seed: 2026, endOnFailure: true });
      if (cost === 1)
        expect([...seen].sort()).toEqual([
          'assertion',
          'deadlock',
          'error',
          'holds',
          'invariant',
          'unreached',
        ]);
    },
  );
});

describe('an engine that fails is no verdict', () => {
  const safe = email.build({ syncIpi: true });
  const unsafe = email.build({});
  const result = async (model: Model, faults: Faults) => {
    const { outcome, trace } = await elsewhere(model, listEngine(faults), true);
    return { verdict: outcome.verdict, reason: 'reason' in outcome ? outcome.reason : null, trace };
  };

  test.each([1, 2, 14, 27])('at call %i', async (at) => {
    const before = (call: number) => {
      if (call === at) throw new EngineError('a worker is gone');
    };
    expect(await result(safe, { before })).toEqual({
      verdict: 'inconclusive',
      reason: 'a worker is gone',
      trace: null,
    });
  });

  test('states that were not expanded', async () => {
    const change: Faults['change'] = (step, depth) =>
      depth === 9 ? { ...step, expanded: step.expanded - 1 } : step;
    expect(await result(safe, { change })).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/^level 8 has \d+ states, and \d+ were expanded$/) as string,
    });
  });

  test('while the trace is walked back', async () => {
    const before = (call: number) => {
      if (call === 30) throw new EngineError('a worker is gone');
    };
    expect(await result(unsafe, { before })).toMatchObject({ verdict: 'inconclusive', trace: null });
    expect(await result(unsafe, { predecessor: () => null })).toMatchObject({ verdict: 'inconclusive' });
    expect(await result(unsafe, {})).toMatchObject({ verdict: 'violated' });
  });
});

test('limits end a search elsewhere', async () => {
  const model = email.build({ syncIpi: true });
  const { result } = await runWithin({ maxStates: 50 }, (limits) =>
    checking(model, limits, { ...allStates, elsewhere: listEngine() }),
  );
  expect(result.outcome).toMatchObject({ verdict: 'inconclusive' });
  expect(result.outcome.statistics.states).toBeLessThan(171);
});
