/** Checks a model: builds its table, searches, and has the interpreter replay whatever was found. */
import type { TransitionTable } from '../program/transition-system.ts';
import { transitionTable } from '../program/build-transitions.ts';
import type { Model } from '../language/model.ts';
import { exploring } from './strategy.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { finish, type Steps } from '../state-space/cooperative.ts';
import { confirms, replay } from '../trace/replay.ts';
import type { Trace } from '../trace/trace.ts';

export interface Checked {
  readonly table: TransitionTable;
  readonly outcome: Outcome;
  /** The replayed schedule of the outcome, where it has one. */
  readonly trace: Trace | null;
}

export const noLimits: Limits = { maxStates: Infinity, stop: () => null, onProgress: () => undefined };

export function check(
  model: Model,
  limits: Limits = noLimits,
  settings: Settings = defaultSettings,
): Checked {
  return finish(checking(model, limits, settings));
}

/** The check, pausing now and then. */
export function* checking(
  model: Model,
  limits: Limits = noLimits,
  settings: Settings = defaultSettings,
): Steps<Checked> {
  const table = transitionTable(model);
  const outcome = yield* exploring(table, limits, settings);
  if (!('schedule' in outcome)) return { table, outcome, trace: null };
  const trace = replay(table, outcome.schedule);
  // The search found what its own semantics did; that the interpreter disagrees would be a bug of ours.
  if (!confirms(table, outcome, trace))
    throw new Error('the interpreter does not confirm the trace that the search found');
  // Under symmetry another copy than the one of the message may have made the mistake.
  const told = outcome.verdict === 'error' ? { ...outcome, message: trace.stopped! } : outcome;
  return { table, outcome: told, trace };
}
