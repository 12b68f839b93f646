/** Arithmetic in languages that compute with 32 bits: what fits, and what is refused. */
import { isArithmetic, type ArithmeticExpr, type WrapExpr } from '../language/arithmetic.ts';
import type { AnyExpr } from '../language/expression.ts';
import { intervalOf, isWithin, ofBits, type Interval } from '../language/interval.ts';
import { ModelError } from '../language/model-error.ts';
import { printExpr } from '../language/print.ts';

/** The values of bound variables by level: quantifiers and each(...) are unrolled. */
type Bound = readonly number[];

/** Whether all values of a number are in an interval in every state. */
export const staysWithin = (expr: AnyExpr, interval: Interval, bound: Bound): boolean =>
  isWithin(boundsOf(expr, bound), interval);

function boundsOf(expr: AnyExpr, bound: Bound): Interval {
  const single = (value: number) => ({ low: value, high: value });
  switch (expr.kind) {
    case 'constant':
      return single(Number(expr.value));
    case 'self':
      return { low: 0, high: expr.count - 1 };
    case 'bound':
      return single(bound[expr.binder.level]!);
    case 'shared':
    case 'local':
      return expr.domain.kind === 'range' ? expr.domain : unknown;
    case 'binary':
      return isArithmetic(expr)
        ? intervalOf(expr.operator, boundsOf(expr.left, bound), boundsOf(expr.right, bound))
        : unknown;
    case 'wrap': {
      const [inside, all] = [boundsOf(expr.operand, bound), ofBits(expr.bits, expr.signed)];
      return isWithin(inside, all) ? inside : all;
    }
    case 'conditional': {
      const [then, otherwise] = [boundsOf(expr.then, bound), boundsOf(expr.otherwise, bound)];
      return { low: Math.min(then.low, otherwise.low), high: Math.max(then.high, otherwise.high) };
    }
    case 'not':
    case 'claim':
    case 'quantifier':
    case 'ended':
      return unknown;
  }
}

const unknown: Interval = { low: -Infinity, high: Infinity };

/** The numbers of an int in C. */
export const shortNumbers = ofBits(32, true);

/** Throws  ModelError where a result may need more bits than there are, or where there may be none. */
export function checkArithmetic(expr: ArithmeticExpr, bound: Bound, language: string): void {
  const { operator, left, right } = expr;
  const refuse = (why: string): never => {
    throw new ModelError(`'${printExpr(expr)}' ${why}, and ${language} computes with 32 bits`);
  };
  const others = boundsOf(right, bound);
  const isQuotient = operator === '/' || operator === '%';
  if (isQuotient && others.low <= 0 && others.high >= 0) refuse('may divide by zero');
  if ((operator === '<<' || operator === '>>') && !isWithin(others, { low: 0, high: 31 }))
    refuse('may shift by another amount than 0 to 31');
  // A left shift of a negative number has no meaning in C.
  if (operator === '<<' && boundsOf(left, bound).low < 0) refuse('may shift a negative number');
  if (!staysWithin(expr, shortNumbers, bound)) refuse('may have a result of more than 32 bits');
}

/**
 * A wrap, given its operand as text. Bits are cut off by a mask; those of a signed number are read by flipping the sign
 * bit twice.
 */
export function wrapText(expr: WrapExpr, bound: Bound, operand: string, language: string): string {
  const { bits, signed } = expr;
  if (staysWithin(expr.operand, ofBits(bits, signed), bound)) return operand;
  if (bits === 32)
    throw new ModelError(
      `'${printExpr(expr)}' may have 32 bits without a sign, and ${language} has none such`,
    );
  const lower = `(${operand} & ${2 ** bits - 1})`;
  const sign = 2 ** (bits - 1);
  return signed ? `((${lower} ^ ${sign}) - ${sign})` : lower;
}
