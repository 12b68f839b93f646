/** A schedule that the model does not allow. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}
