/** The signals from which the page is computed. */
import { computed, signal } from '@preact/signals';
import type { AnyDefinition } from '../../../checker/language/model.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import type { Outcome } from '../../../checker/state-space/outcome.ts';
import { ReplayError, type Trace } from '../../../checker/trace/trace.ts';
import { replay } from '../../../checker/trace/replay.ts';
import type { State } from '../../../checker/interpreter/evaluate.ts';
import type { WorkError } from '../check/client.ts';
import type { CheckProgress } from '../check/messages.ts';
import { noRuns, shownRun, type Runs } from '../walk/runs.ts';
import type { PageView } from './link.ts';
import { variantOf, type Built, type BuiltVariant } from './variant.ts';

/** The models that may be chosen. */
export const definitions = signal<readonly AnyDefinition[]>([]);
export const definition = signal<AnyDefinition | null>(null);
/** Options that were chosen; the others have their fallbacks. */
export const chosen = signal<Choices>({});
export const view = signal<PageView>('trace');
/** A notice about the link. */
export const notice = signal<string | null>(null);
/** The error in the user's file. */
export const errorInFile = signal<string | null>(null);

export const variant = computed<BuiltVariant | null>(() =>
  definition.value === null ? null : variantOf(definition.value, chosen.value),
);
export const built = computed<Built | null>(() => (variant.value?.kind === 'built' ? variant.value : null));

/** The progress or result of the check. */
export type Check =
  | { readonly kind: 'running'; readonly progress: CheckProgress | null }
  | { readonly kind: 'done'; readonly outcome: Outcome; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string; readonly why: WorkError['kind'] };

export const check = signal<Check>({ kind: 'running', progress: null });

export const runs = signal<Runs>(noRuns);

/** The shown run, replayed. */
export const trace = computed<Trace | null>(() => {
  if (built.value === null) return null;
  try {
    return replay(built.value.system, shownRun(runs.value).schedule);
  } catch (error) {
    // The run of another variant, for the moment until it is replaced.
    if (error instanceof ReplayError) return null;
    throw error;
  }
});

export const at = computed(() => Math.min(runs.value.at, trace.value?.steps.length ?? 0));

export const stateAfter = (run: Trace, steps: number): State =>
  steps === 0 ? run.initial : run.steps[steps - 1]!.after;

/** The shown state. */
export const state = computed<State | null>(() =>
  trace.value === null ? null : stateAfter(trace.value, at.value),
);
