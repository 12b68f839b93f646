/** What may be chosen of how states are explored. */
import type { CrewOptions } from '../engine/worker-options.ts';

export interface Settings {
  /** `compiled` is the speed; `interpreter` is the meaning, slow and plain, and explores everything. */
  readonly engine: 'compiled' | 'interpreter';
  /** Leave out interleavings that differ in nothing, once a model is large. */
  readonly reduce: boolean;
  /** One state for all that differ by interchangeable CPUs, once a model is large. */
  readonly symmetry: boolean;
  /**
   * States up to which everything is explored first: exact counts and the best of all traces, within a second or two.
   * A number of states and not a time, so that the answer is the same on every run.
   */
  readonly firstLook: number;
  /** States up to which generated code explores a model with interchangeable CPUs under symmetry, before persistent sets come in. */
  readonly secondLook: number;
  /** States up to which persistent sets are tried then, before generated code goes further. */
  readonly thirdLook: number;
  /** Bytes that the states may take; null: as many as the engine can address. */
  readonly maxBytes: number | null;
  /** Who shares large searches in generated code; null: nobody. */
  readonly crew: CrewOptions | null;
}

export const defaultSettings: Settings = {
  engine: 'compiled',
  reduce: true,
  symmetry: true,
  firstLook: 1_000_000,
  secondLook: 4_000_000,
  thirdLook: 100_000,
  maxBytes: null,
  crew: null,
};
