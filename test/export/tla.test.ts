/** The export to TLA+ has the states, steps and violations of the model. TLC runs where TLA2TOOLS_JAR names its file. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toTla } from '../../checker/export/tla/tla.ts';
import {
  array,
  assert,
  atomically,
  bool,
  eq,
  inc,
  init,
  lt,
  ModelError,
  range,
  set,
  shared,
  step,
  thread,
  when,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { Finding, StateSpace } from '../../checker/state-space/state-space.ts';
import { model as gupFast } from '../../models/gup-fast-vs-collapse.ts';
import { law, long, runs } from '../depth.ts';
import { explore } from '../laws/explore.ts';
import { mayEnd, modelOf } from '../language/tiny.ts';
import { randomModel } from '../laws/random-model.ts';
import { exploreTla } from './tla-interpreter.ts';

const jar = process.env['TLA2TOOLS_JAR'];

/** The invariants of the module that the findings of a model violate. */
function violatedBy(model: Model, findings: readonly Finding[]): ReadonlySet<string> {
  const invariants = model.properties
    .map(({ kind }, at) => ({ kind, at }))
    .filter(({ kind }) => kind === 'always');
  return new Set(
    findings.map((finding) => {
      switch (finding.kind) {
        case 'deadlock':
          return 'NoDeadlock';
        case 'invariant':
          return `Invariant${invariants.findIndex(({ at }) => at === finding.property)}`;
        case 'assertion':
        case 'error':
          return 'NoFailure';
      }
    }),
  );
}

/** Edges that lead to a state; TLA+ has no others. */
const steps = ({ transitions, findings }: StateSpace) =>
  transitions - findings.filter((finding) => 'edge' in finding).length;

/** Returns the findings; none of a model with many states. */
function expectAgreement(model: Model): readonly Finding[] {
  const system = transitionSystem(model);
  const space = explore(interpretedSpace(system), 600);
  if (space === null) return [];
  expect(exploreTla(toTla(system))).toEqual({
    states: space.count,
    transitions: steps(space),
    violated: violatedBy(model, space.findings),
  });
  return space.findings;
}

/** Whether all arithmetic of the model has results, and 32 bits suffice. */
function isInTla(model: Model): boolean {
  try {
    toTla(transitionSystem(model));
    return true;
  } catch (error) {
    if (error instanceof ModelError && error.message.includes('TLC')) return false;
    throw error;
  }
}

const models = (errors: boolean) => randomModel({ errors, states: 150, longNumbers: false }).filter(isInTla);

test('random models have the same states and steps', law, () => {
  const agree = fc.property(models(false), (model) => {
    expectAgreement(model);
  });
  fc.assert(agree, { numRuns: runs(60), seed: 1999, endOnFailure: true });
});

test('random models that may go wrong fail at the same steps', law, () => {
  const agree = fc.property(models(true), (model) => {
    expectAgreement(model);
  });
  fc.assert(agree, { numRuns: runs(60), seed: 1999, endOnFailure: true });
});

const mem = shared({ n: init(range(0, 2), 0), flags: array(2, bool, false) });

test.each([
  ['a number leaves its domain', when(eq(mem.n, 2), inc(mem.n))],
  ['an index leaves its array', set(mem.flags.at(mem.n), true)],
  ['an index leaves its array under a condition', when(eq(mem.n, 2), set(mem.flags.at(mem.n), true))],
  ['an assertion fails', assert('n is small', lt(mem.n, 2))],
])('%s', (_, effect) => {
  const model = modelOf(() => {
    const counts = thread('counts', { cpus: 2 }, () => [
      step('n++', when(lt(mem.n, 2), inc(mem.n))),
      atomically('it may go wrong', step('effect', effect)),
    ]);
    return { shared: mem, threads: [counts], properties: [mayEnd(counts)] };
  });
  expect(expectAgreement(model).map(({ kind }) => kind)).not.toEqual([]);
});

test('the race of the email', () => {
  const findings = expectAgreement(gupFast.build({ cpus: 1, ptes: 2 }));
  expect(findings).not.toEqual([]);
});

test('a step in words', () => {
  const text = toTla(transitionSystem(gupFast.build({ cpus: 1, ptes: 2 })));
  expect(text).toContain(
    '\\* 2: pmd = ACCESS_ONCE(*pmdp)\n' +
      'Step0_1(c) == (IF (at_gup_fast[c] = 1) THEN (LET v_3 == mem_pmd IN ' +
      '(IF (v_3 \\in {"none", "table", "huge"}) THEN ' +
      '(LET of_gup_fast_pmd_2 == [of_gup_fast_pmd EXCEPT ![c] = v_3] IN ',
  );
  expect(text).toContain('NEXT Next\nINVARIANTS TypeOK NoFailure NoDeadlock Invariant0 ');
});

describe.skipIf(jar === undefined)('TLC (TLA2TOOLS_JAR)', long, () => {
  test.each(fc.sample(models(false), { seed: 1999, numRuns: 10 }).map((model, at) => ({ model, at })))(
    'agrees on random model $at',
    ({ model }) => {
      const system = transitionSystem(model);
      const space = explore(interpretedSpace(system), 3_000)!;
      const text = toTla(system);
      const name = /MODULE (\w+)/.exec(text)![1]!;
      const folder = mkdtempSync(join(tmpdir(), 'racewalk-tla-'));
      writeFileSync(join(folder, `${name}.tla`), text);
      writeFileSync(join(folder, `${name}.cfg`), text.split('\n====\n')[1]!);
      const { stdout } = spawnSync('java', ['-cp', jar!, 'tlc2.TLC', '-workers', '1', '-continue', name], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(stdout).toContain(`${space.count} distinct states found, 0 states left on queue`);
      expect(stdout.includes('No error has been found')).toBe(space.findings.length === 0);
    },
  );
});
