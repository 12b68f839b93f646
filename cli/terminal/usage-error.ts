/** Wrong use of a command, told so that it can be mended; the command ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
