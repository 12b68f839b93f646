/** Shards that are missing or do not belong together; the command claims nothing and ends with exit code 5. */
export class ShardError extends Error {
  override readonly name = 'ShardError';
}
