/** A computation that yields, so that its caller can handle signals and draw progress. */

/** Yields now and then; a promise where it waits for another process. Returns the result. */
export type Cooperative<T> = Generator<PromiseLike<unknown> | undefined, T, undefined>;

/** Runs the computation, which waits for nobody, to its end. */
export function finish<T>(steps: Cooperative<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (value !== undefined) throw new Error('the computation waits for another process');
  }
}

/** A computation that has not ended: before `until` settles, it has nothing to do. */
export interface Paused {
  readonly until: PromiseLike<unknown> | undefined;
}

/** Runs the computation as long as `goesOn` says so, up to its end or until it waits. */
export function runWhile<T>(steps: Cooperative<T>, goesOn: () => boolean): { readonly value: T } | Paused {
  while (goesOn()) {
    const { done, value } = steps.next();
    if (done === true) return { value };
    if (value !== undefined) return { until: value };
  }
  return { until: undefined };
}

/** The value of a promise; `look` is called whenever the computation is resumed before. */
export function* awaited<T>(promise: Promise<T>, look: () => void = () => undefined): Cooperative<T> {
  let settled: (() => T) | null = null;
  const settling = promise.then(
    (value) => (settled = () => value),
    (error: unknown) =>
      (settled = () => {
        throw error;
      }),
  );
  for (;;) {
    const end = settled as (() => T) | null;
    if (end !== null) return end();
    yield settling;
    look();
  }
}
