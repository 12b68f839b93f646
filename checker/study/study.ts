/** A study as independent jobs, so that one process or many machines can run it. */
import type { Cooperative } from '../state-space/cooperative.ts';
import type { Limits } from '../state-space/outcome.ts';

export interface Job<R> {
  /** Unique within its sweep. */
  readonly name: string;
  /** The result is plain data: JSON preserves it. */
  readonly run: (limits: Limits) => Cooperative<R>;
}

export interface Sweep<R, T> {
  readonly jobs: readonly Job<R>[];
  /** The result of the study; the results are in the order of the jobs. */
  readonly assembled: (results: readonly R[]) => T;
}

export interface Study<P, R, T> {
  /** What decides which jobs there are, and what all of them need: plain data. */
  readonly prepare: (limits: Limits) => Cooperative<P>;
  readonly sweep: (prepared: P) => Sweep<R, T>;
}

/** A study that needs no preparation. */
export const unprepared = <R, T>(sweep: () => Sweep<R, T>): Study<null, R, T> => ({
  prepare: function* () {
    return null;
  },
  sweep,
});

/** Runs all jobs, one after another. */
export function* sweeping<R, T>({ jobs, assembled }: Sweep<R, T>, limits: Limits): Cooperative<T> {
  const results: R[] = [];
  for (const job of jobs) results.push(yield* job.run(limits));
  return assembled(results);
}

/** Runs a whole study. */
export function* studying<P, R, T>({ prepare, sweep }: Study<P, R, T>, limits: Limits): Cooperative<T> {
  return yield* sweeping(sweep(yield* prepare(limits)), limits);
}
