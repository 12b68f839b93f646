/** Kinds of access to an element, and which of them conflict. */
import type { AnyExpr, Reference } from '../language/expression.ts';
import { printExpr } from '../language/print.ts';
import type { Effect } from '../language/statement.ts';

/** Kinds are bits, so that an element's accesses are one number. */
export const read = 1;
export const write = 2;
/** Additions of a positive constant, their old value not used: they commute with each other. */
export const increase = 4;
export const decrease = 8;

/**
 * By set of kinds: the kinds that conflict with one of them.
 *
 * Increases commute with increases, past the end of the domain too: if one of them goes too far in one order,
 * one of them does in the other.
 */
export const conflicting: readonly number[] = Array.from({ length: 16 }, (_, kinds) => {
  let against = 0;
  if ((kinds & read) !== 0) against |= write | increase | decrease;
  if ((kinds & write) !== 0) against |= read | write | increase | decrease;
  if ((kinds & increase) !== 0) against |= read | write | decrease;
  if ((kinds & decrease) !== 0) against |= read | write | increase;
  return against;
});

/** The shared cells that a step touches, and the conjuncts it may change: element `cells + k` is conjunct k. */
export interface Footprint {
  readonly elements: readonly number[];
  /** By position in `elements`. */
  readonly kinds: readonly number[];
}

/** The amount that an assignment adds to its own target, or 0 when it is no such addition. */
export function amountAdded(effect: Effect & { kind: 'set' }): number {
  const known = amounts.get(effect);
  if (known !== undefined) return known;
  const amount = addition(effect.target, effect.value);
  amounts.set(effect, amount);
  return amount;
}

/** By effect and not by expression, which may be assigned to several variables. */
const amounts = new WeakMap<Effect, number>();

function addition(target: Reference, value: AnyExpr): number {
  if (target.kind !== 'shared' || value.kind !== 'binary' || value.right.kind !== 'constant') return 0;
  if (value.operator !== '+' && value.operator !== '-') return 0;
  const amount = value.right.value;
  if (
    typeof amount !== 'number' ||
    value.left.kind !== 'shared' ||
    printExpr(value.left) !== printExpr(target)
  )
    return 0;
  return value.operator === '+' ? amount : -amount;
}
