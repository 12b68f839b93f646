/** Holds that generated code and the interpreter agree, state for state, on random models and on chosen ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { compiledSpace, type CompiledOptions } from '../../checker/engine/compiled-space.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { law, long, runs } from '../depth.ts';
import { explore } from './explore.ts';
import { packingCases } from './packing-cases.ts';
import { randomModel } from './random-model.ts';
import { told } from './told.ts';

const most = 1_500;
/** Returns the number of states, or null when there are too many to compare. */
function agree(system: TransitionSystem, options: CompiledOptions = {}): number | null {
  const interpreted = explore(interpretedSpace(system), most);
  if (interpreted === null) return null;
  const compiled = explore(compiledSpace(system, options), most);
  expect(told(compiled!)).toEqual(told(interpreted));
  return interpreted.count;
}

describe('compiled equals interpreted on random models', () => {
  test.each([
    ['without errors', { errors: false }, {}],
    ['with errors', { errors: true }, {}],
    ['with copies alike', { errors: true, symmetric: true }, {}],
    // The first 64 KiB of states lie below 4 GiB, the others above.
    ['with states on both sides of 4 GiB', { errors: true }, { wideFrom: 2 ** 32 - 2 ** 16 }],
    ['with hashes of two bits', { errors: true }, { hashMask: 2n ** 63n + 2n ** 31n }],
  ])('%s', law, (_, wishes, options) => {
    const models = randomModel({ ...wishes, states: 300 });
    const agrees = fc.property(models, (model) => {
      agree(transitionSystem(model), options);
    });
    fc.assert(agrees, { numRuns: runs(100), seed: 2014 });
  });
});

describe('compiled equals interpreted where packing is hard', () => {
  test.each(packingCases)('%s', (_, model) => {
    expect(agree(transitionSystem(model())) ?? 0).toBeGreaterThan(1);
  });

  test.each(packingCases)('%s, above 4 GiB', long, (_, model) => {
    expect(agree(transitionSystem(model()), { wideFrom: 2 ** 32 }) ?? 0).toBeGreaterThan(1);
  });
});
