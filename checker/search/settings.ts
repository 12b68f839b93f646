/** Settings of the search. */
import type { DiskSettings } from '../disk/storage.ts';
import type { WorkerOptions } from '../engine/worker.ts';
import type { ForeignChecker } from './foreign-checker.ts';
import type { EngineSettings } from './level-engine.ts';

export interface SearchSettings {
  /** `compiled` is fast; `interpreter` is the slow reference implementation, without reductions. */
  readonly engine: 'compiled' | 'interpreter';
  /** Use stubborn sets for large models. */
  readonly reduce: boolean;
  /** Use symmetry reduction for large models. */
  readonly symmetry: boolean;
  /**
   * States of the first search, which explores everything: exact counts and a best trace. A number of states, not a
   * time, so that every run gives the same answer.
   */
  readonly firstPhase: number;
  /** States of the first turn of generated code under symmetry, and of the first one of stubborn sets. */
  readonly secondPhase: number;
  readonly thirdPhase: number;
  /** Memory limit for states, in bytes; null: the address space of the engine. */
  readonly maxBytes: number | null;
  /** Workers for large searches in generated code; null: none. */
  readonly parallel: WorkerOptions | null;
  /** Keep the states in sorted runs on disk; null: in memory. */
  readonly disk: DiskSettings | null;
  /** Leave the states to another engine; null: keep them. */
  readonly elsewhere: EngineSettings | null;
  /** Leave the whole search to another model checker; null: search. */
  readonly foreign: ForeignChecker | null;
}

export const defaultSettings: SearchSettings = {
  engine: 'compiled',
  reduce: true,
  symmetry: true,
  firstPhase: 1_000_000,
  secondPhase: 4_000_000,
  thirdPhase: 16_000,
  maxBytes: null,
  parallel: null,
  disk: null,
  elsewhere: null,
  foreign: null,
};
