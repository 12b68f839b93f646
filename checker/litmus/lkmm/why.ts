/** The execution that explains a verdict: an allowed one, or the forbidden one closest to being allowed. */
import type { LitmusTest, Observed } from '../litmus-test.ts';
import { holds, valuesOf } from '../proposition.ts';
import { axiomNames } from './axioms.ts';
import { brokenBy, type Broken } from './explain.ts';
import { defaultJudge, executionOf, executionsTo, type JudgeOptions } from './judge.ts';
import type { ObservedValues } from './symmetry.ts';
import type { Execution } from './search.ts';

export interface ShownExecution {
  readonly execution: Execution;
  /** Null if no axiom forbids it. */
  readonly broken: Broken | null;
}

/** The number of forbidden executions to compare for the shortest cycle. */
const mostCompared = 64;

/**
 * An execution with the condition true: an allowed one, or else a forbidden one whose violated axiom is as late as possible.
 * Null if no reads-from choice gives the values of the condition.
 */
export function showOf(
  test: LitmusTest,
  observed: readonly Observed[],
  rows: readonly ObservedValues[],
  options: JudgeOptions = defaultJudge,
): ShownExecution | null {
  const row = rows.find((one) => holds(test.condition, valuesOf(observed, one)));
  if (row !== undefined) {
    const execution = executionOf(row, test, observed, options);
    return execution === null ? null : { execution, broken: null };
  }
  return (
    nearest(test, observed, { ...options, budget: Infinity }) ??
    nearest(test, observed, { ...options, budget: 20_000, isLawless: true })
  );
}

function nearest(
  test: LitmusTest,
  observed: readonly Observed[],
  options: JudgeOptions,
): ShownExecution | null {
  let best: (ShownExecution & { readonly broken: Broken }) | null = null;
  let seen = 0;
  executionsTo(true, test, observed, {
    ...options,
    without: axiomNames,
    take: (execution) => {
      const broken = brokenBy(execution);
      if (broken !== null && (best === null || isNearer(broken, best.broken))) best = { execution, broken };
      seen += 1;
      return seen < mostCompared;
    },
  });
  return best;
}

const isNearer = (one: Broken, other: Broken): boolean => {
  const [late, early] = [axiomNames.indexOf(one.axiom), axiomNames.indexOf(other.axiom)];
  return late === early ? one.cycle.length < other.cycle.length : late > early;
};
