/** The input of all trace exports. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { namesOfClaim } from '../../language/liveness.ts';
import { walk } from '../../language/expression.ts';
import type { Model } from '../../language/model.ts';
import type { Answer } from '../../state-space/outcome.ts';
import type { Trace } from '../../trace/trace.ts';
import { failedClaimIn, headline } from '../../report/verdict.ts';

export interface ExportedTrace {
  readonly system: TransitionSystem;
  readonly trace: Trace;
  /** The model and its verdict, in one line. */
  readonly headline: string;
  /** The violation in the last state, in one sentence; null: none. */
  readonly end: string | null;
  /** The violated property; null: none. */
  readonly property: string | null;
  readonly origin: Origin;
}

/** The origin of a trace; null: unknown. */
export interface Origin {
  /** All options of the variant, in command-line syntax. */
  readonly options: string | null;
  /** The command that reproduces the trace. */
  readonly command: string | null;
}

export const unknownOrigin: Origin = { options: null, command: null };

/** The trace of an answer, for export. */
export const exportedTrace = (
  system: TransitionSystem,
  answer: Answer,
  trace: Trace,
  origin: Origin = unknownOrigin,
): ExportedTrace => ({
  system,
  trace,
  headline: `${system.model.name}: ${headline(answer)}`,
  end: failedClaimIn(system, answer, trace),
  property:
    answer.verdict === 'livelock' || (answer.verdict === 'violated' && answer.kind === 'invariant')
      ? answer.property
      : null,
  origin,
});

/** The shared variables and the locals that a property reads, by their names. */
export function namesIn({ properties, liveness = [] }: Model, property: string | null): ReadonlySet<string> {
  const claim = liveness.find(({ name }) => name === property);
  if (claim !== undefined) return namesOfClaim(claim);
  const condition = properties.find(({ name }) => name === property)?.condition;
  const parts = condition === undefined ? [] : [...walk(condition)];
  return new Set(parts.flatMap((part) => ('name' in part ? [part.name] : [])));
}
