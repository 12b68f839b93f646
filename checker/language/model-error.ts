/** A mistake of the author of a model, told so that it can be mended. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

/**
 * What the author's code makes; whatever it throws is told as a mistake in `place`.
 *
 * Throws  ModelError, also for what JavaScript itself objects to: `mem.ptee.at(i)` reads 'at' of undefined.
 */
export function authored<T>(place: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${place}: ${error.message}`, { cause: error });
    if (error instanceof TypeError || error instanceof ReferenceError)
      throw new ModelError(`${place}: ${error.message} (a misspelt name?)`, { cause: error });
    throw error;
  }
}

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
