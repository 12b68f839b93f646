/** A computation that yields, so that its caller can handle signals and draw progress. */

/** Yields now and then; returns the result. */
export type Cooperative<T> = Generator<undefined, T, undefined>;

/** Runs the computation to its end. */
export function finish<T>(steps: Cooperative<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
