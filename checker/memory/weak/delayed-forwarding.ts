/** A load of a store that is still open on its own CPU: it gets the value without anything being done first. */
import { and, not, walk, type AnyExpr, type Expr, type SharedReference } from '../../language/expression.ts';
import type { Block, Statement } from '../../language/statement.ts';
import { areSame, type Conduct } from './program-order.ts';
import { close, openIn, type Lateness, type Open } from './delayed-order.ts';
import type { Late } from './delayed-step.ts';
import type { StepStatement } from '../common/ordering.ts';
import { withAccesses } from '../common/substitute.ts';

/**
 * The ways in which a load finds an open store of its CPU: what the store was computed from is done, but neither the
 * store nor what that waits for, such as an earlier load of the cell.
 *
 * Source: `(addr | data); rfi` is all that Pulte et al. (POPL 2018) have of it.
 */
export function forwardings(
  step: StepStatement,
  conduct: Conduct,
  open: Open,
  pass: Lateness,
): readonly Block[] {
  if (conduct.kind !== 'load' || step.guard !== null) return [];
  const stores = openIn(open, pass).filter(
    ({ conduct: { kind, cell } }) =>
      (kind === 'store' || kind === 'update') && areSame(cell!, conduct.cell!) !== false,
  );
  return stores.flatMap((store, at): readonly Block[] => {
    const value = storedValue(store);
    if (value === null || store.at >= step.line || areSame(store.conduct.cell!, conduct.cell!) !== true)
      return [];
    const younger = stores.slice(at + 1).map(({ isOpen }) => not(isOpen as Expr<boolean>));
    const isYoungest = and(store.isOpen, ...younger);
    const { code } = close(without(conduct, store), open, pass);
    return [forwarding(step, { guard: isYoungest, cell: conduct.cell!, value, code })];
  });
}

/** The load as a computation from what the store was computed from. */
const without = (load: Conduct, { conduct: store }: Late): Conduct => ({
  ...load,
  kind: 'computation',
  cell: null,
  uses: new Set([...load.uses, ...store.uses, ...store.pointers]),
});

interface Forwarded {
  readonly guard: AnyExpr;
  readonly cell: SharedReference;
  readonly value: AnyExpr;
  /** What is done first. */
  readonly code: Block;
}

function forwarding(step: StepStatement, { guard, cell, value, code }: Forwarded): Block {
  const found: Statement = {
    ...step,
    ordering: null,
    finds: { cell, value },
    effects: withAccesses(step.effects, { load: () => value, store: () => null }),
  };
  if (code.length === 0) return [{ ...found, guard }];
  const isThere: Statement = {
    ...step,
    role: 'forwards',
    guard,
    effects: [],
    ordering: null,
  };
  return [isThere, ...code, found];
}

/** What a step stores for certain, where that is known without reading memory. */
function storedValue({ step: { effects }, conduct }: Late): AnyExpr | null {
  const stores = effects.flatMap((effect) =>
    effect.kind === 'set' && effect.target.kind === 'shared' ? [effect.value] : [],
  );
  const [value] = stores;
  if (value === undefined || effects.some(({ kind }) => kind !== 'set')) return null;
  const isKnown = [...walk(value)].every(
    (part) => part.kind !== 'shared' && !(part.kind === 'local' && conduct.assigns.has(part.name)),
  );
  return isKnown ? value : null;
}
