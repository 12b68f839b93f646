/** Searches of generated code in memory, and what they make of the trace of another search. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { initialStates } from '../interpreter/interpreter.ts';
import { compiledSpace, type CompiledOptions } from '../engine/compiled-space.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { resumableSearch } from './breadth-first.ts';
import { decided, needsEdges } from './decide-liveness.ts';

/** Bytes of a first search that may be in vain, and of the search for a better trace. */
export const smallBytes = 2 ** 28;

/** States of the search for a better trace. */
const polishedStates = 2_000_000;

/** A search that stops at its limits, where the next call continues it. */
export interface Turns {
  /** The number of the first state at each depth. */
  readonly levels: readonly number[];
  /** Up to a number of states; `maxBytes`: where the memory depends on what others take. */
  readonly run: (limits: Limits, bound?: number, maxBytes?: number) => Cooperative<Outcome>;
  readonly close: () => void;
}

export const atMost = (limits: Limits, states: number): Limits => ({
  ...limits,
  maxStates: Math.min(limits.maxStates, states),
});

/** Whether a full search must keep what the claims about runs need. */
export const isLive = (system: TransitionSystem): boolean =>
  system.model.undecidedRuns === undefined && needsEdges(system);

/** All states, and what the model claims about runs. */
export function compiledTurns(system: TransitionSystem, options: CompiledOptions): Turns {
  const live = options.only === undefined && isLive(system);
  const space = compiledSpace(system, { ...options, live });
  const { levels, run } = resumableSearch({ system, space, method: 'compiled' });
  return {
    levels,
    *run(limits, bound) {
      const states = yield* run(limits, bound);
      const outcome = live ? yield* decided(system, space, states, limits) : states;
      if (!('schedule' in outcome) || outcome.verdict === 'livelock') return outcome;
      // With `only`, state numbers are not positions among all initial states.
      const initial = space.numbersOf(initialStates(system)).indexOf(outcome.schedule.initial);
      return { ...outcome, schedule: { ...outcome.schedule, initial } };
    },
    close: () => {
      space.close();
    },
  };
}

export function* compiledSearch(
  system: TransitionSystem,
  limits: Limits,
  options: CompiledOptions,
): Cooperative<Outcome> {
  const turns = compiledTurns(system, options);
  try {
    return yield* turns.run(limits);
  } finally {
    turns.close();
  }
}

/** The outcome with a better trace of the same CPUs, if it is not longer and found within the limits. */
export function* polished(system: TransitionSystem, limits: Limits, outcome: Outcome): Cooperative<Outcome> {
  if (!('schedule' in outcome) || outcome.verdict === 'deadlock') return outcome;
  const { schedule: run, statistics } = outcome;
  const best = yield* compiledSearch(system, atMost(limits, polishedStates), {
    maxBytes: smallBytes,
    only: run,
  });
  if (
    !('schedule' in best) ||
    best.verdict !== outcome.verdict ||
    best.schedule.edges.length > run.edges.length
  )
    return { ...outcome, ...('minimal' in outcome ? { minimal: false } : {}) };
  // It is a shortest trace only if the first search has proved that length minimal.
  const minimal = 'minimal' in outcome && outcome.minimal && best.schedule.edges.length === run.edges.length;
  return { ...best, ...('minimal' in best ? { minimal } : {}), statistics };
}

/** The outcome with the trace of a search of all CPUs where that is small; else `polished`. */
export function* shortestTrace(
  system: TransitionSystem,
  limits: Limits,
  outcome: Outcome,
): Cooperative<Outcome> {
  const own = yield* compiledSearch(system, atMost(limits, polishedStates), { maxBytes: smallBytes });
  return 'schedule' in own
    ? { ...own, statistics: outcome.statistics }
    : yield* polished(system, limits, outcome);
}
