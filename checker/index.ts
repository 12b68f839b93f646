/**
 * What programs import from 'racewalk/checker': a protocol checked, compared or proved inside somebody's own tests.
 *
 * @module racewalk/checker
 */
import { exportedTrace } from './export/trace/exported-trace.ts';
import { changelogText } from './export/trace/changelog-text.ts';
import type { AnyDefinition } from './language/model.ts';
import type { OptionValue } from './language/option.ts';
import { withMemoryOption } from './memory/memory-option.ts';
import { check as checkModel, noLimits, type Checked } from './search/check.ts';
import { compare as compareVariants, type Comparison } from './study/compare/compare.ts';
import type { Limits, Outcome } from './state-space/outcome.ts';
import { headline } from './report/verdict.ts';

export type { Comparison } from './study/compare/compare.ts';
export type { Limits, Outcome, Statistics } from './state-space/outcome.ts';
export type { Trace, TraceStep } from './trace/trace.ts';
export type { AnyDefinition, Model, Scenario } from './language/model.ts';

/** Values of a model's options, and of the option `memory` that each model has; the others have their fallbacks. */
export type Chosen = Readonly<Record<string, OptionValue>>;

export interface CheckResult {
  readonly verdict: Outcome['verdict'];
  /** What the verdict rests on: the property, the reason, the counts of the search. */
  readonly outcome: Outcome;
  /** The run that breaks, as the interpreter replayed it; null where there is none. */
  readonly trace: Checked['trace'];
  /** The verdict in one line and, where there is a trace, the trace in 72 columns: a message for a failing test. */
  readonly text: string;
}

/**
 * Checks one variant of a protocol.
 *
 * Units:  `limits.maxStates` counts states; `limits.stop` is asked now and then, and returns a reason to stop, or null.
 * Returns `holds` only where every state was seen, or left out by a reduction of docs/soundness; `inconclusive` where
 *         a limit was met.
 * Throws  ModelError for options that do not exist and for a model that means nothing.
 */
export function check(
  definition: AnyDefinition,
  chosen: Chosen = {},
  limits: Partial<Limits> = {},
): CheckResult {
  const model = withMemoryOption(definition).build(chosen);
  const { system, outcome, trace } = checkModel(model, { ...noLimits, ...limits });
  const line = `${model.name}: ${headline(outcome)}`;
  const text = trace === null ? line : `${line}\n\n${changelogText(exportedTrace(system, outcome, trace))}`;
  return { verdict: outcome.verdict, outcome, trace, text };
}

/**
 * Checks every combination of some options, and finds the smallest sets of fixes that make the protocol safe.
 *
 * Shape:  `vary` names options by their keys; null: those of the machine and all fixes.
 * Throws  as `check`.
 */
export const compare = (
  definition: AnyDefinition,
  vary: readonly string[] | null = null,
  given: Chosen = {},
  limits: Partial<Limits> = {},
): Comparison =>
  compareVariants(
    withMemoryOption(definition),
    { vary, given: { memory: 'sc', ...given } },
    { ...noLimits, ...limits },
  );
