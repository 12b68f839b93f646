/** Deliberate faults of the reduction: only tests set them, to show that the laws would notice. */

export interface ReductionFaults {
  /** Disabled steps bring in nobody who could enable them. */
  readonly enabling?: true;
  /** Writers of what a property reads do not depend on each other. */
  readonly visibility?: true;
  /** Threads may be ignored for ever. */
  readonly proviso?: true;
  /** Only writes conflict with writes. */
  readonly readWrite?: true;
  /** The other threads are taken to write nothing while one runs. */
  readonly interference?: true;
  /** A step that tests a counter is steady with all values of it. */
  readonly steadiness?: true;
  /** What a copy may do is remembered by its local state alone. */
  readonly circumstances?: true;
  /** The tests of others come out the same however a counter is changed. */
  readonly minding?: true;
}
