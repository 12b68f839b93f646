/** A mistake of the author of a model, told so that it can be mended. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}
