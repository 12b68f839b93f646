/** The verdict on a mutant: whether a scenario detects it. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { transitionSystem } from '../../program/build-transitions.ts';
import { memoryOption, type MemoryModelName } from '../../language/memory-name.ts';
import { ModelError } from '../../language/model-error.ts';
import type { Model, Scenario, Verdict } from '../../language/model.ts';
import { defaultSettings as memorySettings, memoryModels } from '../../memory/memory-models.ts';
import { settling } from '../../search/settling.ts';
import type { Statement } from '../../language/statement.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { SearchSettings } from '../../search/settings.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { edited } from './edited.ts';
import type { Mutation } from './mutation.ts';

export type MutantVerdict =
  /** The verdict of a scenario differs from its declaration. */
  | { readonly kind: 'killed'; readonly scenario: string; readonly verdict: Verdict | 'error' | 'not built' }
  /** Every scenario keeps its verdict; `why` is the author's explanation, or null. */
  | { readonly kind: 'survives'; readonly why: string | null }
  | { readonly kind: 'undecided'; readonly scenario: string; readonly reason: string };

/** The result of a scenario without mutation, to compare mutants with: plain data. */
export interface Baseline {
  readonly scenario: Scenario;
  readonly verdict: Verdict | 'error';
  readonly states: number;
  /** Why it is inconclusive; null: it is decided. */
  readonly reason: string | null;
}

/** A scenario with its model before the memory model. */
export interface BuiltScenario extends Baseline {
  readonly model: Model;
  readonly memory: MemoryModelName;
  /** The behaviour of the model. */
  readonly meaning: string;
  /** How long a mutant takes here, against other scenarios. */
  readonly cost: number;
}

/** A mutation of the model of a scenario. */
export interface ScenarioMutation {
  readonly ground: BuiltScenario;
  readonly mutation: Mutation;
}

/** State limit of a mutant, relative to the unmodified model. */
const explosion = { factor: 10, more: 10_000 };

/** The verdict on a mutant; stops at the first scenario that detects it. */
export function* mutantVerdict(
  places: readonly ScenarioMutation[],
  limits: Limits,
  settings: SearchSettings,
): Cooperative<MutantVerdict> {
  let undecided: MutantVerdict | null = null;
  for (const { ground, mutation } of places) {
    const { scenario, memory } = ground;
    // Barriers and orderings have no effect under sequential consistency.
    if (mutation.ofMemory === true && memory === memoryOption.fallback) continue;
    const reason = limits.stop() ?? ground.reason;
    const found = reason === null ? yield* mutantIn(ground, mutation, limits, settings) : reason;
    if (typeof found === 'string')
      undecided ??= { kind: 'undecided', scenario: scenario.name, reason: found };
    else if (found.verdict !== scenario.verdict)
      return { kind: 'killed', scenario: scenario.name, verdict: found.verdict };
  }
  return undecided ?? { kind: 'survives', why: null };
}

/** Whether a mutation changes the behaviour: removing a jump to the next statement does not. */
export function isEffective({ ground, mutation }: ScenarioMutation): boolean {
  const { model, memory, meaning } = ground;
  try {
    return meaningOf(tableOf(edited(model, mutation.thread, mutation.edits), memory)) !== meaning;
  } catch (error) {
    if (error instanceof ModelError) return true;
    throw error;
  }
}

/** The behaviour of a transition system without names and line numbers, for comparison. */
export const meaningOf = ({ model: { machine }, threads }: TransitionSystem): string =>
  JSON.stringify(
    threads.map(({ entry, locations, end }) => ({ entry, locations, end })),
    (key, value: unknown) => {
      if (key === 'statement') return machine === undefined ? undefined : orderIn(value as Statement);
      return key === 'id' ? undefined : value;
    },
  );

/** The ordering of a statement, for a machine that orders memory itself. */
const orderIn = (statement: Statement) => ({
  kind: statement.kind,
  ordering: statement.kind === 'step' ? statement.ordering : null,
  barrier: statement.kind === 'barrier' ? statement.barrier : null,
});

interface MutantCheck {
  readonly verdict: Verdict | 'error' | 'not built';
}

/** The verdict of the mutant in one scenario, or the reason why there is none. */
function* mutantIn(
  { model, memory, meaning, verdict, states }: BuiltScenario,
  { thread, edits }: Mutation,
  limits: Limits,
  settings: SearchSettings,
): Cooperative<MutantCheck | string> {
  const maxStates = explosion.factor * states + explosion.more;
  try {
    const mutant = tableOf(edited(model, thread, edits), memory);
    if (meaningOf(mutant) === meaning) return { verdict };
    const bounded = { ...limits, maxStates: Math.min(limits.maxStates, maxStates) };
    const { outcome: found } = yield* settling(mutant.model, bounded, settings);
    return found.verdict === 'inconclusive' ? found.reason : found;
  } catch (error) {
    if (error instanceof ModelError) return { verdict: 'not built' };
    throw error;
  }
}

/** The system of a mutant, without claims about runs where the memory model leaves them undecided: safety judges it there. */
export function tableOf(model: Model, memory: MemoryModelName): TransitionSystem {
  const { liveness = [], ...rest } = memoryModels[memory](model, memorySettings);
  return transitionSystem(rest.undecidedRuns === undefined ? { ...rest, liveness } : rest);
}
