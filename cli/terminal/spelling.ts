/** Nearest spellings, for unknown names. */
import { distance } from 'fastest-levenshtein';

/** `: did you mean 'x'?` for the most similar of the possible names; empty where none is similar. */
export function didYouMean(name: string, possible: readonly string[]): string {
  const near = possible.find((other) => name.length > 2 && other.startsWith(name)) ?? nearest(name, possible);
  if (near === undefined) return '';
  const isNear = near.startsWith(name) || distance(name, near) <= Math.max(2, near.length / 3);
  return isNear ? `: did you mean '${near}'?` : '';
}

/** The name at the least distance; of several, the one of the most similar letters, as after a transposition. */
const nearest = (name: string, possible: readonly string[]): string | undefined =>
  possible.toSorted((a, b) => rank(name, a) - rank(name, b))[0];

const rank = (name: string, other: string) => distance(name, other) - commonLetters(name, other) / 1000;

/** Letters of `a` that also occur in `b`, each as often as in both. */
const commonLetters = (a: string, b: string): number =>
  [...new Set(a)].reduce((sum, letter) => sum + Math.min(countOf(a, letter), countOf(b, letter)), 0);

const countOf = (text: string, letter: string) => text.split(letter).length - 1;
