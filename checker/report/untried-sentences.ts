/** Sentences about reorderings that a search did not explore. */
import type { Untried } from '../language/model.ts';

export const untriedTitle = 'Not explored, although hardware may reorder these accesses:';

/** One sentence for each pair. */
export const untriedSentence = ({ thread, earlier, later, reason }: Untried): string =>
  `${thread}: '${earlier.text}' (line ${earlier.line}) after '${later.text}' (line ${later.line}): ${reason}`;

/** The distinct sentences of several answers; of too many, the first and the number of the others. */
export function untriedSentences(untried: readonly Untried[], most = Infinity): readonly string[] {
  const all = [...new Set(untried.map(untriedSentence))];
  return all.length <= most ? all : [...all.slice(0, most), `and ${all.length - most} more`];
}
