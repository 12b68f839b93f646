/** Mistakes of the author of a model, each said so that it can be mended, and all of them at once. */

/** One mistake. */
export interface Mistake {
  readonly message: string;
  /** Made where the author wrote what is wrong: its stack says where; null where nothing is known. */
  readonly origin: Error | null;
}

/** What is wrong with a model; the message has a line for each mistake. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly #mistakes: readonly Mistake[] | null;

  constructor(message: string, options?: ErrorOptions, mistakes: readonly Mistake[] | null = null) {
    super(message, options);
    this.#mistakes = mistakes;
  }

  get mistakes(): readonly Mistake[] {
    return this.#mistakes ?? [{ message: this.message, origin: this }];
  }
}

/** Mistakes found so far, and the places in which the author's code is running, from the outermost. */
interface Collection {
  readonly found: Mistake[];
  readonly places: string[];
}

/** Null while the first mistake is thrown at once. */
let collection: Collection | null = null;

/**
 * What `work` makes. Mistakes that it reports do not end it, so that all of them are found.
 *
 * Throws  ModelError with all mistakes that were reported and the one that was thrown.
 */
export function collectingMistakes<T>(work: () => T): T {
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

/** The same of work that takes its time, with the origins of what it builds; nothing else may build models meanwhile. */
export async function collectingMistakesOf<T>(work: () => Promise<T>): Promise<T> {
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

/** Whether a mistake has been reported to who collects them now. */
export const hasMistakes = (): boolean => (collection?.found.length ?? 0) > 0;

/** Ends work that has come to its end and is wrong all the same. */
function complete<T>({ found }: Collection, result: T): T {
  if (found.length > 0) throw new ModelError('', {}, []);
  return result;
}

/** What was reported, and what was thrown in the end. */
function together({ found }: Collection, error: unknown): Error {
  const last = error instanceof Error ? error : new Error(String(error));
  if (found.length === 0) return last;
  const thrown =
    last instanceof ModelError ? last.mistakes : [{ message: `${last.name}: ${last.message}`, origin: last }];
  const all = [...found, ...thrown].map((one) => [`${one.message} ${one.origin?.stack ?? ''}`, one] as const);
  const mistakes = [...new Map(all).values()];
  return new ModelError(mistakes.map(({ message }) => message).join('\n'), {}, mistakes);
}

/**
 * Reports a mistake and returns, so that the next is found too; `origin` says where it was written, else the caller did it.
 *
 * Throws  ModelError where nobody collects mistakes.
 */
export function reportMistake(message: string, origin: Error | null = null): void {
  if (collection === null) throw new ModelError(message, {}, origin === null ? null : [{ message, origin }]);
  const { found, places } = collection;
  found.push({ message: [...places, message].join(': '), origin: origin ?? new Error() });
}

/** What `work` makes; where it throws a mistake, that is reported and `otherwise` stands in for the result. */
export function attempt<T, U>(work: () => T, otherwise: () => U): T | U {
  if (collection === null) return work();
  const { places } = collection;
  const depth = places.length;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    places.length = depth;
    for (const { message, origin } of error.mistakes) reportMistake(message, origin);
    return otherwise();
  }
}

/**
 * What the author's code makes; whatever it throws is a mistake in `place`.
 *
 * Throws  ModelError, also for what JavaScript itself objects to: `mem.ptee.at(i)` reads 'at' of undefined.
 */
export function authored<T>(place: string, write: () => T): T {
  collection?.places.push(place);
  try {
    return write();
  } catch (error) {
    const wrong = mistakesIn(error).map(({ message, origin }) => ({
      message: `${place}: ${message}`,
      origin,
    }));
    throw new ModelError(wrong.map(({ message }) => message).join('\n'), { cause: error }, wrong);
  } finally {
    collection?.places.pop();
  }
}

/** Rethrows what is no mistake of the author. */
function mistakesIn(error: unknown): readonly Mistake[] {
  if (error instanceof ModelError) return error.mistakes;
  if (error instanceof TypeError || error instanceof ReferenceError)
    return [{ message: `${error.message} (a misspelt name?)`, origin: error }];
  throw error;
}

/** Where nodes of the language were written. */
const origins = new WeakMap<object, Error>();

let remembering = false;

/** Frames of a stack: a macro in a macro of a thread is deeper than the ten that V8 keeps by itself. */
const framesKept = 60;

/** From now on it is remembered where nodes are written, until the function that comes back is called. */
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

/** Remembers that a node is written here, while origins are kept. */
export function written<T extends object>(node: T): T {
  if (remembering) origins.set(node, new Error());
  return node;
}

/**
 * What `work` makes. Where it makes mistakes, it is done once more to learn where each was written: to remember that of
 * every node takes three times as long as to build a model.
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

/** Remembers that a node stands for another, which the author wrote. */
export function writtenAs<T extends object>(node: T, original: object): T {
  const origin = origins.get(original);
  if (origin !== undefined) origins.set(node, origin);
  return node;
}

export const originOf = (node: object): Error | null => origins.get(node) ?? null;

/** Throws  ModelError when an argument has a setting that does not exist, or one that is undefined. */
export function checkSettings(what: string, settings: unknown, known: readonly string[]): void {
  if (typeof settings !== 'object' || settings === null)
    throw new ModelError(`${what} takes { ${known.join(', ')} }, and found ${typeof settings}`);
  for (const [key, value] of Object.entries(settings) as [string, unknown][]) {
    if (!known.includes(key))
      throw new ModelError(`${what} has no setting '${key}'; the settings are ${known.join(', ')}`);
    if (value === undefined)
      throw new ModelError(`${what}: its setting '${key}' is undefined (a misspelt name?)`);
  }
}
