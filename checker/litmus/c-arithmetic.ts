/** C arithmetic on numbers of known width. Values of more than 53 bits are errors. */
import type { BinaryOperator } from '../language/expression.ts';
import { LitmusError, type CType, type UnaryOperator } from './litmus-test.ts';

export const int: CType = { bits: 32, isSigned: true };

/** The type of pointers and of undeclared locations. */
export const wide: CType = { bits: 64, isSigned: true };

/** The common type of two operands: C's usual arithmetic conversions. */
export function commonType(left: CType, right: CType): CType {
  const bits = Math.max(32, left.bits, right.bits) as CType['bits'];
  const isUnsigned = [left, right].some((type) => !type.isSigned && type.bits === bits);
  return { bits, isSigned: !isUnsigned };
}

export const isSameType = (one: CType, other: CType): boolean =>
  one.bits === other.bits && one.isSigned === other.isSigned;

/** A number converted to a type. Throws  LitmusError for more than 53 bits. */
export function wrapped(value: number, type: CType): number {
  if (type.bits === 32) return type.isSigned ? value | 0 : value >>> 0;
  if (type.bits === 64 && Number.isSafeInteger(value) && (type.isSigned || value >= 0)) return value;
  return narrow(BigInt(value), type);
}

function narrow(value: bigint, { bits, isSigned }: CType): number {
  const result = Number(isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
  if (Number.isSafeInteger(result)) return result;
  throw new LitmusError(1, `a value is ${result}: numbers of more than 53 bits are not supported`);
}

export function unaryOn(operator: UnaryOperator, operand: number, type: CType): number {
  switch (operator) {
    case '!':
      return Number(operand === 0);
    case '-':
      return wrapped(-operand, type) + 0;
    case '~':
      return narrow(~BigInt(operand), type);
  }
}

/** The operands already have the type. Null for a division by zero. */
export function binaryOn(operator: BinaryOperator, left: number, right: number, type: CType): number | null {
  switch (operator) {
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '&&':
      return Number(left !== 0 && right !== 0);
    case '||':
      return Number(left !== 0 || right !== 0);
    case '+':
      return narrow(BigInt(left) + BigInt(right), type);
    case '-':
      return narrow(BigInt(left) - BigInt(right), type);
    case '*':
      return narrow(BigInt(left) * BigInt(right), type);
    case '/':
      return right === 0 ? null : narrow(BigInt(left) / BigInt(right), type);
    case '%':
      return right === 0 ? null : narrow(BigInt(left) % BigInt(right), type);
    case '&':
      return narrow(BigInt(left) & BigInt(right), type);
    case '|':
      return narrow(BigInt(left) | BigInt(right), type);
    case '^':
      return narrow(BigInt(left) ^ BigInt(right), type);
    case '<<':
      return narrow(BigInt(left) << BigInt.asUintN(6, BigInt(right)), type);
    case '>>':
      return narrow(BigInt(left) >> BigInt.asUintN(6, BigInt(right)), type);
  }
}
