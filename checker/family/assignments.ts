/** What threads assign to variables: sums, and the numbers in them. */
import { effectsIn } from '../program/code-walk.ts';
import type { ThreadTable } from '../program/transition-system.ts';
import { isArithmetic } from '../language/arithmetic.ts';
import { walk, type AnyExpr, type Reference } from '../language/expression.ts';
import type { Effect } from '../language/statement.ts';

export const keyOf = (reference: Reference): string =>
  reference.kind === 'shared' ? reference.name : `${reference.thread}.${reference.name}`;

/** The assignments in the threads. */
export const setsIn = (threads: readonly ThreadTable[]): readonly (Effect & { readonly kind: 'set' })[] =>
  threads
    .flatMap(({ entry, locations }) => [entry, ...locations.flat().map(({ code }) => code)])
    .flatMap((code) => [...effectsIn(code)])
    .filter((effect) => effect.kind === 'set');

export const isVariable = (expr: AnyExpr): expr is AnyExpr & Reference =>
  expr.kind === 'shared' || expr.kind === 'local';

/** Whether an assignment adds to a number: it reads the variable itself, or a local into which the thread has read it. */
export function isAddedTo(
  target: Reference,
  value: AnyExpr,
  sets: readonly (Effect & { readonly kind: 'set' })[],
): boolean {
  const isSum = [...walk(value)].every(
    (part) => part.kind !== 'binary' || part.operator === '+' || part.operator === '-' || !isArithmetic(part),
  );
  if (!isSum) return false;
  const reads = (parts: Iterable<AnyExpr>, keys: ReadonlySet<string>) =>
    [...parts].some((part) => isVariable(part) && keys.has(keyOf(part)));
  const itself = new Set([keyOf(target)]);
  if (reads(walk(value), itself)) return true;
  const isPointer = target.domain.kind === 'range' && target.domain.names !== undefined;
  return !isPointer && reads(termsOf(value), closureOf(itself, sets));
}

/** The variables that hold one of these, or a sum with it, after some assignments; only locals are added. */
function closureOf(
  keys: ReadonlySet<string>,
  sets: readonly (Effect & { readonly kind: 'set' })[],
): ReadonlySet<string> {
  const all = new Set(keys);
  for (let before = -1; before < all.size;) {
    before = all.size;
    for (const { target, value } of sets)
      if (target.kind === 'local' && termsOf(value).some((part) => isVariable(part) && all.has(keyOf(part))))
        all.add(keyOf(target));
  }
  return all;
}

/** The terms of a sum, also where it is one of several values or wraps. */
function termsOf(expr: AnyExpr): readonly AnyExpr[] {
  switch (expr.kind) {
    case 'wrap':
      return termsOf(expr.operand);
    case 'conditional':
      return [...termsOf(expr.then), ...termsOf(expr.otherwise)];
    case 'binary':
      return expr.operator === '+' || expr.operator === '-'
        ? [...termsOf(expr.left), ...termsOf(expr.right)]
        : [expr];
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
    case 'not':
    case 'quantifier':
    case 'ended':
    case 'claim':
      return [expr];
  }
}

/** The largest number in the assignments of these threads to a variable, at least 1. */
export function unitOf(threads: readonly ThreadTable[], key: string): number {
  const numbers = setsIn(threads)
    .filter(({ target }) => keyOf(target) === key)
    .flatMap(({ value }) => [...walk(value)])
    .flatMap((part) =>
      part.kind === 'constant' && typeof part.value === 'number' ? [Math.abs(part.value)] : [],
    );
  return Math.max(1, ...numbers);
}
