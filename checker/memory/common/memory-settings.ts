/** The settings of every memory model. */

export interface MemorySettings {
  /**
   * The capacity of a store buffer if a loop can store without bound. Null: one store more than the cells of the
   * buffer, so that a loop that stores once to each cell fits. The bounds of the model take precedence.
   */
  readonly bound: number | null;
}
