/** The second variant, which runs the schedule of the first. */
import { computed, signal } from '@preact/signals';
import { optionName } from '../../../checker/language/option.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { replay } from '../../../checker/trace/replay.ts';
import { initialStates } from '../../../checker/interpreter/interpreter.ts';
import { isPlain } from '../walk/steps.ts';
import { followed, type Followed } from '../../../checker/report/same-schedule.ts';
import { shownRun } from '../walk/runs.ts';
import { readValue } from './link.ts';
import { built, chosen, definition, runs, trace } from './session.ts';
import { variantOf, type Built } from './variant.ts';

/** The option that differs, as `option=value`; null: none. */
export const besideChoice = signal<string | null>(null);

const besideVariant = computed<Built | null>(() => {
  const [name, text] = besideChoice.value?.split('=', 2) ?? [];
  if (name === undefined || text === undefined || definition.value === null) return null;
  const entry = Object.entries(definition.value.options).find(([key]) => optionName(key) === name);
  const value = entry === undefined ? undefined : readValue(entry[1], text);
  if (entry === undefined || value === undefined) return null;
  const variant = variantOf(definition.value, { ...chosen.value, [entry[0]]: value });
  return variant.kind === 'built' ? variant : null;
});

export interface BesideVariant {
  readonly variant: Built;
  readonly followed: Followed;
  readonly trace: Trace;
}

export const beside = computed<BesideVariant | null>(() => {
  const variant = besideVariant.value;
  if (variant === null || built.value === null || trace.value === null) return null;
  // A schedule of a machine of its own says what its CPUs saw: on another variant it means nothing.
  if (!isPlain(variant.system) || !isPlain(built.value.system)) return null;
  const { initial } = shownRun(runs.value).schedule;
  const isPossible = initial < initialStates(variant.system).length;
  const result = followed(built.value.system, trace.value, variant.system, isPossible ? initial : 0);
  return { variant, followed: result, trace: replay(variant.system, result.schedule) };
});
