/** Law: what the check says of a claim, generated code or interpreter, is what enumeration says of the state graph. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goalsOf } from '../../checker/language/liveness.ts';
import type { Model } from '../../checker/language/model.ts';
import { memoryModels } from '../../checker/memory/memory-models.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { isTrue } from '../../checker/interpreter/evaluate.ts';
import { endsOf, initialStates, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { stemOf, type Outcome } from '../../checker/state-space/outcome.ts';
import { walkStates, type WalkedState } from '../../checker/state-space/successors.ts';
import { law, runs } from '../depth.ts';
import { randomModel } from '../laws/random-model.ts';
import { withClaim } from './claims.ts';
import { naiveLasso, type Lengths, type NaiveEdge } from './naive-lasso.ts';

/** More states than enumeration can take. */
const most = 100;

/** The lengths that enumeration finds for any copy of the claim; undefined: there are too many states. */
function enumerated(model: Model): Lengths | null | undefined {
  const system = transitionSystem(model);
  const walked: WalkedState[] = [];
  for (const one of walkStates(system)) {
    if (one.found > most) return undefined;
    walked.push(one);
  }
  // A copy is a subject of fairness; the store buffers of pso are several, one for each cell.
  const labels = new Map<string, number>();
  const labelOf = (thread: number, replica: number, part = '') => {
    const key = `${thread} ${replica} ${part}`;
    labels.set(key, labels.get(key) ?? labels.size);
    return labels.get(key)!;
  };
  const edges = walked.map((one) =>
    one.edges.map(({ edge: { thread, replica, transition }, to }): NaiveEdge => {
      const { statement } = transition;
      const part = statement.kind === 'step' ? statement.fairAs : undefined;
      return { to, label: labelOf(thread, replica, part) };
    }),
  );
  const lengths = goalsOf(model).flatMap((goal) => {
    const isIn = (state: number, condition: typeof goal.to) =>
      isTrue(condition, propertyPlace(walked[state]!.state, endsOf(system)));
    const mover = system.threads.findIndex(({ thread }) => thread.name === goal.ends?.thread);
    return (
      naiveLasso({
        edges,
        initial: Array.from({ length: initialStates(system).length }, (_, state) => state),
        begins: (state) => goal.from !== null && isIn(state, goal.from),
        beginsWith: (label) => goal.from === null && label === labelOf(mover, goal.ends!.replica),
        isDone: (state) => isIn(state, goal.to),
        fair: goal.fair,
      }) ?? []
    );
  });
  return lengths.toSorted((a, b) => 1e3 * (a.stem - b.stem) + a.cycle - b.cycle)[0] ?? null;
}

const lengthsOf = (outcome: Outcome): Lengths | null | undefined => {
  if (outcome.verdict === 'livelock') {
    const stem = stemOf(outcome.schedule);
    return { stem, cycle: outcome.schedule.edges.length - stem };
  }
  return outcome.verdict === 'holds' || outcome.verdict === 'unreached' ? null : undefined;
};

function holdsFor(model: Model, seen: Record<'holds' | 'livelock', number>): void {
  const { outcome } = check(model);
  const found = lengthsOf(outcome);
  // A deadlock, an error or a full buffer comes first.
  if (found === undefined) return;
  const byInterpreter = check(model, noLimits, { ...defaultSettings, engine: 'interpreter' }).outcome;
  expect(byInterpreter).toEqual({ ...outcome, statistics: byInterpreter.statistics });
  const expected = enumerated(model);
  if (expected === undefined) return;
  expect(found).toEqual(expected);
  seen[found === null ? 'holds' : 'livelock']++;
}

const models = (states: number) => withClaim(randomModel({ errors: false, states }));

test('a claim holds exactly where enumeration finds no lasso, and the lasso is a shortest', law, () => {
  const seen = { holds: 0, livelock: 0 };
  fc.assert(
    fc.property(models(60), (model) => {
      holdsFor(model, seen);
    }),
    { numRuns: runs(300, 5) },
  );
  expect(Math.min(seen.holds, seen.livelock)).toBeGreaterThan(runs(300, 5) / 20);
});

test.each(['tso', 'pso'] as const)('the same under %s, whose buffers are fair', law, (memory) => {
  const seen = { holds: 0, livelock: 0 };
  fc.assert(
    fc.property(models(40), (model) => {
      holdsFor(memoryModels[memory](model, { bound: null }), seen);
    }),
    { numRuns: runs(150, 5) },
  );
  expect(Math.min(seen.holds, seen.livelock)).toBeGreaterThan(runs(150, 5) / 50);
});
