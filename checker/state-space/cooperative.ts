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

/** Runs the computation as long as `goesOn` says so; null: it has not ended. */
export function runWhile<T>(steps: Cooperative<T>, goesOn: () => boolean): { readonly value: T } | null {
  while (goesOn()) {
    const { done, value } = steps.next();
    if (done === true) return { value };
  }
  return null;
}
