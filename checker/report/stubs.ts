/** What a verdict rests on beside the text of its author: racewalk's model of functions of the kernel. */
import type { Model } from '../language/model.ts';

/** More names are counted. */
const most = 12;

/** A sentence, or null where the text is all there is. */
export function stubsSentence({ stubs = [] }: Model): string | null {
  if (stubs.length === 0) return null;
  const names = stubs.map(({ name }) => name);
  const rest = names.length - most;
  const shown = rest > 1 ? [...names.slice(0, most), `and ${rest} more ("racewalk show")`] : names;
  return `rests on racewalk's model of: ${shown.join(', ')}`;
}
