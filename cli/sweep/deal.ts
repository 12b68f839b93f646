/** Deals jobs to shards. */
import { createHash } from 'node:crypto';

/**
 * The names of the jobs of one shard. Jobs are dealt in the order of a hash of their names: the shards differ by at most
 * one job, and neighbours, which often cost alike, are spread.
 */
export function dealt(
  names: readonly string[],
  { index, of }: { readonly index: number; readonly of: number },
): ReadonlySet<string> {
  const hashed = names.map((name) => ({ name, hash: createHash('sha256').update(name).digest('hex') }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return new Set(hashed.filter((_, at) => at % of === index - 1).map(({ name }) => name));
}
