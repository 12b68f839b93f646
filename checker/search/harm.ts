/** The harm of a violation in one sentence: what the author said about the claim that is false. */
import { printExpr, tell } from '../language/print.ts';
import type { AnyExpr } from '../language/expression.ts';
import type { Place } from '../state/evaluate.ts';
import { evaluate, isTrue, withBound } from '../state/evaluate.ts';

/** The sentence of the innermost false claim of a condition, or null when the condition is true. */
export function harmOf(condition: AnyExpr, place: Place): string | null {
  if (isTrue(condition, place)) return null;
  return innermost(condition, place) ?? `not: ${printExpr(condition)}`;
}

function innermost(expr: AnyExpr, place: Place): string | null {
  if (isTrue(expr, place)) return null;
  switch (expr.kind) {
    case 'claim':
      return innermost(expr.operand, place) ?? tell(expr.harm, (part) => evaluate(part, place));
    case 'binary':
      // As in C, what stands behind a false && is not evaluated: it may read outside of an array.
      return innermostOf(
        expr.operator === '&&' && !isTrue(expr.left, place) ? [expr.left] : [expr.left, expr.right],
        place,
      );
    case 'quantifier': {
      const { level, low, high } = expr.binder;
      const instances = Array.from({ length: high - low + 1 }, (_, at) => withBound(place, level, low + at));
      return (
        instances.map((instance) => innermost(expr.body, instance)).find((sentence) => sentence !== null) ??
        null
      );
    }
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
    case 'not':
    case 'conditional':
    case 'ended':
      return null;
  }
}

/** Only conditions have claims in them; comparisons and sums have none. */
const innermostOf = (parts: readonly AnyExpr[], place: Place) =>
  parts
    .map((part) => (isCondition(part) ? innermost(part, place) : null))
    .find((sentence) => sentence !== null) ?? null;

const isCondition = ({ kind }: AnyExpr) => kind === 'claim' || kind === 'binary' || kind === 'quantifier';
