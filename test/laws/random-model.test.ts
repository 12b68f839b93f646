/** Holds that random models are varied enough for the laws to have something to bite on. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { statementsOf } from '../../checker/language/thread.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import type { StateSpace } from '../../checker/state-space/state-space.ts';
import { explore } from './explore.ts';
import { printModel } from './print-model.ts';
import { law, runs } from '../depth.ts';
import { randomModel, type Wishes } from './random-model.ts';

interface Sample {
  readonly text: string;
  readonly kinds: ReadonlySet<string>;
  /** Null when there are too many states. */
  readonly space: StateSpace | null;
  readonly initialStates: number;
  readonly cyclic: boolean;
}

const most = 1_500;

function samplesOf(wishes: Wishes, count: number): readonly Sample[] {
  return fc.sample(randomModel(wishes), { seed: 2014, numRuns: count }).map((model) => {
    const kinds = new Set(
      model.threads.flatMap(({ body }) => [...statementsOf(body)].map(({ kind }) => kind)),
    );
    const system = transitionSystem(model);
    const fresh = interpretedSpace(system);
    fresh.start();
    const space = explore(interpretedSpace(system), most);
    return {
      text: printModel(model),
      kinds,
      space,
      initialStates: fresh.count,
      cyclic: space !== null && isCyclic(space),
    };
  });
}

/** Whether the state graph has a cycle: what remains when states without successors are taken away again and again. */
function isCyclic(space: StateSpace): boolean {
  const after = Array.from({ length: space.count }, (_, id) => space.successors(id).map(({ to }) => to));
  const predecessors: number[][] = after.map(() => []);
  for (const [id, next] of after.entries()) for (const to of next) predecessors[to]!.push(id);
  const left = after.map((next) => next.length);
  const done = left.flatMap((count, id) => (count === 0 ? [id] : []));
  for (const id of done)
    for (const before of predecessors[id]!) if ((left[before]! -= 1) === 0) done.push(before);
  return done.length < space.count;
}

function shareOf(samples: readonly Sample[], has: (sample: Sample) => boolean): number {
  return samples.filter(has).length / samples.length;
}

const finds = (kind: string) => (sample: Sample) =>
  sample.space?.findings.some((finding) => finding.kind === kind) === true;

describe('random models are varied', law, () => {
  let samples: readonly Sample[] = [];
  beforeAll(() => {
    samples = samplesOf({ errors: false, states: 150 }, runs(500, 2));
  }, 240_000);

  test.each<[string, number, (sample: Sample) => boolean]>([
    ['are of a useful size', 0.7, ({ space }) => space !== null && space.count >= 10],
    ['have hundreds of states', 0.2, ({ space }) => space !== null && space.count >= 100],
    ['deadlock', 0.1, finds('deadlock')],
    ['violate an invariant', 0.05, finds('invariant')],
    ['fail an assertion', 0.05, finds('assertion')],
    ['find nothing', 0.3, ({ space }) => space?.findings.length === 0],
    ['are cyclic', 0.1, ({ cyclic }) => cyclic],
    ['begin with a choice', 0.1, ({ initialStates }) => initialStates > 1],
    ['have copies', 0.4, ({ text }) => /thread . x [23]/.test(text)],
    ['have several threads', 0.4, ({ text }) => text.includes('thread q')],
    ['have an agent', 0.1, ({ text }) => text.includes('for (;;)')],
    ['reach their witness', 0.3, ({ space }) => space !== null && space.reached.size > 0],
    ['never reach their witness', 0.05, ({ space }) => space?.reached.size === 0],
    ['use negative numbers', 0.2, ({ text }) => text.includes('mem.delta')],
    ['lock', 0.15, ({ text }) => text.includes('unlock')],
    ['sweep', 0.12, ({ text }) => text.includes('for all i')],
    ...['branch', 'choose', 'either', 'loop', 'atomically', 'goto', 'barrier', 'note'].map(
      (kind): [string, number, (sample: Sample) => boolean] => [
        `contain ${kind}`,
        0.08,
        ({ kinds }) => kinds.has(kind),
      ],
    ),
  ])('%s', (_, share, has) => {
    expect(shareOf(samples, has)).toBeGreaterThan(share);
  });

  test('are seldom too large, and never wrong by themselves', () => {
    expect(shareOf(samples, ({ space }) => space === null)).toBeLessThan(0.05);
    expect(samples.some(finds('error'))).toBe(false);
  });
});

test('errors occur where they are wished for', law, () => {
  expect(shareOf(samplesOf({ errors: true, states: 200 }, runs(100, 3)), finds('error'))).toBeGreaterThan(
    0.1,
  );
});

test('the copies of symmetric models use their index only for what is their own', law, () => {
  const samples = samplesOf({ errors: false, symmetric: true, states: 200 }, runs(100, 3));
  expect(shareOf(samples, ({ text }) => text.includes('own[cpu]'))).toBeGreaterThan(0.2);
  for (const { text } of samples) expect(text.replaceAll('own[cpu]', '')).not.toMatch(/\bcpu\b/);
});
