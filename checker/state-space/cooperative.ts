/** Long work in steps: whoever runs it may look after signals and the screen between them. */

/** A computation that pauses now and then, for as long as its runner likes. */
export type Cooperative<T> = Generator<undefined, T, undefined>;

/** Runs all steps at once. */
export function finish<T>(steps: Cooperative<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
