/** A choice whose alternatives may begin with a choice that a memory model has made: one choice among all of them. */
import type { Block, Statement } from '../../language/statement.ts';

type Either = Statement & { readonly kind: 'either' };

/** What a rewrite adds labels with. */
export interface Fresh {
  /** Numbers them. */
  count: number;
  /** Those that stand before a choice which a wait has become: from there it looks again. */
  readonly rounds: Set<string>;
}

export const noneYet = (): Fresh => ({ count: 0, rounds: new Set() });

/** An alternative that begins with one of several ways to do a step begins with any of these ways. */
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
