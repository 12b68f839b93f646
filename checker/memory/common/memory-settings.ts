/** The settings of every memory model. */

export interface MemorySettings {
  /**
   * The capacity of a store buffer if a loop can store without bound, and the number of old values of a CPU if there may
   * be more. Null: one store more than the cells of the buffer, so that a loop that stores once to each cell fits, and
   * 8 old values. The bounds of the model take precedence.
   */
  readonly bound: number | null;
}
