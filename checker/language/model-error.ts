/** Errors in a model: all of them are collected and reported at once, each with its place in the model file. */

export interface LocalError {
  readonly message: string;
  /** Its stack contains the place in the model file; null: unknown. */
  readonly origin: Error | null;
}

/** An invalid model; the message has one line for each error. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly #errors: readonly LocalError[] | null;

  constructor(message: string, options?: ErrorOptions, errors: readonly LocalError[] | null = null) {
    super(message, options);
    this.#errors = errors;
  }

  get errors(): readonly LocalError[] {
    return this.#errors ?? [{ message: this.message, origin: this }];
  }
}

/** A value that a variable cannot have; `thread` is null for shared memory. */
export interface Outside {
  readonly variable: string;
  readonly thread: string | null;
  readonly value: boolean | number | string;
}

/** A run gives a variable a value outside of its domain. */
export class DomainError extends ModelError {
  readonly outside: Outside;

  constructor(message: string, outside: Outside) {
    super(message);
    this.outside = outside;
  }
}

/** The errors found so far, and the parts of the model under construction, the outermost first. */
interface Collection {
  readonly found: LocalError[];
  readonly places: string[];
}

/** Null: the first error is thrown immediately. */
let collection: Collection | null = null;

/**
 * The result of `work`, which continues after `reportModelError`, so that all errors are found.
 *
 * Throws  ModelError with all reported errors and the thrown one.
 */
export function collectingErrors<T>(work: () => T): T {
  const outer = collection;
  const own: Collection = { found: [], places: [] };
  collection = own;
  try {
    return complete(own, work());
  } catch (error) {
    throw together(own, error);
  } finally {
    collection = outer;
  }
}

/** The same for asynchronous work, with the origins of all nodes; nothing else may build models concurrently. */
export async function collectingErrorsOf<T>(work: () => Promise<T>): Promise<T> {
  const outer = collection;
  const own: Collection = { found: [], places: [] };
  collection = own;
  const forget = rememberOrigins();
  try {
    return complete(own, await work());
  } catch (error) {
    throw together(own, error);
  } finally {
    forget();
    collection = outer;
  }
}

/** Whether the current collection contains an error. */
export const hasErrors = (): boolean => (collection?.found.length ?? 0) > 0;

/** Throws when completed work has reported errors. */
function complete<T>({ found }: Collection, result: T): T {
  if (found.length > 0) throw new ModelError('', {}, []);
  return result;
}

/** The reported errors and the thrown one as one error. */
function together({ found }: Collection, error: unknown): Error {
  const last = error instanceof Error ? error : new Error(String(error));
  if (found.length === 0) return last;
  const thrown =
    last instanceof ModelError ? last.errors : [{ message: `${last.name}: ${last.message}`, origin: last }];
  const all = [...found, ...thrown].map((one) => [`${one.message} ${one.origin?.stack ?? ''}`, one] as const);
  const errors = [...new Map(all).values()];
  return new ModelError(errors.map(({ message }) => message).join('\n'), {}, errors);
}

/**
 * Records an error and returns, so that the next one is found too. `origin` defaults to the place of the call.
 *
 * Throws  ModelError outside of `collectingErrors`.
 */
export function reportModelError(message: string, origin: Error | null = null): void {
  if (collection === null) throw new ModelError(message, {}, origin === null ? null : [{ message, origin }]);
  const { found, places } = collection;
  found.push({ message: [...places, message].join(': '), origin: origin ?? new Error() });
}

/** The result of `work`; if it throws a ModelError, the error is recorded and the result is that of `otherwise`. */
export function attempt<T, U>(work: () => T, otherwise: () => U): T | U {
  if (collection === null) return work();
  const { places } = collection;
  const depth = places.length;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    places.length = depth;
    for (const { message, origin } of error.errors) reportModelError(message, origin);
    return otherwise();
  }
}

/**
 * The result of the author's code; an exception becomes an error in `place`.
 *
 * Throws  ModelError, also for a TypeError such as that of `mem.ptee.at(i)`.
 */
export function authored<T>(place: string, write: () => T): T {
  collection?.places.push(place);
  try {
    return write();
  } catch (error) {
    const wrong = errorsIn(error).map(({ message, origin }) => ({
      message: `${place}: ${message}`,
      origin,
    }));
    throw new ModelError(wrong.map(({ message }) => message).join('\n'), { cause: error }, wrong);
  } finally {
    collection?.places.pop();
  }
}

/** Rethrows every other exception. */
function errorsIn(error: unknown): readonly LocalError[] {
  if (error instanceof ModelError) return error.errors;
  if (error instanceof TypeError || error instanceof ReferenceError)
    return [{ message: `${error.message} (a misspelt name?)`, origin: error }];
  throw error;
}

/** The places where nodes of the language were written. */
const origins = new WeakMap<object, Error>();

let remembering = false;

/** Stack frames: nested macros exceed V8's default of 10. */
const framesKept = 60;

/** Records the origins of nodes until the returned function is called. */
function rememberOrigins(): () => void {
  const engine = Error as { stackTraceLimit?: number };
  const { stackTraceLimit: before = 10 } = engine;
  remembering = true;
  engine.stackTraceLimit = framesKept;
  return () => {
    remembering = false;
    engine.stackTraceLimit = before;
  };
}

/** Records the origin of a node, if origins are recorded. */
export function written<T extends object>(node: T): T {
  if (remembering) origins.set(node, new Error());
  return node;
}

/**
 * The result of `work`. If it fails, it is repeated with recorded origins: recording them triples the time of a build.
 */
export function withOrigins<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ModelError) || remembering) throw error;
    const forget = rememberOrigins();
    try {
      work();
    } finally {
      forget();
    }
    throw error;
  }
}

/** Gives a node the origin of the node that it replaces. */
export function writtenAs<T extends object>(node: T, original: object): T {
  const origin = origins.get(original);
  if (origin !== undefined) origins.set(node, origin);
  return node;
}

export const originOf = (node: object): Error | null => origins.get(node) ?? null;

/** Throws  ModelError for an unknown or undefined setting. */
export function checkSettings(what: string, settings: unknown, known: readonly string[]): void {
  if (typeof settings !== 'object' || settings === null)
    throw new ModelError(
      `${what}: expected { ${known.join(', ')} }, found ${settings === null ? 'null' : typeof settings}`,
    );
  for (const [key, value] of Object.entries(settings) as [string, unknown][]) {
    if (!known.includes(key))
      throw new ModelError(`${what}: unknown setting '${key}': expected ${known.join(', ')}`);
    if (value === undefined)
      throw new ModelError(`${what}: setting '${key}' is undefined (a misspelt name?)`);
  }
}
