/** Deliberate faults of the prover. Only tests set them, to show that the laws detect them. */
export interface ProverFaults {
  /** Copies outside take no steps. */
  readonly outside?: true;
  /** Before a step of a copy outside, the copies outside hold no shares. */
  readonly before?: true;
  /** A single thread that sets a counter does not change the shares of copies. */
  readonly single?: true;
  /** What a copy adds goes to the base instead of its share. */
  readonly share?: true;
  /** A saturated sum outside stays saturated after a copy with a negative share joins it. */
  readonly saturation?: true;
  /** Copies outside contribute nothing to a sum of counters. */
  readonly sum?: true;
  /** Every property needs no witnesses: any view can show that it fails. */
  readonly witnesses?: true;
  /** A copy that waits for all copies waits only for those inside. */
  readonly blockers?: true;
  /** No element follows the tracked one. */
  readonly after?: true;
  /** The next element is always the tracked one. */
  readonly order?: true;
  /** Every other element equals the tracked one. */
  readonly others?: true;
  /** A bound variable keeps the value of an inner one of its level. */
  readonly bound?: true;
  /** What a step knows of a local that equals a counter does not change with the counter. */
  readonly known?: true;
  /** A sum may wrap: it counts as the sum of its parts. */
  readonly wraps?: true;
  /** Counters are not checked against their domains within a step. */
  readonly step?: true;
  /** The upper bounds of growing counters are not checked. */
  readonly large?: true;
}
