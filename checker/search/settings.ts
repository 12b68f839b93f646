/** What may be chosen of how states are explored. */

export interface Settings {
  /** `compiled` is the speed; `interpreter` is the meaning, slow and plain, and explores everything. */
  readonly engine: 'compiled' | 'interpreter';
  /** Leave out interleavings that differ in nothing, once a model is large. */
  readonly reduce: boolean;
  /** One state for all that differ by interchangeable CPUs, once a model is large. */
  readonly symmetry: boolean;
  /** Bytes that the states may take; null: as many as the engine can address. */
  readonly maxBytes: number | null;
}

export const defaultSettings: Settings = { engine: 'compiled', reduce: true, symmetry: true, maxBytes: null };
