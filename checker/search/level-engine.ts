/** What a search asks of another engine that keeps its states: a database, or a cluster. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { PackedFinding } from '../engine/compiled-space.ts';
import type { Expander } from '../engine/expander.ts';

export interface EngineSettings {
  /** As in "the states of an arm64 machine are not kept in DuckDB". */
  readonly place: string;
  /** Begins a search. */
  readonly open: (search: EngineSearch) => Promise<LevelEngine>;
}

export interface EngineSearch {
  readonly system: TransitionSystem;
  /** For an engine that leaves the expansion to this process. */
  readonly expander: Expander;
  /** Two searches pack equal states alike if these texts are equal. */
  readonly search: string;
}

/**
 * An engine that keeps the states of one search, by level.
 *
 * Throws  EngineError, from every method.
 */
export interface LevelEngine {
  /** Bytes of the states; as far as the engine says. */
  readonly bytes: number;
  /** Stores the initial states as level 0. */
  readonly start: () => Promise<LevelStep>;
  /** Expands the last level; its successors that no level has are the next one. */
  readonly expand: () => Promise<LevelStep>;
  /** The least state of a level that leads to a state, in the order of bytes; null: none. */
  readonly predecessor: (state: Uint8Array, depth: number) => Promise<Uint8Array | null>;
  /** Makes a pending call fail soon. */
  readonly interrupt: () => void;
  /** Removes the states. */
  readonly close: () => Promise<void>;
}

/** What the expansion of a level gave. */
export interface LevelStep {
  /** States that were expanded. */
  readonly expanded: number;
  /** States of the next level. */
  readonly states: number;
  readonly findings: readonly PackedFinding[];
  /** By `Transition.id`: how often each fired in this level. */
  readonly fired: readonly number[];
  /** Positions of the witnesses that its successors satisfy. */
  readonly reached: readonly number[];
}

/** An engine that failed, or one of its parts: whatever it has said proves nothing. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}
