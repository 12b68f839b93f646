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

/** Foldings of states without wide arrays, too. */
const everyWord: CompiledOptions = { fold: { segmentWords: 1, isFolded: () => true } };
const everyOtherWord: CompiledOptions = { fold: { segmentWords: 1, isFolded: (word) => word % 2 === 1 } };
const overlapping: CompiledOptions = { fold: { segmentWords: 3, isFolded: () => true } };

/** States are compact from the first few on, so that their numbers get wider often, and some end as values. */
const compact: CompiledOptions = { fold: null, compact: { from: 3, worth: 1, mostBits: 4 } };

/** Returns the number of states, or null when there are too many to compare. */
function agree(system: TransitionSystem, ...all: readonly CompiledOptions[]): number | null {
  const interpreted = explore(interpretedSpace(system), most);
  if (interpreted === null) return null;
  const expected = told(interpreted);
  for (const options of all) expect(told(explore(compiledSpace(system, options), most)!)).toEqual(expected);
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
    ['in many batches, with shared locals', { errors: true }, { batch: 8, fewLocals: 0 }],
    ['folded', { errors: true }, everyWord],
    ['folded, above 4 GiB', { errors: true }, { ...everyWord, wideFrom: 2 ** 32 }],
    ['compact', { errors: true }, compact],
    ['compact, above 4 GiB', { errors: true }, { ...compact, wideFrom: 2 ** 32 }],
    ['compact, with hashes of two bits', { errors: true }, { ...compact, hashMask: 2n ** 63n + 2n ** 31n }],
    ['folded, with hashes of two bits', { errors: true }, { ...everyWord, hashMask: 2n ** 63n + 2n ** 32n }],
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
    expect(agree(transitionSystem(model()), {}, overlapping, compact) ?? 0).toBeGreaterThan(1);
  });

  test.each(packingCases)('%s, above 4 GiB and with other foldings', long, (_, model) => {
    const others = [{ wideFrom: 2 ** 32 }, { fold: null }, everyWord, everyOtherWord];
    expect(agree(transitionSystem(model()), ...others) ?? 0).toBeGreaterThan(1);
  });
});
