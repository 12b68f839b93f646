/** What every memory model is given. */

export interface MemorySettings {
  /**
   * How many stores a store buffer holds where a loop could store without end, and how many old values a CPU keeps where
   * there may be more; null: one more store than the cells it knows, so that a loop that stores to each of them once
   * fits, and 8 old values. What a model says of its bounds itself comes first.
   */
  readonly bound: number | null;
}
