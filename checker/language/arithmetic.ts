/** Arithmetic on integers: results are exact, and what has no exact result is a mistake of the author. */
import { isArithmeticOperator, type AnyExpr, type ArithmeticOperator } from './expression.ts';
import { ModelError } from './model-error.ts';
import { printExpr } from './print.ts';

/** Results lie between -(2^53 - 1) and 2^53 - 1. */
export const mostResult = Number.MAX_SAFE_INTEGER;
/** Amounts of shifts lie between 0 and 63. */
export const mostShift = 63;

export type ArithmeticExpr = AnyExpr & { readonly kind: 'binary'; readonly operator: ArithmeticOperator };
export type WrapExpr = AnyExpr & { readonly kind: 'wrap' };

export const isArithmetic = (expr: AnyExpr): expr is ArithmeticExpr =>
  expr.kind === 'binary' && isArithmeticOperator(expr.operator);

/** The lowest bits of these results depend on nothing but the lowest bits of the operands. */
export const isModular = ({ operator }: ArithmeticExpr): boolean =>
  operator === '+' || operator === '-' || operator === '*' || operator === '<<';

/** The operand of a wrap whose result may have any length, or null. */
export const modularOperand = ({ operand }: WrapExpr): ArithmeticExpr | null =>
  isArithmetic(operand) && isModular(operand) ? operand : null;

/** The result, null where there is none: a division by zero, a shift by no amount, a result of more than 53 bits. */
export function resultOf(operator: ArithmeticOperator, left: number, right: number): number | null {
  const result = rounded(operator, left, right);
  return result !== null && Math.abs(result) <= mostResult ? result : null;
}

/** The result, rounded where it has more than 53 bits. */
function rounded(operator: ArithmeticOperator, left: number, right: number): number | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      // Adding 0 turns -0 into 0.
      return left * right + 0;
    case '/':
      return right === 0 ? null : (left - (left % right)) / right + 0;
    case '%':
      return right === 0 ? null : (left % right) + 0;
    case '&':
      return areShort(left, right) ? left & right : Number(BigInt(left) & BigInt(right));
    case '|':
      return areShort(left, right) ? left | right : Number(BigInt(left) | BigInt(right));
    case '^':
      return areShort(left, right) ? left ^ right : Number(BigInt(left) ^ BigInt(right));
    case '<<':
      return isAmount(right) ? left * 2 ** right : null;
    case '>>':
      return isAmount(right) ? Math.floor(left / 2 ** right) : null;
  }
}

const areShort = (left: number, right: number) => (left | 0) === left && (right | 0) === right;
const isAmount = (amount: number) => amount >= 0 && amount <= mostShift;

/**
 * The result of an operation on these operands; `expr` is the operation, for the message.
 *
 * Throws  ModelError where there is none.
 */
export function calculate(operator: ArithmeticOperator, left: number, right: number, expr: AnyExpr): number {
  const result = resultOf(operator, left, right);
  if (result !== null) return result;
  if (expr.kind === 'binary' && expr.fault !== undefined) throw new ModelError(expr.fault);
  const fault =
    (operator === '/' || operator === '%') && right === 0
      ? 'divides by zero'
      : (operator === '<<' || operator === '>>') && !isAmount(right)
        ? `shifts by ${right}: amounts are 0 to ${mostShift}`
        : `has a result of more than 53 bits, from ${left} and ${right}`;
  throw new ModelError(`'${printExpr(expr)}' ${fault}`);
}

/**
 * The value of a wrap: its operand modulo 2^bits. A sum, a difference, a product or a left shift may have any length.
 *
 * Throws  ModelError where the operand has no value.
 */
export function wrapped(expr: WrapExpr, value: (part: AnyExpr) => number): number {
  const operand = modularOperand(expr);
  if (operand === null) return lowestBits(value(expr.operand), expr);
  const [left, right] = [value(operand.left), value(operand.right)];
  const result = rounded(operand.operator, left, right);
  if (result === null) return calculate(operand.operator, left, right, operand);
  if (Math.abs(result) <= mostResult) return lowestBits(result, expr);
  const { bits, signed } = expr;
  const exact = longResult(operand.operator, BigInt(left), BigInt(right));
  return Number(signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact));
}

/** The number modulo 2^bits, from 0 on or around 0. */
export function lowestBits(
  number: number,
  { bits, signed }: { readonly bits: number; readonly signed: boolean },
): number {
  const size = 2 ** bits;
  const rest = number - Math.floor(number / size) * size;
  return signed && rest >= size / 2 ? rest - size : rest;
}

function longResult(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  if (operator === '*') return left * right;
  if (operator === '<<') return left << right;
  return operator === '+' ? left + right : left - right;
}
