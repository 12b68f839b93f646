/**
 * What programs import from 'racewalk/checker': a protocol checked, compared, proved or replayed inside their own tests.
 *
 * @module racewalk/checker
 */
import { changelogText } from './export/trace/changelog-text.ts';
import { exportedTrace } from './export/trace/exported-trace.ts';
import { claimsOf, anyOptionsOf } from './family/claim.ts';
import type { AnyDefinition } from './language/model.ts';
import { ModelError } from './language/model-error.ts';
import type { OptionValue } from './language/option.ts';
import { withMemoryOption } from './memory/memory-option.ts';
import type { TransitionSystem } from './program/transition-system.ts';
import { proofHeadline, upToOf } from './report/any-number.ts';
import { replaySaved, savedTrace, type SavedTrace } from './report/saved-trace.ts';
import { headline } from './report/verdict.ts';
import { check as checkModel, noLimits } from './search/check.ts';
import { provingMost } from './search/prove.ts';
import { finish } from './state-space/cooperative.ts';
import type { Answer, Limits, Outcome } from './state-space/outcome.ts';
import { compare as compareVariants, type Comparison } from './study/compare/compare.ts';
import type { Trace } from './trace/trace.ts';

export type { AnyDefinition, Model, Scenario } from './language/model.ts';
export type { SavedTrace } from './report/saved-trace.ts';
export type { Limits, Outcome, Statistics } from './state-space/outcome.ts';
export type { Comparison } from './study/compare/compare.ts';
export { ModelError } from './language/model-error.ts';
export { ReplayError, type Trace, type TraceStep } from './trace/trace.ts';

/** Values of a model's options, and of the option `memory` that each model has; the others have their fallbacks. */
export type Chosen = Readonly<Record<string, OptionValue>>;

export interface CheckResult {
  readonly verdict: Outcome['verdict'];
  /** What the verdict rests on: the property, the reason, the counts of the search. */
  readonly outcome: Outcome;
  /** The run that breaks the model, as the interpreter replayed it; null where there is none. */
  readonly trace: Trace | null;
  /** The same run as plain data for a file, which `replay` reads; null where there is none. */
  readonly saved: SavedTrace | null;
  /** The verdict in one line and, where there is a trace, the trace in 72 columns: a message for a failing test. */
  readonly text: string;
}

/**
 * Checks one variant of a protocol.
 *
 * Units:  `limits.maxStates` counts states; the search calls `limits.stop` every few thousand states, which returns a
 *         reason to stop, or null.
 * Returns `holds` only where the search saw every state, or a reduction of docs/soundness left it out; `inconclusive`
 *         where it met a limit.
 * Throws  ModelError for options that do not exist and for a model that means nothing.
 *
 * @example
 * const { verdict, text } = check(model, { ipi: true, cpus: 3 });
 * expect(verdict, text).toBe('holds');
 */
export function check(
  definition: AnyDefinition,
  chosen: Chosen = {},
  limits: Partial<Limits> = {},
): CheckResult {
  const model = withMemoryOption(definition).build(chosen);
  const { system, outcome, trace } = checkModel(model, { ...noLimits, ...limits });
  const saved =
    'schedule' in outcome ? savedTrace({ definition, chosen, file: null }, system, outcome) : null;
  return { verdict: outcome.verdict, outcome, trace, saved, text: textOf(system, outcome, trace) };
}

/**
 * Checks every combination of some options, and finds the smallest sets of fixes that make the protocol safe.
 *
 * Shape:  `vary` names options by their keys; null: those of the machine and all fixes.
 * Throws  as `check`.
 *
 * @example
 * expect(compare(model).smallest.flatMap(({ sets }) => sets)).toContainEqual({ recheck: 'pte' });
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

export interface ProofResult {
  /** `violated` and the like where a check of a small number found a run. */
  readonly verdict: 'holds' | 'not proved' | Outcome['verdict'];
  /** The options, by their keys, for any number of which the verdict is. */
  readonly any: readonly string[];
  /** The largest number of copies of a thread that a proof covers; null: any, or no proof. */
  readonly upTo: number | null;
  /** The verdict in one line: for any number of what, or why not. */
  readonly text: string;
}

/**
 * Proves a variant for any number of CPUs, and of ptes where the protocol allows it.
 *
 * Options that say how many copies or elements there are may be any number, unless `chosen` gives them one.
 *
 * Units:  as `check`; `limits.maxStates` also bounds each check of a small number.
 * Returns `holds` only where the views of a few copies are closed under all steps, and every number that they do not
 *         speak of has been checked.
 * Throws  ModelError as `check`, and where no option says how many copies there are.
 */
export function prove(
  definition: AnyDefinition,
  chosen: Chosen = {},
  limits: Partial<Limits> = {},
): ProofResult {
  const withMemory = withMemoryOption(definition);
  withMemory.build(chosen);
  const { copies, elements } = anyOptionsOf(withMemory, chosen);
  const kept = [...copies, ...elements].filter((key) => key in chosen);
  const claims = claimsOf(withMemory, chosen, kept);
  if (claims.length === 0)
    throw new ModelError(
      `${definition.name}: no option that is left says how many copies of a thread there are`,
    );
  const { claim, result } = finish(provingMost(claims, { ...noLimits, ...limits }));
  const verdict = result.verdict === 'refuted' ? result.by.checked.outcome.verdict : result.verdict;
  const upTo = upToOf(result);
  return { verdict, any: claim.any, upTo, text: `${definition.name}: ${proofHeadline({ claim, result })}` };
}

export interface ReplayResult {
  readonly answer: Answer;
  readonly trace: Trace;
  /** As that of `check`. */
  readonly text: string;
}

/**
 * Repeats a saved trace: the test that a run which broke a protocol still breaks it.
 *
 * Throws  ReplayError where the model has no such step any more, or the run ends in something else;
 *         ModelError as `check`.
 */
export function replay(definition: AnyDefinition, saved: SavedTrace): ReplayResult {
  const model = withMemoryOption(definition).build(saved.options);
  const { system, answer, trace } = replaySaved(saved, model);
  return { answer, trace, text: textOf(system, answer, trace) };
}

function textOf(system: TransitionSystem, answer: Answer, trace: Trace | null): string {
  const line = `${system.model.name}: ${headline(answer)}`;
  return trace === null ? line : `${line}\n\n${changelogText(exportedTrace(system, answer, trace))}`;
}
