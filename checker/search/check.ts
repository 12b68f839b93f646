/** Checks a model: builds its transition system, searches, and replays the finding in the interpreter. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Model } from '../language/model.ts';
import { settling } from './settling.ts';
import { defaultSettings, type SearchSettings } from './settings.ts';
import type { Limits, Outcome } from '../state-space/outcome.ts';
import { finish, type Cooperative } from '../state-space/cooperative.ts';
import { confirms, replay } from '../trace/replay.ts';
import type { Trace } from '../trace/trace.ts';

export interface Checked {
  readonly system: TransitionSystem;
  readonly outcome: Outcome;
  /** The replayed schedule of the outcome; null: none. */
  readonly trace: Trace | null;
}

export const noLimits: Limits = { maxStates: Infinity, stop: () => null, onProgress: () => undefined };

export function check(
  model: Model,
  limits: Limits = noLimits,
  settings: SearchSettings = defaultSettings,
): Checked {
  return finish(checking(model, limits, settings));
}

/** The check, pausing now and then. */
export function* checking(
  model: Model,
  limits: Limits = noLimits,
  settings: SearchSettings = defaultSettings,
): Cooperative<Checked> {
  const { system, outcome } = yield* settling(model, limits, settings);
  if (!('schedule' in outcome)) return { system, outcome, trace: null };
  const trace = replay(system, outcome.schedule);
  // Search and interpreter are independent implementations: a difference is a bug in racewalk.
  if (!confirms(system, outcome, trace))
    throw new Error('the interpreter does not confirm the trace of the search');
  // Under symmetry, the error may belong to another copy than the message names.
  const { stopped, outside } = trace;
  const told =
    outcome.verdict === 'error'
      ? { ...outcome, message: stopped!, ...(outside === undefined ? {} : { outside }) }
      : outcome;
  return { system, outcome: told, trace };
}
