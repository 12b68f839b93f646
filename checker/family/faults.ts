/** Deliberate faults of the prover: only tests set them, to show that the laws would notice. */
export interface ProverFaults {
  /** Copies outside do not move. */
  readonly outside?: true;
  /** Before a copy stepped outside, nobody there held anything. */
  readonly before?: true;
  /** A single thread that sets a counter leaves the copies their shares. */
  readonly single?: true;
  /** What a copy adds is nobody's. */
  readonly share?: true;
  /** Many outside stay many when one is outside who has taken from them. */
  readonly saturation?: true;
  /** Who is outside brings nothing into a sum. */
  readonly sum?: true;
  /** All properties can be seen to fail in any view. */
  readonly witnesses?: true;
  /** A copy that waits for all waits for those inside. */
  readonly blockers?: true;
  /** There is nothing after the element that is looked at. */
  readonly after?: true;
  /** The next element is always the one that is looked at. */
  readonly order?: true;
  /** Another element has what the one that is looked at has. */
  readonly others?: true;
  /** A bound variable keeps what an inner one of its level was. */
  readonly bound?: true;
  /** Counters may be anything within a step. */
  readonly step?: true;
  /** Counters may become as large as they like. */
  readonly large?: true;
}
