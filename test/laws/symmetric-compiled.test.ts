/** Holds that canonical states in generated code are the full space up to permutations, with the same findings. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deadLocals } from '../../checker/program/dead-locals.ts';
import { numberingOf } from '../../checker/program/numbering.ts';
import { symmetryOf } from '../../checker/program/symmetry.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import type { Model } from '../../checker/language/model.ts';
import {
  compiledSpace,
  type CompiledOptions,
  type CompiledSpace,
} from '../../checker/engine/compiled-space.ts';
import { pathTo, liftTrace } from '../../checker/trace/lift-trace.ts';
import { startWorkers } from '../../checker/engine/node-workers.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { law, runs } from '../depth.ts';
import { crossedModel } from './crossed-models.ts';
import { explore } from './explore.ts';
import { expectConfirmed, exploreLevels, lengthOf, told, type Explored } from './explore-levels.ts';
import { formsOf } from './form.ts';
import { randomModel } from './random-model.ts';
import { recordCases } from './record-cases.ts';
import { told as everything } from './told.ts';

const most = 20_000;

/** The findings, each with the steps to its nearest state. */
function outcomes(explored: Explored) {
  const { findings, reached, fired } = explored.space;
  const lengths = new Map<string, number>();
  for (const finding of findings) {
    const length = lengthOf(explored, finding);
    lengths.set(told(finding), Math.min(length, lengths.get(told(finding)) ?? Infinity));
  }
  const never = Array.from(fired, (times, id) => (times === 0 ? id : -1));
  return { lengths: [...lengths].sort(), reached: [...reached].sort(), never };
}

/** A run to each finding is a run of the model, is as long as the path, and ends in the finding. */
function expectRuns(system: TransitionSystem, explored: Explored<CompiledSpace>): void {
  const { space, levels } = explored;
  for (const finding of space.findings.slice(0, 20)) {
    const run = liftTrace(system, space, pathTo(space, levels, finding.state), finding);
    expect(run.edges).toHaveLength(lengthOf(explored, finding));
    expectConfirmed(system, run, finding);
  }
}

/** Returns the states of the full and of the smaller space, or null when there are too many. */
function expectAlike(
  model: Model,
  { symmetric, forget, stored = 'plain' }: Smaller,
): readonly number[] | null {
  const system = transitionSystem(model);
  const numbering = numberingOf(system);
  const symmetry = symmetric ? symmetryOf(numbering) : { groups: [], reasons: [] };
  const dead = forget ? system.threads.map((_, thread) => deadLocals(numbering, thread)) : null;
  const view = { numbering, symmetry, dead };
  const full = exploreLevels(compiledSpace(system), most);
  if (full === null) return null;
  const smaller = exploreLevels(compiledSpace(system, { symmetry, forget, ...storing[stored] }), most)!;
  const forms = formsOf(view, full);
  expect(formsOf(view, smaller)).toEqual(forms);
  expect(smaller.space.count).toBe(forms.flat().length);
  expect(outcomes(smaller)).toEqual(outcomes(full));
  expectRuns(system, smaller);
  return [full.space.count, smaller.space.count];
}

interface Smaller {
  readonly symmetric: boolean;
  readonly forget: boolean;
  readonly stored?: keyof typeof storing;
}

const storing = {
  plain: {},
  folded: { fold: { segmentWords: 1, isFolded: () => true } },
  compact: { fold: null, compact: { from: 3, worth: 1, mostBits: 4 } },
} as const satisfies Record<string, CompiledOptions>;

const ways: readonly Smaller[] = [
  { symmetric: true, forget: false },
  { symmetric: false, forget: true },
  { symmetric: true, forget: true },
  { symmetric: true, forget: true, stored: 'folded' },
  { symmetric: true, forget: true, stored: 'compact' },
];

const numRuns = runs(100);

describe.each(ways)('the space with %o is the full one up to what is alike', (smaller) => {
  test.each([{ errors: false }, { errors: true }])('on random models with %o', law, (wishes) => {
    const models = randomModel({ ...wishes, symmetric: true, states: 300 });
    const alike = fc.property(models, (model) => {
      expectAlike(model, smaller);
    });
    fc.assert(alike, { numRuns, seed: 2014, endOnFailure: true });
  });
});

test('the space with cells in the locals of other copies is the full one up to what is alike', law, () => {
  let crossed = 0;
  const alike = fc.property(crossedModel, (model) => {
    const { groups } = symmetryOf(numberingOf(transitionSystem(model)));
    if (groups.some(({ movingColumns }) => movingColumns.length > 0)) crossed += 1;
    expectAlike(model, { symmetric: true, forget: false });
    expectAlike(model, { symmetric: true, forget: true });
  });
  fc.assert(alike, { numRuns, seed: 2026, endOnFailure: true });
  expect(crossed).toBeGreaterThan(numRuns / 4);
});

test.each(recordCases)('%s', (_, model) => {
  const [full, smaller] = expectAlike(model(), { symmetric: true, forget: true })!;
  expect(smaller).toBeLessThan(full! / 3);
});

test('records hold interrupts too', () => {
  const model = gupFast.build({ flush: 'ipi', cpus: 2, ptes: 1 });
  expect(ways.map((smaller) => expectAlike(model, smaller))).toEqual([
    [864, 476],
    [864, 663],
    [864, 369],
    [864, 369],
    [864, 369],
  ]);
});

test('two workers find the same as one', () => {
  const system = transitionSystem(gupFast.build({ flush: 'broadcast', cpus: 2, ptes: 1 }));
  const alike = { symmetry: symmetryOf(numberingOf(system)), forget: true };
  const alone = explore(compiledSpace(system, alike), most)!;
  const space = compiledSpace(system, {
    ...alike,
    parallel: { workers: 2, small: { batch: 50, claims: 50 }, spawn: startWorkers },
  });
  try {
    expect(everything(explore(space, most)!)).toEqual(everything(alone));
  } finally {
    space.close();
  }
});
