/** The runs of the session: the found run and its branches. */
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { Edge } from '../../../checker/state-space/state-space.ts';
import { sameEdge } from './run-code.ts';

export interface WalkedRun {
  readonly schedule: Schedule;
  /** `found` by the checker, from a `link`, or the reader's `own`. */
  readonly origin: 'found' | 'link' | 'own';
  /** Steps in common with the run it branched from; 0: none. */
  readonly shared: number;
}

export interface Runs {
  readonly all: readonly WalkedRun[];
  /** Position of the run that is shown. */
  readonly shown: number;
  /** Steps taken of it. */
  readonly at: number;
}

const nowhere: WalkedRun = { schedule: { initial: 0, edges: [] }, origin: 'own', shared: 0 };

export const noRuns: Runs = { all: [nowhere], shown: 0, at: 0 };

export const shownRun = ({ all, shown }: Runs): WalkedRun => all[shown] ?? nowhere;

/** A session with one run. */
export const startingWith = (run: WalkedRun, at = 0): Runs => ({
  all: [run],
  shown: 0,
  at: Math.min(at, run.schedule.edges.length),
});

/** Whether the reader has taken no step. */
const isUntouched = ({ all }: Runs) => all.length === 1 && all[0] === nowhere;

/** Adds the found run, and shows it unless the reader has taken a step. */
export function withFound(runs: Runs, schedule: Schedule, at = 0): Runs {
  const found: WalkedRun = { schedule, origin: 'found', shared: 0 };
  return isUntouched(runs) ? startingWith(found, at) : { ...runs, all: [...runs.all, found] };
}

/** Moves along the shown run; a step past the end of a cycle is its first step again. */
export function goTo(runs: Runs, at: number): Runs {
  const { edges, cycleFrom } = shownRun(runs).schedule;
  const { length } = edges;
  if (at === length + 1 && cycleFrom !== undefined) return { ...runs, at: cycleFrom + 1 };
  return { ...runs, at: Math.max(0, Math.min(at, length)) };
}

/** Shows another run, at its branching point. */
export const show = (runs: Runs, shown: number): Runs => ({
  ...runs,
  shown,
  at: runs.all[shown]!.shared,
});

/**
 * Takes a step in the shown state.
 *
 * The next step of the shown run moves along it, a step at the end of an own run extends it, any other step creates a
 * branch.
 */
export function take(runs: Runs, edge: Edge): Runs {
  const run = shownRun(runs);
  const { initial, edges, cycleFrom } = run.schedule;
  // The end of a cycle is the state in which it begins.
  const at = runs.at === edges.length ? (cycleFrom ?? runs.at) : runs.at;
  if (at < edges.length && sameEdge(edges[at]!, edge)) return { ...runs, at: at + 1 };
  const schedule: Schedule = { initial, edges: [...edges.slice(0, at), edge] };
  if (run.origin === 'own' && at === edges.length) {
    const all = runs.all.with(runs.shown, { ...run, schedule });
    return { ...runs, all, at: at + 1 };
  }
  const branch: WalkedRun = { schedule, origin: 'own', shared: at };
  return { all: [...runs.all, branch], shown: runs.all.length, at: at + 1 };
}

/** Begins an own run in another initial state. */
export const beginAt = (runs: Runs, initial: number): Runs => ({
  all: [...runs.all, { schedule: { initial, edges: [] }, origin: 'own', shared: 0 }],
  shown: runs.all.length,
  at: 0,
});

/** Shows an own run, at its end. */
export function visit(runs: Runs, schedule: Schedule): Runs {
  const kept = isUntouched(runs) ? [] : runs.all;
  return {
    all: [...kept, { schedule, origin: 'own', shared: 0 }],
    shown: kept.length,
    at: schedule.edges.length,
  };
}
