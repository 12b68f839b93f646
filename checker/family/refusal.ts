/** Why a model is outside of the class for which a proof for any number is known. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** The work with the place put before the reason of whatever it refuses. */
export function within<T>(place: () => string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal && error.cause === undefined)
      throw new Refusal(`${place()}: ${error.message}`, { cause: error });
    throw error;
  }
}
