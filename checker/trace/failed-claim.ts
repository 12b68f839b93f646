/** The harm of a violation in one sentence: the author's sentence about the claim that is false. */
import { printValue } from '../language/domain.ts';
import { printExpr } from '../language/print.ts';
import type { AnyExpr, Sentence } from '../language/expression.ts';
import { evaluate, isTrue, withBound, type EvaluationContext } from '../interpreter/evaluate.ts';

/** The number that a trace gives to the CPU of a copy of a thread. */
export type CpuNumber = (thread: string, replica: number) => number;

/** The sentence of the innermost false claim of a condition, or null when the condition is true. */
export function failedClaimOf(
  condition: AnyExpr,
  place: EvaluationContext,
  cpuNumber: CpuNumber,
): string | null {
  if (isTrue(condition, place)) return null;
  return innermost(condition, place, cpuNumber) ?? `not: ${printExpr(condition)}`;
}

function innermost(expr: AnyExpr, place: EvaluationContext, cpuNumber: CpuNumber): string | null {
  if (isTrue(expr, place)) return null;
  switch (expr.kind) {
    case 'claim':
      return innermost(expr.operand, place, cpuNumber) ?? sentenceOf(expr.harm, place, cpuNumber);
    case 'binary':
      // As in C, what stands behind a false && is not evaluated: it may read outside of an array.
      return innermostOf(
        expr.operator === '&&' && !isTrue(expr.left, place) ? [expr.left] : [expr.left, expr.right],
        place,
        cpuNumber,
      );
    case 'quantifier': {
      const { level, low, high } = expr.binder;
      const instances = Array.from({ length: high - low + 1 }, (_, at) => withBound(place, level, low + at));
      return (
        instances
          .map((instance) => innermost(expr.body, instance, cpuNumber))
          .find((sentence) => sentence !== null) ?? null
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
    case 'wrap':
      return null;
  }
}

/**
 * The author's sentence with its values. The index of a copy of a thread becomes the number of its CPU in the columns of
 * a trace; behind `[` it stays the index.
 */
const sentenceOf = (sentence: Sentence, place: EvaluationContext, cpuNumber: CpuNumber): string =>
  sentence
    .map((part, at) => {
      if (typeof part === 'string') return part;
      const value = evaluate(part, place);
      const thread = part.kind === 'bound' ? part.binder.thread : null;
      const before = sentence[at - 1];
      const isIndex = typeof before === 'string' && before.endsWith('[');
      if (thread !== null && !isIndex) return String(cpuNumber(thread, Number(value)));
      const isCell = part.kind === 'shared' || part.kind === 'local';
      return isCell ? printValue(part.domain, value) : String(value);
    })
    .join('');

/** Only conditions have claims in them; comparisons and sums have none. */
const innermostOf = (parts: readonly AnyExpr[], place: EvaluationContext, cpuNumber: CpuNumber) =>
  parts
    .map((part) => (isCondition(part) ? innermost(part, place, cpuNumber) : null))
    .find((sentence) => sentence !== null) ?? null;

const isCondition = ({ kind }: AnyExpr) => kind === 'claim' || kind === 'binary' || kind === 'quantifier';
