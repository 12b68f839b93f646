/** Rumur and the interpreter agree, state for state and firing for firing, on what a model does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engines } from '../../cli/confirm/engines.ts';
import { runEngine } from '../../cli/confirm/run-engine.ts';
import { missingCommands } from '../../cli/engines/commands.ts';
import { toMurphi } from '../../checker/export/murphi/murphi.ts';
import {
  bool,
  branch,
  choose,
  defineModel,
  eq,
  inc,
  init,
  ModelError,
  range,
  reachable,
  set,
  shared,
  step,
  thread,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { mapTrace } from '../../checker/trace/map-trace.ts';
import { long } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { printModel } from '../laws/print-model.ts';
import { randomModel } from '../laws/random-model.ts';

const { rumur } = engines;

/** Where Rumur is missing the comparison is skipped, but never where the tests decide. */
const skipped = missingCommands(rumur.needs) !== null && process.env['CI'] === undefined;

function expectAgreement(model: Model): void {
  const system = transitionSystem(model);
  const { findings, count, transitions } = explore(interpretedSpace(system), 3_000)!;
  const found = runEngine(rumur, system, { states: count, timeout: undefined });
  if (findings.length === 0)
    return expect(found, printModel(model)).toEqual({ kind: 'safe', states: count, transitions });
  if (found.kind !== 'violated') return expect(found, printModel(model)).toMatchObject({ kind: 'violated' });
  const mapped = mapTrace(system, found.trace);
  expect(typeof mapped === 'string' ? mapped : 'confirmed', printModel(model)).toBe('confirmed');
}

/** Whether all arithmetic of the model has results, and 32 bits suffice. */
function isInMurphi(model: Model): boolean {
  try {
    toMurphi(transitionSystem(model));
    return true;
  } catch (error) {
    if (error instanceof ModelError && error.message.includes('Rumur')) return false;
    throw error;
  }
}

const sample = (errors: boolean, numRuns: number) =>
  fc
    .sample(randomModel({ errors, states: 300, longNumbers: false }).filter(isInMurphi), {
      seed: 1996,
      numRuns,
    })
    .map((model, at) => ({ at, model }));

/** One way through the first step chooses, the other does not. */
const choosing = defineModel({
  name: 'choosing',
  summary: 'a choice below a branch',
  options: {},
  scenarios: [],
  build: () => {
    const mem = shared({ n: init(range(0, 2), 0), m: init(range(0, 3), 0) });
    const only = thread(
      'only',
      { cpus: 2, locals: { y: init(bool, false), k: init(range(0, 3), 0) } },
      (l) => [
        choose('y', l.y),
        step('n++', inc(mem.n)),
        branch('y', l.y, [choose('k', l.k)]),
        step('m = k', set(mem.m, l.k)),
      ],
    );
    return { shared: mem, threads: [only], properties: [reachable('two', eq(mem.n, 2))] };
  },
});

test.skipIf(skipped)('a way without a choice fires once', () => {
  expectAgreement(choosing.build());
});

describe.skipIf(skipped)('Rumur agrees with the interpreter', long, () => {
  test.each(sample(false, 30))('on random model $at', ({ model }) => expectAgreement(model), 120_000);

  test.each(sample(true, 20))(
    'on random model $at that may go wrong',
    ({ model }) => expectAgreement(model),
    120_000,
  );
});
