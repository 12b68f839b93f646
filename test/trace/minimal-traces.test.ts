/** A trace is shortest and has the fewest switches, by a search over all paths that knows no better. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { assert, bool, init, not, set, shared, step, thread } from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { check, type Checked } from '../../checker/search/check.ts';
import { compiledSpace } from '../../checker/engine/compiled-space.ts';
import { cpuOf, fewestSwitches } from '../../checker/trace/fewest-switches.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { model as gup } from '../../models/gup-fast-vs-collapse.ts';
import { mayEnd, modelOf } from '../language/tiny.ts';
import { randomModel } from '../laws/random-model.ts';
import { bestOf, type Best } from './every-path.ts';

function measured({ system, outcome }: Checked) {
  if (!('schedule' in outcome)) return null;
  const cpus = outcome.schedule.edges.map((edge) => cpuOf(system, edge));
  return { steps: cpus.length, switches: cpus.filter((cpu, at) => at > 0 && cpu !== cpus[at - 1]).length };
}

function whatIsWrong({ outcome }: Checked): string | null {
  switch (outcome.verdict) {
    case 'violated':
      return outcome.property;
    case 'deadlock':
      return 'deadlock';
    case 'error':
      return outcome.message;
    case 'livelock':
    case 'holds':
    case 'unreached':
    case 'inconclusive':
      return null;
  }
}

/** What stands against the answer, or null; several things may be wrong after the same number of steps. */
function objection(model: Model, best: Best | 'nothing' | 'too many'): string | null {
  if (best === 'too many') return null;
  const checked = check(model);
  const [found, wrong] = [measured(checked), whatIsWrong(checked)];
  if (best === 'nothing') return wrong;
  if (found === null || wrong === null) return `nothing found, and ${best.steps} steps lead to something`;
  if (found.steps !== best.steps) return `${found.steps} steps, and ${best.steps} are enough`;
  if (!best.wrong.has(wrong)) return `${wrong} is not wrong after ${best.steps} steps`;
  if (best.wrong.size === 1 && found.switches !== best.switches)
    return `${found.switches} switches, and ${best.switches} are enough`;
  return null;
}

describe('on random models', () => {
  const models = fc.sample(randomModel({ errors: true, states: 60 }), { seed: 26, numRuns: 90 });

  test('a trace is shortest, with the fewest switches', () => {
    const bests = models.map((model) => bestOf(transitionSystem(model), 6, 1_500));
    expect(models.map((model, at) => objection(model, bests[at]!)).filter((found) => found !== null)).toEqual(
      [],
    );
    const judged = bests.filter((best) => typeof best === 'object' && best.steps > 1 && best.switches > 0);
    expect(judged.length).toBeGreaterThanOrEqual(8);
  });

  test('a trace is the same on every run', () => {
    for (const model of models.slice(0, 20)) {
      const [once, twice] = [check(model), check(model)];
      expect(scheduleOf(twice)).toEqual(scheduleOf(once));
    }
  });
});

const scheduleOf = ({ outcome }: Checked) =>
  'schedule' in outcome
    ? outcome.schedule.edges.map(({ thread, replica, transition, choice }) => [
        thread,
        replica,
        transition.id,
        choice,
      ])
    : null;

test('a first step of another CPU may save a switch later', () => {
  const model = modelOf(() => {
    const mem = shared({ x: init(bool, false), flag: init(bool, false) });
    const a = thread('a', {}, () => [
      step('x', set(mem.x, true)),
      step('flag?', assert('no flag', not(mem.flag))),
    ]);
    const b = thread('b', {}, () => [step('flag', set(mem.flag, true))]);
    return { shared: mem, threads: [a, b], properties: [mayEnd(a)] };
  });
  // Both a b a and b a a take three steps; the first has one switch more, and stays longest where it is.
  expect(check(model).trace!.steps.map(({ thread: name }) => name)).toEqual(['b', 'a', 'a']);
});

test('where too many states lie on shortest runs, a trace is shortest and stays on its CPU', () => {
  const system = transitionSystem(gup.build());
  const space = compiledSpace(system);
  const levels = levelsUntilFinding(space);
  const targets = new Map(
    space.findings.filter(({ kind }) => kind === 'invariant').map(({ state }) => [state, []]),
  );
  const [all, few] = [Infinity, 0].map((most) =>
    fewestSwitches(system, { space, levels, targets }, most).edges.map((edge) => cpuOf(system, edge)),
  );
  const switches = (cpus: readonly string[]) =>
    cpus.filter((cpu, at) => at > 0 && cpu !== cpus[at - 1]).length;
  expect([all!.length, few!.length]).toEqual([21, 21]);
  expect(switches(all!)).toBe(3);
  expect(switches(few!)).toBeLessThan(8);
});

/** Explores up to the level of the first findings; the number of the first state of each level. */
function levelsUntilFinding(space: StateSpace): readonly number[] {
  const levels = [0];
  space.start();
  while (space.findings.length === 0) {
    const [from, to] = [levels.at(-1)!, space.count];
    space.expand(from, to);
    levels.push(to);
  }
  return levels;
}

test("the email's trace is shortest and switches between CPUs three times", () => {
  expect(measured(check(gup.build()))).toEqual({ steps: 21, switches: 3 });
});
