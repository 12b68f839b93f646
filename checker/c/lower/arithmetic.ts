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
import {
  both,
  compared,
  constant,
  either,
  intervalOf,
  isConstant,
  negated,
  numberOf,
  type CValue,
} from './value.ts';

type NumberValue = CValue & { readonly kind: 'number' };
type NumberType = Exclude<ScalarType, PointerType>;

/** A number as a value of C. */
export const integer = (value: bigint, type: NumberType): NumberValue => ({
  kind: 'number',
  type,
  expr: type.kind === 'bool' ? constant(value !== 0n) : (known(value) ?? noNumber),
});

const known = (value: bigint): AnyExpr | null => {
  const number = standingFor(value);
  return number === null ? null : constant(number);
};

/** A fault: the language has no number for a constant. */
const noNumber: AnyExpr = { kind: 'binary', operator: '<<', left: constant(1), right: constant(63) };

/**
 * The number that stands for a value of C, null where the language has none.
 *
 * An unsigned value of 64 bits is one of two numbers that differ by 2^64: the one nearer to 0 stands for it. Sums,
 * differences, products, bit operations, conversions and tests for equality are the same for both; see docs/soundness/c.md.
 */
export function standingFor(value: bigint): number | null {
  const nearest = Number(BigInt.asIntN(64, value));
  return Number.isSafeInteger(nearest) ? nearest : null;
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

/** The constant that the value is; null: it is none. */
export const constantValue = ({ expr, type }: NumberValue): Constant | null =>
  expr.kind === 'constant' ? converted({ value: BigInt(Number(expr.value)), type }, type) : null;

/** The number modulo the type's size, where it may lie outside. */
function fitted(expr: AnyExpr, { bits, signed }: IntegerType): AnyExpr {
  const [least, most] = intervalOf(expr);
  const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  if (least >= low && most <= high) return expr;
  // Of 64 bits the language has the numbers from -2^53 to 2^53; every other result is a fault.
  if (bits === 64) return expr;
  return { kind: 'wrap', operand: expr, bits, signed };
}

const isWide = ({ bits, signed }: IntegerType): boolean => bits === 64 && !signed;

/** Whether a number that stands for an unsigned one of 64 bits may stand for one of 2^63 or more. */
const mayBeHuge = (expr: AnyExpr): boolean => intervalOf(expr)[0] < 0;

const isHuge = (expr: AnyExpr): AnyExpr =>
  mayBeHuge(expr) ? compared('<', expr, constant(0)) : constant(false);

/** A comparison of unsigned numbers of 64 bits: those below 0 stand for the greater ones. */
function comparedWide(operator: ComparisonOperator, left: AnyExpr, right: AnyExpr): AnyExpr {
  const plain = compared(operator, left, right);
  if (operator === '==' || operator === '!=' || !(mayBeHuge(left) || mayBeHuge(right))) return plain;
  const isLess = operator === '<' || operator === '<=';
  const [lesser, greater] = isLess ? [left, right] : [right, left];
  const [leftHuge, rightHuge] = [isHuge(lesser), isHuge(greater)];
  const alike = either(both(leftHuge, rightHuge), both(negated(leftHuge), negated(rightHuge)));
  return either(both(alike, plain), both(negated(leftHuge), rightHuge));
}

/** A shift to the right of an unsigned number of 64 bits: what stands for a huge one has 2^64 more. */
function shiftedWide(left: AnyExpr, amount: AnyExpr): AnyExpr {
  const shifted = binaryOf('>>', left, amount);
  if (!mayBeHuge(left)) return shifted;
  const more = binaryOf('<<', constant(1), binaryOf('-', constant(64), amount));
  const huge: AnyExpr = {
    kind: 'conditional',
    condition: compared('==', amount, constant(0)),
    then: left,
    otherwise: binaryOf('+', shifted, more),
  };
  return { kind: 'conditional', condition: isHuge(left), then: huge, otherwise: shifted };
}

/** An operand of a division; a fault where it is 2^63 or more. */
const divisible = (expr: AnyExpr): AnyExpr =>
  mayBeHuge(expr) ? { kind: 'conditional', condition: isHuge(expr), then: noNumber, otherwise: expr } : expr;

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
      // ~x is -x - 1.
      return {
        kind: 'number',
        type,
        expr: fitted(binaryOf('-', binaryOf('-', constant(0), expr), constant(1)), type),
      };
  }
}

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
  const [a, b] = [convert(left, type), isShift ? right : convert(right, type)].map(numberOf) as [
    AnyExpr,
    AnyExpr,
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
  // Signed overflow is undefined in C; the kernel compiles it with wrap-around.
  return { kind: 'number', type, expr: fitted(simplified(operation(operator, a, b, type)), type) };
}

function operation(operator: BinaryOperator, left: AnyExpr, right: AnyExpr, type: IntegerType): AnyExpr {
  if (isWide(type) && operator === '>>') return shiftedWide(left, right);
  if (isWide(type) && (operator === '/' || operator === '%'))
    return binaryOf(operator, divisible(left), divisible(right));
  return binaryOf(operator, left, right);
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
  const [x, y] = [numberOf(convert(a, type)), numberOf(convert(b, type))];
  return truthValue(isWide(type) ? comparedWide(operator, x, y) : compared(operator, x, y));
}

function equality(operator: '==' | '!=', left: AnyExpr, right: AnyExpr): AnyExpr {
  const known = left.kind === 'constant' ? left : right.kind === 'constant' ? right : null;
  if (known === null) return { kind: 'binary', operator, left, right };
  const other = known === left ? right : left;
  return (known.value === true) === (operator === '==') ? other : negated(other);
}
