/** What a search on disk asks of a file system: runs, which are sequences of blocks of bytes, and one checkpoint. */

/** The settings of a search on disk. */
export interface DiskSettings {
  /**
   * The storage of one search. Equal texts are equal searches.
   *
   * Throws  StorageError.
   */
  readonly open: (search: string) => RunStorage;
  /** States in memory, bytes of a block, and states between checkpoints, for tests; default: see there. */
  readonly room?: number;
  readonly blockBytes?: number;
  readonly fewestUnsaved?: number;
}

/**
 * The runs of a search. A run that was closed is complete, and later reads find the same bytes or fail.
 *
 * Throws  StorageError, from every method.
 */
export interface RunStorage {
  /** Bytes of all runs. */
  readonly bytes: number;
  /** Begins a run anew. */
  readonly create: (run: string) => RunWriter;
  readonly open: (run: string) => RunReader;
  readonly remove: (run: string) => void;
  /** Removes all runs but these. */
  readonly retain: (runs: readonly string[]) => void;
  /** The last checkpoint; null: none. */
  readonly readCheckpoint: () => string | null;
  /** Replaces the checkpoint at once, after all runs are durable. */
  readonly writeCheckpoint: (text: string) => void;
  /** Removes everything. */
  readonly clear: () => void;
  /** Lets other processes use what is left. */
  readonly close: () => void;
}

export interface RunWriter {
  /** Appends a block of so many states. */
  readonly write: (block: Uint8Array, states: number) => void;
  /** Completes the run. */
  readonly close: () => void;
  /** Closes a run that stays incomplete. */
  readonly abandon: () => void;
}

export interface RunReader {
  /** The next block, valid until the one after it; null: the run has ended, complete. */
  readonly next: () => Uint8Array | null;
  readonly close: () => void;
}

/** A run cannot be written or read: the message says which, and why. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}
