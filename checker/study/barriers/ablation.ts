/** Ablation of barriers: the verdict without each, and the minimal sufficient sets, under each memory model. */
import type { MemoryModelName } from '../../language/memory-name.ts';
import type { Model, Verdict } from '../../language/model.ts';
import { defaultSettings as memorySettings, memoryModels } from '../../memory/memory-models.ts';
import { checking } from '../../search/check.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { SearchSettings } from '../../search/settings.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { barriersOf, type Barrier } from './barrier.ts';
import { identityOf } from './model-identity.ts';
import { minimalHittingSets, type Judgement } from './minimal-hitting-sets.ts';
import { without } from './without.ts';

/** The verdict of a model without some barriers. */
export interface Tried {
  readonly verdict: Verdict | 'error';
  readonly states: number;
  /** Steps of the trace; null: none. */
  readonly steps: number | null;
  /** Why it is inconclusive; null: it is decided. */
  readonly reason: string | null;
  /** True: it has no effect under the memory model. */
  readonly idle: boolean;
}

/** Under one memory model. */
export interface Sufficient {
  readonly memory: MemoryModelName;
  /** The verdict with all barriers. */
  readonly whole: Tried;
  /** Minimal sets of barriers with which the model holds; none if it fails with all of them. */
  readonly sets: readonly (readonly Barrier[])[];
  readonly undecided: boolean;
}

export interface Ablation {
  readonly barriers: readonly { readonly barrier: Barrier; readonly without: readonly Tried[] }[];
  /** One for each memory model, in the order of `without`. */
  readonly sufficient: readonly Sufficient[];
}

/** All trials under one memory model: plain data. */
export interface MemoryAblation {
  readonly sufficient: Sufficient;
  /** Without each barrier alone, in the order of `barriersOf`. */
  readonly alone: readonly Tried[];
}

/** Runs the trials under one memory model. */
export function* ablatingUnder(
  model: Model,
  memory: MemoryModelName,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<MemoryAblation> {
  const barriers = barriersOf(model);
  const ordering = barriers.filter(({ onlyOrders }) => onlyOrders);
  const attempt = attempts(model, memory, limits, settings);
  const whole = yield* attempt([]);
  const alone: Tried[] = [];
  for (const barrier of barriers) alone.push(yield* attempt([barrier]));
  const { sets, undecided } = yield* minimalHittingSets(ordering, function* (kept): Cooperative<Judgement> {
    return judgementOf((yield* attempt(ordering.filter((barrier) => !kept.has(barrier)))).verdict);
  });
  const inOrder = sets.map((set) => ordering.filter((barrier) => set.has(barrier)));
  return { sufficient: { memory, whole, sets: inOrder, undecided }, alone };
}

/** The trials of all memory models. */
export const ablationOf = (model: Model, results: readonly MemoryAblation[]): Ablation => ({
  barriers: barriersOf(model).map((barrier, at) => ({
    barrier,
    without: results.map(({ alone }) => alone[at]!),
  })),
  sufficient: results.map(({ sufficient }) => sufficient),
});

/** Checks the model without some barriers; equal results of the memory model are searched once. */
function attempts(model: Model, memory: MemoryModelName, limits: Limits, settings: SearchSettings) {
  const machine = (barriers: readonly Barrier[]) =>
    memoryModels[memory]({ ...without(model, barriers), costs: [] }, memorySettings);
  const whole = identityOf(machine([]));
  const known = new Map<string, Tried>();
  return function* (barriers: readonly Barrier[]): Cooperative<Tried> {
    const weaker = machine(barriers);
    const essence = identityOf(weaker);
    const before = known.get(essence);
    if (before !== undefined) return before;
    const { outcome } = yield* checking(weaker, limits, settings);
    const { verdict, statistics } = outcome;
    const steps = 'schedule' in outcome ? outcome.schedule.edges.length : null;
    const reason = outcome.verdict === 'inconclusive' ? outcome.reason : null;
    const tried = { verdict, states: statistics.states, steps, reason, idle: essence === whole };
    known.set(essence, tried);
    return tried;
  };
}

/** An unreached witness shows neither that a set is enough nor that it is lacking. */
function judgementOf(verdict: Tried['verdict']): Judgement {
  switch (verdict) {
    case 'holds':
      return 'enough';
    case 'violated':
    case 'deadlock':
    case 'livelock':
    case 'error':
      return 'lacking';
    case 'unreached':
    case 'inconclusive':
      return 'open';
  }
}
