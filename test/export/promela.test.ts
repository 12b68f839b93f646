/** Spin and the interpreter agree, state for state, on what a model does. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { toPromela } from '../../checker/export/promela/promela.ts';
import type { AnyDefinition, Model, Scenario } from '../../checker/language/model.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { model as anderson } from '../../models/mutual-exclusion/anderson.ts';
import { model as bakery } from '../../models/mutual-exclusion/bakery.ts';
import { model as mcs } from '../../models/mutual-exclusion/mcs.ts';
import { model as peterson } from '../../models/mutual-exclusion/peterson.ts';
import { model as szymanski } from '../../models/mutual-exclusion/szymanski.ts';
import { registry } from '../../models/registry.ts';
import { noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { settling } from '../../checker/search/settling.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { protocol } from '../c/protocol.ts';
import { explore } from '../laws/explore.ts';
import { printModel } from '../laws/print-model.ts';
import { long } from '../depth.ts';
import { randomModel } from '../laws/random-model.ts';
import { exploreBySpin, spinIsInstalled, isInPromela } from './spin.ts';

/** States up to which the interpreter explores a model to its end. */
const few = 3_000;

/** Where Spin is missing the comparison is skipped, but never where the tests decide. */
const skipped = !spinIsInstalled() && process.env['CI'] === undefined;

interface Count {
  /** Null where there are too many states to ask the interpreter. */
  readonly space: StateSpace | null;
  readonly initialStates: number;
}

function countOf(model: Model, pinned = 0): Count {
  const system = transitionSystem(model);
  const fresh = interpretedSpace(system);
  fresh.start();
  return { space: pinned > few ? null : explore(interpretedSpace(system), few), initialStates: fresh.count };
}

/** The results on a model that both implementations report. */
interface Account {
  readonly wrong: boolean;
  readonly deadlock: boolean;
  readonly states: number;
  readonly transitions: number;
}

async function spinAccount(model: Model, { space, initialStates }: Count): Promise<Account> {
  const system = transitionSystem(model);
  const text = toPromela(system);
  const { errors, states, transitions, output } = await exploreBySpin(
    text,
    space === null ? 'large' : 'small',
  );
  // Spin counts its way into the first state, and where there are several the ways from it to each of them.
  const ways = 1 + (text.includes('proctype start()') ? initialStates : 0);
  return {
    wrong: errors > 0,
    deadlock: output.includes('invalid end state ('),
    states,
    transitions: transitions - ways,
  };
}

async function expectAgreement(model: Model): Promise<void> {
  const count = countOf(model);
  if (count.space !== null) expectSame(model, await spinAccount(model, count), count.space);
}

function expectSame(model: Model, account: Account, { findings, count, transitions }: StateSpace): void {
  const found = (kind: string) => findings.some((finding) => finding.kind === kind);
  if (found('error') || found('assertion')) {
    // Spin goes on where the interpreter has no next state.
    expect(account.wrong, printModel(model)).toBe(true);
    return;
  }
  const own: Account = {
    wrong: findings.length > 0,
    deadlock: found('deadlock'),
    states: count,
    transitions,
  };
  expect(account, printModel(model)).toEqual(own);
}

const sample = (errors: boolean, numRuns: number) =>
  fc
    .sample(randomModel({ errors, states: 300, longNumbers: false }).filter(isInPromela), {
      seed: 1989,
      numRuns,
    })
    .map((model, at) => ({ at, model }));

describe.skipIf(skipped)('Spin agrees with the interpreter', long, () => {
  test.concurrent.each(sample(false, 60))(
    'on random model $at',
    ({ model }) => expectAgreement(model),
    120_000,
  );

  test.concurrent.each(sample(true, 20))(
    'on random model $at that may go wrong',
    ({ model }) => expectAgreement(model),
    120_000,
  );
});

const filesOfC = [
  'message-passing',
  'seqcount',
  'refcount-race',
  'use-after-free',
  'list-walk',
  'sleep-in-atomic',
];

describe.skipIf(skipped)(
  'Spin agrees on protocols in C, with the domains that their values need',
  long,
  () => {
    test.concurrent.each(
      filesOfC.flatMap((name) => {
        const text = readFileSync(new URL(`../c/files/${name}.c`, import.meta.url), 'utf8');
        const definition = protocol(text, `${name}.c`);
        return definition.scenarios
          .filter(({ memory = 'sc' }) => memory === 'sc')
          .map((scenario) => ({ name: `${name}: ${scenario.name}`, definition, scenario }));
      }),
    )(
      '$name',
      async ({ definition, scenario }) => {
        const { system } = finish(settling(definition.build(scenario.options), noLimits, defaultSettings));
        await expectAgreement(system.model);
      },
      120_000,
    );
  },
);

/** Without those above half a million states, which take pan ten seconds each, and those of arm64, which is no model. */
const scenariosOf = (definitions: readonly AnyDefinition[]) =>
  definitions.map(withMemoryOption).flatMap((definition) =>
    definition.scenarios
      .filter(({ states = 0, options }) => states <= 500_000 && options['memory'] !== 'arm64')
      .map((scenario) => ({
        definition,
        scenario,
        name: `${definition.name}: ${scenario.name}`,
      })),
  );

async function expectScenario(definition: AnyDefinition, scenario: Scenario): Promise<void> {
  const model = definition.build(scenario.options);
  const count = countOf(model, scenario.states);
  const account = await spinAccount(model, count);
  if (count.space !== null) expectSame(model, account, count.space);
  expect(account.wrong).toBe(scenario.verdict === 'violated' || scenario.verdict === 'deadlock');
  // Where something is wrong the scenario counts the states up to there.
  if (account.wrong) return;
  expect(account.states).toBe(scenario.states ?? account.states);
  expect(account.transitions).toBe(scenario.transitions ?? account.transitions);
}

describe.skipIf(skipped)('Spin finds the pinned counts and verdicts', long, () => {
  test.concurrent.each(scenariosOf([...new Set([...registry, peterson, anderson, bakery, szymanski, mcs])]))(
    'of $name',
    ({ definition, scenario }) => expectScenario(definition, scenario),
    120_000,
  );
});
