/** Kinds of access to an element, and which of them conflict. */
import type { AnyExpr, Reference } from '../../language/expression.ts';
import { printExpr } from '../../language/print.ts';
import type { Effect } from '../../language/statement.ts';
import type { ValueSet } from './value-set.ts';

/** Kinds are bits, so that an element's accesses are one number. */
export const read = 1;
export const write = 2;
/** Additions of 1 and -1, their old value not used: they commute with each other. */
export const increase = 4;
export const decrease = 8;
/** The kinds that change a value. */
export const changing = write | increase | decrease;
/**
 * A comparison with the same result for all values that the cell may have: in a future those that the analysis finds,
 * in a step those of `Footprint.steady`.
 */
export const test = 16;
/** An access whose result may differ if the cell were one more, or one less. */
export const mindsIncrease = 32;
export const mindsDecrease = 64;
export const minding = mindsIncrease | mindsDecrease;

/**
 * By set of kinds of a step: the kinds in a future that conflict with one of them. A test of a step is left to `steady`.
 *
 * Increases commute with increases, past the end of the domain too: if one of them goes too far in one order,
 * one of them does in the other. A decrease that may go too far minds increases, and the other way round.
 */
export const conflicting: readonly number[] = Array.from({ length: 128 }, (_, kinds) => {
  let against = 0;
  if ((kinds & read) !== 0) against |= write | increase | decrease;
  if ((kinds & write) !== 0) against |= read | write | increase | decrease | test;
  if ((kinds & increase) !== 0) against |= read | write | mindsIncrease;
  if ((kinds & decrease) !== 0) against |= read | write | mindsDecrease;
  if ((kinds & mindsIncrease) !== 0) against |= increase;
  if ((kinds & mindsDecrease) !== 0) against |= decrease;
  return against;
});

/** The shared cells that a step touches, and the conjuncts it may mend: element `cells + k` is conjunct k. */
export interface Footprint {
  readonly elements: readonly number[];
  /** By position in `elements`. */
  readonly kinds: readonly number[];
  /** The values of a counter with which the step does the same, where it tests or changes one. */
  readonly steady: { readonly cell: number; readonly values: ValueSet } | null;
  /** The value of a cell that the step only sets, to the same in all its outcomes; null where there is no one such cell. */
  readonly constant: { readonly cell: number; readonly value: number } | null;
}

/** 1 or -1 where an assignment adds that to its own target and uses the old value for nothing else, or 0. */
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
    (amount !== 1 && amount !== -1) ||
    value.left.kind !== 'shared' ||
    printExpr(value.left) !== printExpr(target)
  )
    return 0;
  return value.operator === '+' ? amount : -amount;
}
