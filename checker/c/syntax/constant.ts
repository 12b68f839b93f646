/** Constant expressions. */
import { applied } from './directive-value.ts';
import type { Expression } from './syntax.ts';
import { commonType, intType, isArithmetic, printType, promoted, type Type } from './types.ts';

/** A value with its C type. */
export interface Constant {
  readonly value: bigint;
  readonly type: Type;
}

/** The constant that a name stands for: an enumerator or an option; null: none. */
export type ConstantOf = (name: string) => Constant | null;

/** Functions of one argument that are that argument. */
export const transparent: ReadonlySet<string> = new Set([
  ...['likely', 'unlikely', 'IS_ENABLED', 'data_race', '__builtin_expect', 'READ_ONCE_NOCHECK'],
]);

/** Those of them that are 1 where the argument is not 0. */
export const truths: ReadonlySet<string> = new Set(['likely', 'unlikely']);

/** The value of an integer constant expression; null: it is none. */
export function constantOf(expression: Expression, named: ConstantOf): Constant | null {
  const of = (part: Expression) => constantOf(part, named);
  const { kind } = expression;
  if (kind === 'integer') return expression;
  if (kind === 'name') return named(expression.name);
  if (kind === 'unary') {
    const operand = of(expression.operand);
    return operand === null ? null : unaryConstant(expression.operator, operand);
  }
  if (kind === 'binary') {
    const left = of(expression.left);
    const { operator } = expression;
    // A side that decides alone needs no constant on the other.
    if (left !== null && operator === '&&' && left.value === 0n) return truth(false);
    if (left !== null && operator === '||' && left.value !== 0n) return truth(true);
    const right = of(expression.right);
    return left === null || right === null ? null : binaryConstant(operator, left, right);
  }
  if (kind === 'conditional') {
    const condition = of(expression.condition);
    if (condition === null) return null;
    const [then, otherwise] = [
      expression.then === null ? condition : of(expression.then),
      of(expression.otherwise),
    ];
    const taken = condition.value === 0n ? otherwise : then;
    // The arm that is not taken decides on the type too.
    if (then === null || otherwise === null || taken === null) return null;
    if (!isArithmetic(then.type) || !isArithmetic(otherwise.type)) return taken;
    return converted(taken, commonType(then.type, otherwise.type));
  }
  if (kind === 'cast') {
    const operand = of(expression.operand);
    return operand === null || !isArithmetic(expression.type) ? null : converted(operand, expression.type);
  }
  if (kind !== 'call') return null;
  const [argument] = expression.arguments;
  if (argument === undefined || !transparent.has(expression.name)) return null;
  const value = of(argument);
  return value !== null && truths.has(expression.name) ? truth(value.value !== 0n) : value;
}

const truth = (is: boolean): Constant => ({ value: BigInt(is), type: intType });

export function unaryConstant(operator: string, operand: Constant): Constant | null {
  const type = promoted(operand.type);
  switch (operator) {
    case '!':
      return truth(operand.value === 0n);
    case '-':
      return converted({ value: -operand.value, type }, type);
    case '~':
      return converted({ value: ~operand.value, type }, type);
    case '+':
      return converted(operand, type);
    default:
      return null;
  }
}

const comparisons: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=', '&&', '||']);

/** The result of a binary operator, with C's conversions; null: undefined behaviour. */
export function binaryConstant(operator: string, left: Constant, right: Constant): Constant | null {
  const isShift = operator === '<<' || operator === '>>';
  const type = isShift ? promoted(left.type) : commonType(left.type, right.type);
  const [a, b] = [converted(left, type).value, isShift ? right.value : converted(right, type).value];
  if (isShift && (b < 0n || b >= BigInt(type.bits))) return null;
  if (operator === '&&' || operator === '||') return truth(applied(operator, left.value, right.value) === 1n);
  const value = applied(operator, a, b);
  if (value === null) return null;
  return comparisons.has(operator) ? { value, type: intType } : converted({ value, type }, type);
}

/** The constant converted to an arithmetic type, as C does. */
export function converted({ value }: Constant, type: Type): Constant {
  if (type.kind === 'bool') return { value: BigInt(value !== 0n), type };
  if (type.kind === 'enum') return { value: BigInt.asIntN(32, value), type };
  if (type.kind !== 'integer') throw new Error(`no constant of type ${printType(type)}`);
  return {
    value: type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value),
    type,
  };
}
