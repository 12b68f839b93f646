/** Explores a model whose domains may grow: where a run leaves one, it grows, and the search begins anew. */
import { grown, hasGrowing } from '../language/growing.ts';
import { DomainError, type Outside } from '../language/model-error.ts';
import type { Model } from '../language/model.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { rewrittenLike } from '../memory/memory-models.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { replay } from '../trace/replay.ts';
import type { SearchSettings } from './settings.ts';
import { exploring } from './strategy.ts';

export interface Settled {
  /** Of the model with the domains that the search needed. */
  readonly system: TransitionSystem;
  readonly outcome: Outcome;
}

/** The outcome of the model; a domain that does not grow far enough makes it inconclusive. */
export function* settling(model: Model, limits: Limits, settings: SearchSettings): Cooperative<Settled> {
  const { written = model } = model;
  const grows = hasGrowing(written);
  for (let now = model; ;) {
    const system = transitionSystem(now);
    let outside = grows ? outsideAtFirst(system) : null;
    let outcome: Outcome | null = null;
    if (outside === null) {
      outcome = yield* exploring(system, limits, settings);
      if (!grows || outcome.verdict !== 'error') return { system, outcome };
      outside = replay(system, outcome.schedule).outside ?? null;
    }
    const wider = outside === null ? null : grown(now.written ?? now, outside);
    if (wider === null) return { system, outcome: outcome ?? (yield* exploring(system, limits, settings)) };
    if (wider === 'limit') return { system, outcome: limitOf(outside!, outcome) };
    now = rewrittenLike(now, wider);
  }
}

/** A value that leaves its domain before the first step, whatever the memory model. */
function outsideAtFirst(system: TransitionSystem): Outside | null {
  const withoutMachine = { ...system.model };
  delete withoutMachine.machine;
  try {
    initialStates({ ...system, model: withoutMachine });
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.outside;
    throw error;
  }
}

function limitOf({ variable, thread, value }: Outside, outcome: Outcome | null): Outcome {
  const name = thread === null ? variable : `${variable} of ${thread}`;
  return {
    verdict: 'inconclusive',
    reason: `'${name}' becomes ${String(value)}, and its domain does not grow that far`,
    statistics: outcome?.statistics ?? nothing,
  };
}

const nothing: Outcome['statistics'] = {
  states: 0,
  transitions: 0,
  depth: 0,
  bytes: 0,
  unfired: [],
  endless: null,
  method: 'compiled',
};
