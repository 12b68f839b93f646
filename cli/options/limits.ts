/** Runs a computation within limits (time, memory, Ctrl-C) and shows its progress on a terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { Limits } from '../../checker/state-space/outcome.ts';
import { runWhile, type Cooperative, type Paused } from '../../checker/state-space/cooperative.ts';
import { progressLine, type SearchProgress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface LimitOptions {
  readonly maxStates?: number;
  /** In seconds. */
  readonly timeout?: number;
}

/** The limits without that of time. */
export const statesOnly = ({ maxStates }: LimitOptions): LimitOptions =>
  maxStates === undefined ? {} : { maxStates };

/** Milliseconds between two turns of the event loop. */
const turn = 50;

/** Progress is shown after this time. */
const quietSeconds = 0.5;

/** The share of the heap above which the computation stops; the rest is for the report. */
const fullHeap = 0.9;

export interface Ran<T> {
  readonly result: T;
  readonly seconds: number;
  /** Ctrl-C stopped it. */
  readonly isInterrupted: boolean;
}

/**
 * Runs the computation that `start` begins to its end; `Limits.stop` tells it when a limit is reached. A computation
 * that prints clears the progress line before.
 */
export async function runWithin<T>(
  { maxStates = Infinity, timeout }: LimitOptions,
  start: (limits: Limits, clearProgress: () => void) => Cooperative<T>,
): Promise<Ran<T>> {
  const began = performance.now();
  const secondsSoFar = () => (performance.now() - began) / 1000;
  const progress = progressLine(process.stderr);
  const reached: SearchProgress[] = [];
  let isInterrupted = false;
  const interrupt = () => (isInterrupted = true);
  const stop = () => {
    if (isInterrupted) return 'interrupted by Ctrl-C';
    return heapIsFull() ? 'the JavaScript heap is nearly full' : null;
  };
  // Only once: a second Ctrl-C ends the process.
  process.once('SIGINT', interrupt);
  try {
    const limits = { maxStates, stop, onProgress: (now: SearchProgress) => (reached[0] = now) };
    const steps = timed(timeout, limits, (within) => start(within, progress.clear));
    for (;;) {
      const end = runFor(turn, steps);
      if ('value' in end) return { ...end.value, isInterrupted };
      const [now] = reached;
      if (now !== undefined && secondsSoFar() > quietSeconds) progress.show(now, secondsSoFar());
      await (end.until === undefined ? new Promise(setImmediate) : Promise.race([end.until, sleep(turn)]));
    }
  } finally {
    progress.clear();
    process.removeListener('SIGINT', interrupt);
  }
}

/** A computation with a time limit of its own, in seconds. */
export function* timed<T>(
  timeout: number | undefined,
  limits: Limits,
  start: (limits: Limits) => Cooperative<T>,
): Cooperative<{ readonly result: T; readonly seconds: number }> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const stop = () =>
    limits.stop() ??
    (timeout !== undefined && seconds() >= timeout ? `the limit of ${timeout} seconds was reached` : null);
  const result = yield* start({ ...limits, stop });
  return { result, seconds: seconds() };
}

/** Runs for some milliseconds. */
function runFor<T>(milliseconds: number, steps: Cooperative<T>): { readonly value: T } | Paused {
  const until = performance.now() + milliseconds;
  return runWhile(steps, () => performance.now() < until);
}

function heapIsFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit * fullHeap;
}

/** The value of --max-states. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`invalid --max-states '${text}': expected a whole number, 1 or more`);
  return Number(text);
}

/** The value of --timeout. */
export function positiveSeconds(text: string): number {
  const seconds = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (seconds <= 0) throw new UsageError(`invalid --timeout '${text}': expected a number of seconds above 0`);
  return seconds;
}
