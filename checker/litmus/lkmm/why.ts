/** The execution that shows a verdict: one that is allowed, or the one that comes nearest to being allowed. */
import type { LitmusTest, Observed } from '../litmus-test.ts';
import { holds, valuesOf } from '../proposition.ts';
import { axiomNames } from './axioms.ts';
import { brokenBy, type Broken } from './explain.ts';
import { defaultJudge, executionOf, executionsTo, type JudgeOptions } from './judge.ts';
import type { ObservedValues } from './symmetry.ts';
import type { Execution } from './search.ts';

export interface ShownExecution {
  readonly execution: Execution;
  /** Null where no axiom forbids it. */
  readonly broken: Broken | null;
}

/** Forbidden executions that are compared, to show the one with the shortest cycle. */
const mostCompared = 64;

/**
 * An execution in which the condition is true: an allowed one, or else a forbidden one that breaks as late an axiom as any.
 * Null where not even that exists, since no reads can find the values that are asked for.
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
