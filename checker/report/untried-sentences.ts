/** What a search under a weak memory model has not tried, in sentences. */
import type { Untried } from '../language/model.ts';

export const untriedTitle = 'Not tried, though hardware may do it:';

/** A sentence a pair. */
export const untriedSentence = ({ thread, earlier, later, reason }: Untried): string =>
  `${thread}: '${earlier.text}' (line ${earlier.line}) behind '${later.text}' (line ${later.line}): ${reason}`;

/** The sentences of several answers, each once; of many the first, and how many there are. */
export function untriedSentences(untried: readonly Untried[], most = Infinity): readonly string[] {
  const all = [...new Set(untried.map(untriedSentence))];
  return all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more`];
}
