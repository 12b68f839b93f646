/** Flattens an either(...) whose alternatives start with an either(...) that a memory model added. */
import type { Block, Statement } from '../../language/statement.ts';

type Either = Statement & { readonly kind: 'either' };

/** The fresh labels of a rewrite. */
export interface Fresh {
  /** The number of the next label. */
  count: number;
  /** The labels before an either(...) that replaces a wait, which jumps back to them to retry. */
  readonly rounds: Set<string>;
}

export const noneYet = (): Fresh => ({ count: 0, rounds: new Set() });

/** An alternative that starts with a nested either(...) becomes one alternative for each nested one. */
export function flatEither(statement: Either, parts: readonly Block[], fresh: Fresh): Block {
  const labels: Statement[] = [];
  const alternatives = parts.flatMap((part) => {
    const [head, ...others] = part;
    const looksAgain = head?.kind === 'label' && fresh.rounds.has(head.name);
    if (looksAgain) labels.push(head);
    const [first, ...rest] = looksAgain ? others : part;
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
  return [...labels, { ...statement, alternatives }];
}
