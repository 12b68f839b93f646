/** Holds that generated C visits the states of the interpreter and finds what it finds. */
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ModelError } from '../../checker/language/index.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { registry } from '../../models/registry.ts';
import { long } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { randomModel } from '../laws/random-model.ts';
import { compileNative, runNative } from './native-c.ts';

const most = 3_000;
const folder = mkdtempSync(join(tmpdir(), 'racewalk-native-'));
afterAll(() => rmSync(folder, { recursive: true }));

function hasGcc(): boolean {
  try {
    execFileSync('gcc', ['--version']);
    return true;
  } catch {
    return false;
  }
}

/** The results of a complete exploration that both implementations report. */
function told(system: TransitionSystem, space: StateSpace) {
  const { count: states, transitions, findings, fired, reached } = space;
  const number = (kind: string) => findings.filter((finding) => finding.kind === kind).length;
  const { properties } = system.model;
  const isMissing = properties.some(
    ({ kind, limit }, at) => kind === 'reachable' && limit !== true && !reached.has(at),
  );
  const isLimited = properties.some(({ limit }, at) => limit === true && reached.has(at));
  const safe = isLimited ? 'inconclusive' : isMissing ? 'unreached' : 'holds';
  return {
    verdict: findings.length > 0 ? 'violated' : safe,
    states,
    transitions,
    fired: Array.from(fired),
    deadlocks: number('deadlock'),
    failures: number('assertion'),
    mistakes: number('error'),
    violated: properties.map(
      (_, at) => findings.filter((finding) => finding.kind === 'invariant' && finding.property === at).length,
    ),
    reached: properties.map((_, at) => (reached.has(at) ? 1 : 0)),
    wrongProperties: 0,
  };
}

/** Returns the number of states, or null when there are too many to compare. */
function agree(system: TransitionSystem, limit: number): number | null {
  const space = explore(interpretedSpace(system), limit);
  if (space === null) return null;
  // Optimisation would take most of the time of a test that is about meaning.
  expect(runNative(compileNative(system, folder, ['-O0']))).toMatchObject(told(system, space));
  return space.count;
}

// Where the machine should have gcc, its absence is a failure.
describe.skipIf(!hasGcc() && process.env['CI'] === undefined)('generated C, compiled by gcc', long, () => {
  test.each([
    ['without mistakes', { errors: false, states: 200 }],
    ['with mistakes', { errors: true, states: 200 }],
  ])(
    'equals the interpreter on random models %s',
    (_, wishes) => {
      let compared = 0;
      fc.assert(
        fc.property(randomModel({ ...wishes, longNumbers: false }), (model) => {
          try {
            if (agree(transitionSystem(model), most) !== null) compared += 1;
          } catch (error) {
            if (!(error instanceof ModelError && error.message.includes('exported C'))) throw error;
          }
        }),
        { numRuns: 30, seed: 2014 },
      );
      expect(compared).toBeGreaterThan(20);
    },
    120_000,
  );

  describe.each(registry.map(withMemoryOption).map((definition) => [definition.name, definition] as const))(
    '%s',
    (_, definition) => {
      // The C that is compiled runs models, and arm64 is a machine.
      const scenarios = definition.scenarios.filter(({ options }) => options['memory'] !== 'arm64');
      test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
        'equals the interpreter on %s',
        (_name, { options, states, verdict }) => {
          const system = transitionSystem(definition.build(options));
          const limit = 5_000;
          const counted = agree(system, limit);
          // Where the interpreter takes too long the scenario's own counts remain, if they are those of all states.
          if (counted === null && states !== undefined && verdict === 'holds')
            expect(runNative(compileNative(system, folder, ['-O0'])).states).toBe(states);
        },
        120_000,
      );
    },
  );
});
