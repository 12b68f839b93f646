/** Flattens an either(...) whose alternatives start with an either(...) that a memory model added. */
import type { Block, Statement } from '../../language/statement.ts';

type Either = Statement & { readonly kind: 'either' };

/** The fresh labels of a rewrite. */
export interface Fresh {
  /** The number of the next label. */
  count: number;
}

export const noneYet = (): Fresh => ({ count: 0 });

/** An alternative that starts with a nested either(...) becomes one alternative for each nested one. */
export function flatEither(statement: Either, parts: readonly Block[], fresh: Fresh): Either {
  const alternatives = parts.flatMap((part) => {
    const [first, ...rest] = part;
    if (first?.kind !== 'either') return [part];
    if (rest.length === 0) return first.alternatives;
    const name = `choice_${statement.line}_${++fresh.count}`;
    const own = { line: statement.line, nth: statement.nth };
    return first.alternatives.map((way, at): Block =>
      at === 0
        ? [...way, { ...own, kind: 'label', name }, ...rest]
        : [...way, { ...own, kind: 'goto', label: name }],
    );
  });
  return { ...statement, alternatives };
}
