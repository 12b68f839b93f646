/** Checks a model: builds its table, searches, and has the interpreter replay whatever was found. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import { transitionTable } from '../analysis/transition-table.ts';
import type { Model } from '../language/model.ts';
import { compiledSpace } from './compiled-space.ts';
import { interpretedSpace } from './interpreted-space.ts';
import type { Limits, Outcome } from './outcome.ts';
import { searching } from './search.ts';
import type { StateSpace } from './state-space.ts';
import type { Steps } from './steps.ts';
import { finish } from './steps.ts';
import type { Trace } from './trace.ts';
import { confirms, replay } from './trace.ts';

export interface Checked {
  readonly table: TransitionTable;
  readonly outcome: Outcome;
  /** The replayed schedule of the outcome, where it has one. */
  readonly trace: Trace | null;
}

export const noLimits: Limits = { maxStates: Infinity, stop: () => null, onProgress: () => undefined };

/** How states are explored. */
export interface Settings {
  /** `compiled` is the speed; `interpreter` is the meaning, slow and plain. */
  readonly engine: 'compiled' | 'interpreter';
  /** Bytes that the states may take; null: as many as the engine can address. */
  readonly maxBytes: number | null;
}

export const defaultSettings: Settings = { engine: 'compiled', maxBytes: null };

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
  const outcome = yield* searching(table, spaceOf(table, settings), limits, settings.engine);
  if (!('schedule' in outcome)) return { table, outcome, trace: null };
  const trace = replay(table, outcome.schedule);
  // The search found what its own semantics did; that the interpreter disagrees would be a bug of ours.
  if (!confirms(table, outcome, trace))
    throw new Error('the interpreter does not confirm the trace that the search found');
  return { table, outcome, trace };
}

function spaceOf(table: TransitionTable, { engine, maxBytes }: Settings): StateSpace {
  if (engine === 'interpreter') return interpretedSpace(table);
  return compiledSpace(table, maxBytes === null ? {} : { maxBytes });
}
