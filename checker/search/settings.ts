/** What may be chosen of how states are explored. */
import type { WorkerOptions } from '../engine/worker.ts';

export interface SearchSettings {
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
  readonly firstPhase: number;
  /** States up to which generated code explores a model with interchangeable CPUs under symmetry, before stubborn sets come in. */
  readonly secondPhase: number;
  /** States up to which stubborn sets are tried then, before generated code goes further. */
  readonly thirdPhase: number;
  /** Bytes that the states may take; null: as many as the engine can address. */
  readonly maxBytes: number | null;
  /** Who shares large searches in generated code; null: nobody. */
  readonly parallel: WorkerOptions | null;
}

export const defaultSettings: SearchSettings = {
  engine: 'compiled',
  reduce: true,
  symmetry: true,
  firstPhase: 1_000_000,
  secondPhase: 4_000_000,
  thirdPhase: 100_000,
  maxBytes: null,
  parallel: null,
};
