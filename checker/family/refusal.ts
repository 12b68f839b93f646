/** The reason why a model is outside the class that the prover supports. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Runs `work` and prefixes the reason of a refusal with the place. */
export function within<T>(place: () => string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal && error.cause === undefined)
      throw new Refusal(`${place()}: ${error.message}`, { cause: error });
    throw error;
  }
}
