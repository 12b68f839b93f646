/** Runs long work within limits: a deadline, memory, Ctrl-C; and says on a terminal how far it has come. */
import { getHeapStatistics } from 'node:v8';
import type { Limits } from '../../checker/state-space/outcome.ts';
import type { Cooperative } from '../../checker/state-space/cooperative.ts';
import { progressLine, type SearchProgress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage-error.ts';

export interface LimitOptions {
  readonly maxStates?: number;
  /** In seconds. */
  readonly timeout?: number;
}

/** Work runs for so many milliseconds before signals and the screen get their turn. */
const turn = 50;

/** Nothing is shown of work that is over at once. */
const quietSeconds = 0.5;

/** The share of the heap above which the work stops, while there is room to report. */
const fullHeap = 0.9;

/** Runs the work that `start` begins, to its end: when a limit is met, `Limits.stop` tells it to end early. */
export async function runWithin<T>(
  { maxStates = Infinity, timeout = Infinity }: LimitOptions,
  start: (limits: Limits) => Cooperative<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const progress = progressLine(process.stderr);
  const reached: SearchProgress[] = [];
  let interrupted = false;
  const interrupt = () => (interrupted = true);
  const stop = () => {
    if (interrupted) return 'it was interrupted';
    if (seconds() >= timeout) return `the limit of ${timeout} seconds was reached`;
    return heapIsFull() ? 'memory is nearly full' : null;
  };
  // Once only: whoever is impatient presses Ctrl-C again, and that ends the process.
  process.once('SIGINT', interrupt);
  try {
    const steps = start({ maxStates, stop, onProgress: (now) => (reached[0] = now) });
    for (;;) {
      const end = runFor(turn, steps);
      if (end !== null) return { result: end.value, seconds: seconds() };
      const [now] = reached;
      if (now !== undefined && seconds() > quietSeconds) progress.show(now, seconds());
      await new Promise(setImmediate);
    }
  } finally {
    progress.clear();
    process.removeListener('SIGINT', interrupt);
  }
}

/** Takes steps for some milliseconds; the result when they are over, else null. */
function runFor<T>(milliseconds: number, steps: Cooperative<T>): { readonly value: T } | null {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    const { done, value } = steps.next();
    if (done === true) return { value };
  }
  return null;
}

function heapIsFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit * fullHeap;
}

/** Reads the number of --max-states. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`--max-states takes a whole number from 1 on, and not '${text}'`);
  return Number(text);
}

/** Reads the number of --timeout. */
export function positiveSeconds(text: string): number {
  const seconds = /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (seconds <= 0) throw new UsageError(`--timeout takes a number of seconds above 0, and not '${text}'`);
  return seconds;
}
