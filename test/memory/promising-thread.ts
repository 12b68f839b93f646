/** The state of a thread of the second ARMv8 machine, and its steps. */
import type { Value } from '../../checker/language/domain.ts';
import { max, type Time, type Viewed } from './viewed-values.ts';

export interface Write {
  readonly cell: string;
  readonly value: Value;
  readonly thread: number;
}

export interface Forward {
  readonly time: Time;
  readonly view: Time;
  readonly isUpdate: boolean;
}

export interface ThreadState {
  readonly at: number;
  readonly registers: Readonly<Record<string, Viewed>>;
  readonly coherence: Readonly<Record<string, Time>>;
  readonly forwards: Readonly<Record<string, Forward>>;
  readonly rOld: Time;
  readonly blind: Time;
  readonly wOld: Time;
  readonly rNew: Time;
  readonly wNew: Time;
  readonly cap: Time;
  readonly release: Time;
  /** The control of the pure branches that it is in. */
  readonly inside: Time;
  readonly promises: readonly Time[];
  readonly failed: readonly string[];
}

export interface Next {
  readonly state: ThreadState;
  /** What it has written at the end of memory. */
  readonly made: readonly Write[];
  /** What such a write comes after. */
  readonly floor: Time;
}

export const fenced = (state: ThreadState): ThreadState => {
  const all = max(state.rOld, state.blind, state.wOld);
  return { ...state, rNew: max(state.rNew, all), wNew: max(state.wNew, all) };
};

export const isBetween = (memory: readonly Write[], cell: string, from: Time, to: Time): boolean => {
  for (let time = from + 1; time <= to; time++) if (memory[time - 1]?.cell === cell) return true;
  return false;
};
