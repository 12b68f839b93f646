/** C's conversions and operators on values, as expressions of the language. */
import {
  isComparisonOperator,
  type AnyExpr,
  type BinaryOperator,
  type ComparisonOperator,
} from '../../language/expression.ts';
import { binaryConstant, converted, unaryConstant, type Constant } from '../syntax/constant.ts';
import { nullPointer } from '../memory.ts';
import {
  boolType,
  commonType,
  promoted,
  type IntegerType,
  type PointerType,
  type ScalarType,
} from '../syntax/types.ts';
import { compared, constant, intervalOf, isConstant, negated, numberOf, type CValue } from './value.ts';

type NumberValue = CValue & { readonly kind: 'number' };
type NumberType = Exclude<ScalarType, PointerType>;

/** A number as a value of C. */
export const integer = (value: bigint, type: NumberType): NumberValue => ({
  kind: 'number',
  type,
  expr: type.kind === 'bool' ? constant(value !== 0n) : constantOf(value),
});

/** A number that the language does not have is a fault where it is used, but as the mask of an `&`. */
function constantOf(value: bigint): AnyExpr {
  if (Number.isSafeInteger(Number(value))) return constant(Number(value));
  const signed = Number(BigInt.asIntN(64, value));
  return Number.isSafeInteger(signed) && signed < 0 ? notNegative(constant(signed)) : noNumber(constant(-1));
}

/** Booleans of C are numbers; those of the language are not. */
export const truthValue = (expr: AnyExpr): NumberValue => ({ kind: 'number', type: boolType, expr });

/** The condition that the value is not 0, or not NULL. */
export function truthOf(value: CValue): AnyExpr {
  switch (value.kind) {
    case 'number':
      return value.type.kind === 'bool' ? value.expr : truthOfNumber(value.expr);
    case 'pointer':
      return compared('!=', value.expr, constant(nullPointer));
    case 'address':
    case 'function':
      return constant(true);
    case 'struct':
    case 'void':
      throw new Error(`a ${value.kind} is no condition`);
  }
}

/** `b ? 1 : 0` is true where b is. */
function truthOfNumber(expr: AnyExpr): AnyExpr {
  if (expr.kind === 'conditional' && isConstant(expr.then, 1) && isConstant(expr.otherwise, 0))
    return expr.condition;
  return compared('!=', expr, constant(0));
}

/** The number converted to a type, with C's wrap-around. */
export function convert(value: NumberValue, type: NumberType): NumberValue {
  if (type.kind === 'bool') return { kind: 'number', type, expr: truthOf(value) };
  const number = numberOf(value);
  const known = constantValue({ ...value, expr: number });
  if (known !== null) return integer(converted(known, type).value, type);
  return { kind: 'number', type, expr: type.kind === 'enum' ? number : fitted(number, type) };
}

const constantValue = ({ expr, type }: NumberValue): Constant | null =>
  expr.kind === 'constant' ? { value: BigInt(Number(expr.value)), type } : null;

/** The number modulo the type's size, where it may lie outside. */
function fitted(expr: AnyExpr, { bits, signed }: IntegerType): AnyExpr {
  const [least, most] = intervalOf(expr);
  const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  if (least >= low && most <= high) return expr;
  if (bits === 64) return signed || least >= 0 ? expr : notNegative(expr);
  return { kind: 'wrap', operand: expr, bits, signed };
}

/**
 * An unsigned number of 64 bits: racewalk computes it exactly up to 2^53, and a result below 0 is a fault, because its
 * wrap-around has no number.
 */
const notNegative = (expr: AnyExpr): AnyExpr => ({
  kind: 'conditional',
  condition: compared('>=', expr, constant(0)),
  then: expr,
  otherwise: noNumber(expr),
});

/** A fault: a shift by a negative amount. */
const noNumber = (expr: AnyExpr): AnyExpr => ({
  kind: 'binary',
  operator: '<<',
  left: constant(1),
  right: expr,
});

export function unary(operator: '-' | '+' | '~', operand: NumberValue): NumberValue | null {
  const type = promoted(operand.type);
  const expr = numberOf(operand);
  const known = constantValue({ ...operand, expr });
  if (known !== null) {
    const result = unaryConstant(operator, known);
    return result === null ? null : integer(result.value, type);
  }
  switch (operator) {
    case '+':
      return convert(operand, type);
    case '-':
      return convert({ kind: 'number', type, expr: binaryOf('-', constant(0), expr) }, type);
    case '~':
      // ~x is -x - 1; of 64 unsigned bits it is only an operand of &, which takes it as it is.
      return {
        kind: 'number',
        type,
        expr: keptBits(binaryOf('-', binaryOf('-', constant(0), expr), constant(1)), type),
      };
  }
}

const keptBits = (expr: AnyExpr, type: IntegerType): AnyExpr =>
  type.bits === 64 ? expr : fitted(expr, type);

const binaryOf = (operator: BinaryOperator, left: AnyExpr, right: AnyExpr): AnyExpr => ({
  kind: 'binary',
  operator,
  left,
  right,
});

/** An arithmetic operator or comparison; null: undefined behaviour in a constant. */
export function binary(operator: BinaryOperator, left: NumberValue, right: NumberValue): NumberValue | null {
  if (isComparisonOperator(operator)) return comparison(operator, left, right);
  const isShift = operator === '<<' || operator === '>>';
  const type = isShift ? promoted(left.type) : commonType(left.type, right.type);
  const [a, b] = [
    operandOf(left, type, operator),
    isShift ? numberOf(right) : operandOf(right, type, operator),
  ];
  const constants = [
    constantValue({ ...left, expr: a, type }),
    constantValue({ ...right, expr: b, type }),
  ] as const;
  if (constants[0] !== null && constants[1] !== null) {
    const known = binaryConstant(operator, constants[0], constants[1]);
    return known === null ? null : integer(known.value, type);
  }
  if (operator === '&&' || operator === '||') throw new Error('short circuits are control flow');
  const expr = binaryOf(operator, a, b);
  // Signed overflow is undefined in C; the kernel compiles it with wrap-around.
  return { kind: 'number', type, expr: fitted(simplified(expr), type) };
}

/** Bit operations on 64 unsigned bits take the two's complement of a mask such as ~FLAG as it is. */
function operandOf(value: NumberValue, type: IntegerType, operator: BinaryOperator): AnyExpr {
  const isMask = operator === '&' && type.bits === 64;
  if (!isMask) return numberOf(convert(value, type));
  const { expr } = value;
  return expr.kind === 'conditional' && expr.then.kind === 'constant' && Number(expr.then.value) < 0
    ? expr.then
    : numberOf(value);
}

function simplified(expr: AnyExpr): AnyExpr {
  if (expr.kind !== 'binary') return expr;
  const { operator, left, right } = expr;
  if ((operator === '+' || operator === '|' || operator === '^') && isConstant(left, 0)) return right;
  if (['+', '-', '|', '^', '<<', '>>'].includes(operator) && isConstant(right, 0)) return left;
  if ((operator === '*' || operator === '/') && isConstant(right, 1)) return left;
  return expr;
}

function comparison(operator: ComparisonOperator, left: NumberValue, right: NumberValue): NumberValue {
  const [a, b] = [left, right];
  // `flag == true` compares booleans.
  if (a.type.kind === 'bool' && b.type.kind === 'bool' && (operator === '==' || operator === '!='))
    return truthValue(equality(operator, a.expr, b.expr));
  const type = commonType(a.type, b.type);
  return truthValue(compared(operator, numberOf(convert(a, type)), numberOf(convert(b, type))));
}

function equality(operator: '==' | '!=', left: AnyExpr, right: AnyExpr): AnyExpr {
  const known = left.kind === 'constant' ? left : right.kind === 'constant' ? right : null;
  if (known === null) return { kind: 'binary', operator, left, right };
  const other = known === left ? right : left;
  return (known.value === true) === (operator === '==') ? other : negated(other);
}
