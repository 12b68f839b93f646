/** Nearest spellings, for names that do not exist. */
import { closest, distance } from 'fastest-levenshtein';

/** `: did you mean 'x'?` for the most similar of the possible names, or an empty string when none is near. */
export function didYouMean(name: string, possible: readonly string[]): string {
  if (possible.length === 0) return '';
  const near = possible.find((other) => name.length > 2 && other.startsWith(name)) ?? closest(name, possible);
  const isNear = near.startsWith(name) || distance(name, near) <= Math.max(2, near.length / 3);
  return isNear ? `: did you mean '${near}'?` : '';
}
