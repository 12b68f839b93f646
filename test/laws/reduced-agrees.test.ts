/**
 * The law that a reduced search finds exactly what a full search finds; and that it would notice nine faults.
 *
 * @module-tag law
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberingOf } from '../../checker/program/numbering.ts';
import { symmetryOf } from '../../checker/program/symmetry.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { note, thread } from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { CanonicalForms } from '../../checker/reduction/canonical-form.ts';
import { InternedStates } from '../../checker/reduction/state/interned-state.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { reducedSpace, type ReducedSpace } from '../../checker/reduction/reduced-space.ts';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import type { Finding, StateSpace } from '../../checker/state-space/state-space.ts';
import { liftTrace } from '../../checker/trace/lift-trace.ts';
import { crossedModel } from './crossed-models.ts';
import { explore } from './explore.ts';
import { expectConfirmed } from './explore-levels.ts';
import { randomModel, type Wishes } from './random-model.ts';
import { faults, faultySpace, fullSpace, hastySpace } from './reduced-spaces.ts';
import { runs } from '../depth.ts';

/** Models a law tries. */
// More of them need more memory than a worker has.
const models = runs(150, 4);
const mostStates = 20_000;

type MakeSpace = (system: TransitionSystem) => ReducedSpace;

const reduced: MakeSpace = (system) => reducedSpace(system, { symmetry: false });
const reducedSymmetric: MakeSpace = (system) => reducedSpace(system, { symmetry: true });
const withoutDeadLocals: MakeSpace = (system) => fullSpace(system, { forget: true });
const fullSymmetric: MakeSpace = (system) => fullSpace(system, { forget: true, symmetry: true });

/** The space of a model, completed, or null when it is too large. */
function completed(model: Model, make: MakeSpace): ReducedSpace | null {
  const space = make(transitionSystem(model));
  space.start();
  for (let from = 0; ;) {
    if (space.count > mostStates) return null;
    const to = space.count;
    space.expand(from, to);
    from = to;
    if (from === space.count && !space.complete()) return space;
  }
}

const nameOf = (finding: Finding): string => {
  switch (finding.kind) {
    case 'deadlock':
      return 'deadlock';
    case 'invariant':
      return `invariant ${finding.property}`;
    case 'assertion':
      return `assertion ${finding.claim}`;
    case 'error':
      return `error ${finding.message}`;
  }
};

const namesOf = ({ findings }: StateSpace) => [...new Set(findings.map(nameOf))].sort();

const hasErrors = ({ findings }: StateSpace) => findings.some(({ kind }) => kind === 'error');

const terminalStates = (space: ReducedSpace) =>
  Array.from({ length: space.count }, (_, id) => id).flatMap((id) =>
    space.isTerminal(id) ? [space.state(id)] : [],
  );

/** All that a reduction must preserve; a mistake of the author only as such. */
function outcomesOf(space: ReducedSpace) {
  const terminal = terminalStates(space).map((state) => JSON.stringify(state));
  const livelock = space.endless() > 0;
  return { terminal: terminal.sort(), names: namesOf(space), reached: [...space.reached].sort(), livelock };
}

function expectSameOutcomes(model: Model, make: MakeSpace): void {
  const full = completed(model, withoutDeadLocals);
  if (full === null) return;
  const smaller = completed(model, make)!;
  expect(smaller.count).toBeLessThanOrEqual(full.count);
  if (hasErrors(full)) expect(hasErrors(smaller)).toBe(true);
  else expect(outcomesOf(smaller)).toEqual(outcomesOf(full));
}

/** Without dead locals nothing changes but their values. */
function expectForgettable(model: Model): void {
  const [full, forgetful] = [completed(model, fullSpace), completed(model, withoutDeadLocals)];
  if (full === null) return;
  const shared = (space: ReducedSpace) =>
    [...new Set(terminalStates(space).map((state) => JSON.stringify(state.shared)))].sort();
  expect(forgetful!.count).toBeLessThanOrEqual(full.count);
  expect(shared(forgetful!)).toEqual(shared(full));
  expect({ ...outcomesOf(forgetful!), terminal: [] }).toEqual({ ...outcomesOf(full), terminal: [] });
}

const symmetryOfModel = (model: Model) => symmetryOf(numberingOf(transitionSystem(model)));

/** The terminal states up to permutations; only what was interned together sorts alike. */
function permutationFree(states: InternedStates, space: ReducedSpace): readonly string[] {
  const canonical = new CanonicalForms(states, symmetryOf(states.numbering));
  const keys = terminalStates(space).map((state) => {
    const words = states.encode(state);
    canonical.sort(words);
    return JSON.stringify(states.decode(words));
  });
  return [...new Set(keys)].sort();
}

/** What is violated in a state is violated in each of its permutations; the reduced search need see only one. */
function expectSymmetric(model: Model, reduce = reducedSymmetric): void {
  const full = completed(model, withoutDeadLocals);
  if (full === null) return;
  const states = new InternedStates(numberingOf(transitionSystem(model)), []);
  let most = full.count;
  for (const make of [fullSymmetric, reduce]) {
    const symmetric = completed(model, make)!;
    // Not of the plain reduced search: sorted copies stand in another order, and that settles ties.
    expect(symmetric.count).toBeLessThanOrEqual(most);
    most = symmetric.count;
    if (hasErrors(full)) expect(hasErrors(symmetric)).toBe(true);
    else {
      expect({ ...outcomesOf(symmetric), terminal: permutationFree(states, symmetric) }).toEqual({
        ...outcomesOf(full),
        terminal: permutationFree(states, full),
      });
    }
  }
}

/** The path on which the state of a finding was reached is a run of the model that ends in the finding. */
function expectRuns(model: Model, make: MakeSpace): number {
  const system = transitionSystem(model);
  const space = completed(model, () => make(system));
  if (space === null) return 0;
  const some = space.findings.slice(0, 20);
  for (const finding of some)
    expectConfirmed(system, liftTrace(system, space, space.pathTo(finding.state), finding), finding);
  return some.length;
}

/** The same model behind so many copies that have nothing to do: the numbers of its own are that much higher. */
const behind = (model: Model, others: number): Model => ({
  ...model,
  threads: [thread('idle', { cpus: others }, () => [note('has nothing to do')]), ...model.threads],
});

/** Sets of copies have two halves: what a search explores must not depend on where a copy stands in them. */
function expectSameBehindOthers(model: Model): void {
  for (const make of [reduced, reducedSymmetric]) {
    const explored = (others: number) => {
      const space = completed(others === 0 ? model : behind(model, others), make);
      if (space === null) return null;
      const { count, transitions } = space;
      return { ...outcomesOf(space), terminal: terminalStates(space).length, count, transitions };
    };
    for (const others of [31, 32]) expect(explored(others)).toEqual(explored(0));
  }
}

const shapes: readonly Wishes[] = [{ errors: false }, { errors: true }, { errors: false, symmetric: true }];
const check = (wishes: Wishes, law: (model: Model) => void, numRuns = models) =>
  fc.assert(fc.property(randomModel(wishes), law), { numRuns, endOnFailure: true });

test('without reduction, compact states are those of the interpreter', () => {
  check(
    { errors: true },
    (model) => {
      const system = transitionSystem(model);
      const plain = explore(interpretedSpace(system), 500);
      const compact = explore(fullSpace(system), 500);
      if (plain === null || compact === null) return;
      const all = (space: StateSpace) => Array.from({ length: space.count }, (_, id) => space.state(id));
      const { findings, transitions, reached } = plain;
      expect(all(compact)).toEqual(all(plain));
      expect({ transitions: compact.transitions, reached: compact.reached }).toEqual({
        transitions,
        reached,
      });
      expect(compact.findings).toEqual(findings);
    },
    Math.ceil(models / 4),
  );
});

describe('a reduced search finds what a full search finds', () => {
  test.each(shapes)('in models with %o', (wishes) => {
    check(wishes, (model) => expectSameOutcomes(model, reduced));
  });
});

test('a reduced search finds what a full search finds, whichever states count as similar', () => {
  check({ errors: false, symmetric: true }, (model) => {
    for (const symmetry of [false, true]) {
      const law = symmetry ? expectSymmetric : expectSameOutcomes;
      law(model, (system) => hastySpace(system, symmetry));
    }
  });
});

test('a reduced search explores the same, however many other copies there are', () => {
  check({ errors: false, symmetric: true }, expectSameBehindOthers, Math.ceil(models / 2));
});

test('a symmetric search finds what a full search finds', () => {
  check({ errors: false, symmetric: true }, (model) => {
    expectSymmetric(model);
  });
});

test('a symmetric search finds what a full search finds, with cells in the locals of other copies', () => {
  fc.assert(
    fc.property(crossedModel, (model) => {
      expectSymmetric(model);
    }),
    { numRuns: models, endOnFailure: true },
  );
});

test('copies of most symmetric models are interchangeable', () => {
  const models = fc.sample(randomModel({ errors: false, symmetric: true }), { numRuns: 100, seed: 1 });
  const some = models.filter((model) => symmetryOfModel(model).groups.length > 0);
  expect(some.length).toBeGreaterThan(30);
});

test('dead locals make no difference', () => {
  check({ errors: true }, expectForgettable);
});

test.each([
  ['reduced', reduced],
  ['reduced, symmetric', reducedSymmetric],
])('the path to a finding is a run of the model that the interpreter confirms: %s', (_, make) => {
  let findings = 0;
  check({ errors: true, symmetric: true }, (model) => {
    findings += expectRuns(model, make);
  });
  expect(findings).toBeGreaterThan(models);
});

/** Seeds with which the fault shows early; with others it takes up to two thousand models. */
const seeds: Readonly<Record<keyof typeof faults, number>> = {
  enabling: 2,
  visibility: 26,
  proviso: 0,
  readWrite: 0,
  interference: 0,
  steadiness: 0,
  circumstances: 0,
  minding: 0,
  similarity: 0,
};

describe('the law has teeth', () => {
  test.each(Object.keys(seeds) as (keyof typeof faults)[])(
    'a reduction with a fault is caught: %s',
    (fault) => {
      const law = fc.property(randomModel({ errors: false, states: 300 }), (model) => {
        expectSameOutcomes(model, (system) => faultySpace(system, fault));
      });
      const result = fc.check(law, { numRuns: 150, seed: seeds[fault], endOnFailure: true });
      expect(result.failed).toBe(true);
    },
  );
});
