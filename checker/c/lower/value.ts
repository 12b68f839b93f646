/** Values of C expressions as expressions of the language, and places in memory. */
import type { AnyDomain } from '../../language/domain.ts';
import { isArithmeticOperator, type AnyExpr, type ComparisonOperator } from '../../language/expression.ts';
import { intervalOf as intervalOfOperator, limited } from '../../language/interval.ts';
import type { Effect } from '../../language/statement.ts';
import type { Overlay, SharedCell, View } from '../overlay.ts';
import type { PointerType, ScalarType, StructType, Type } from '../syntax/types.ts';

/** A place in memory: an object, or a cell of it. */
export interface Lvalue {
  readonly type: Type;
  /** Shared memory, or a variable of the running thread. */
  readonly root: 'shared' | 'local';
  /** The name of the array of cells, or its beginning. */
  readonly prefix: string;
  /** The number of the object in that array; null: there is only one. */
  readonly index: AnyExpr | null;
  /** How many objects the array has. */
  readonly length: number;
  /** What must be true before it is accessed. */
  readonly checks: readonly Check[];
  /** It shares its cell with other members. */
  readonly view?: View;
  /** The cell that it shares. */
  readonly shared?: SharedCell;
  /** The struct around it whose members share cells. */
  readonly within?: Within;
  /** It is a variable of the proof, to which no pointer points. */
  readonly isGhost?: true;
  /** It is what a pointer points to, which is this number. */
  readonly pointer?: AnyExpr;
  /** It is part of a lock or the like, whose first value racewalk does not ask for. */
  readonly isKernels?: true;
  /** The array that it is an element of; without one, it is an object of its own. */
  readonly array?: Elements;
}

/** The place without what it shares with others. */
export function alone(lvalue: Lvalue): Lvalue {
  const own: { -readonly [K in keyof Lvalue]: Lvalue[K] } = { ...lvalue };
  delete own.view;
  delete own.shared;
  delete own.within;
  delete own.pointer;
  return own;
}

/** The place, which another number than that of its pointer names. */
export function withoutPointer(lvalue: Lvalue): Lvalue {
  const own: { -readonly [K in keyof Lvalue]: Lvalue[K] } = { ...lvalue };
  delete own.pointer;
  return own;
}

/** A struct whose members share cells: its name, and the way to a member of it. */
export interface Within {
  readonly overlay: Overlay;
  readonly prefix: string;
  readonly path: string;
}

/** The elements of an array among the objects of an array of cells. */
export interface Elements {
  readonly first: AnyExpr;
  readonly count: number;
  /** What must be true before any of them is accessed. */
  readonly checks: readonly Check[];
}

/** A condition for an access, such as that the pointer is not NULL. */
export interface Check {
  readonly claim: string;
  readonly condition: AnyExpr;
  /** It says which object is accessed, and not in which state the object is. */
  readonly isBound?: true;
  /** It says that the object is allocated. */
  readonly isLife?: true;
}

export type CValue =
  /** An integer; a boolean expression if `type` is bool. */
  | { readonly kind: 'number'; readonly type: Exclude<ScalarType, PointerType>; readonly expr: AnyExpr }
  /** The number of an object. */
  | {
      readonly kind: 'pointer';
      readonly type: PointerType;
      readonly expr: AnyExpr;
      /** It is NULL, an error number or a constant address, so that it is a pointer to any type. */
      readonly isNoObject?: true;
    }
  /** A place that is known when the program is read. */
  | { readonly kind: 'address'; readonly type: PointerType; readonly target: Lvalue }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'struct'; readonly type: StructType; readonly source: Lvalue }
  | { readonly kind: 'void' };

/** An expression of a scalar type as a value. */
export const scalar = (type: ScalarType, expr: AnyExpr): CValue =>
  type.kind === 'pointer' ? { kind: 'pointer', type, expr } : { kind: 'number', type, expr };

export const constant = (value: number | boolean): AnyExpr => ({ kind: 'constant', value });

/** Whether an expression is this constant, or any. */
export const isConstant = (expr: AnyExpr, value?: number | boolean): boolean =>
  expr.kind === 'constant' && (value === undefined || expr.value === value);

/** Arithmetic that folds constants. */
export function plus(left: AnyExpr, right: AnyExpr): AnyExpr {
  if (isConstant(left, 0)) return right;
  if (isConstant(right, 0)) return left;
  if (left.kind === 'constant' && right.kind === 'constant')
    return constant(Number(left.value) + Number(right.value));
  return { kind: 'binary', operator: '+', left, right };
}

export function times(left: AnyExpr, factor: number): AnyExpr {
  if (factor === 1) return left;
  if (left.kind === 'constant') return constant(Number(left.value) * factor);
  return { kind: 'binary', operator: '*', left, right: constant(factor) };
}

export const both = (left: AnyExpr, right: AnyExpr): AnyExpr =>
  isConstant(left, true)
    ? right
    : isConstant(right, true)
      ? left
      : { kind: 'binary', operator: '&&', left, right };

export const negated = (operand: AnyExpr): AnyExpr => {
  if (operand.kind === 'not') return operand.operand;
  return operand.kind === 'constant' ? constant(operand.value !== true) : { kind: 'not', operand };
};

/** Whether a comparison of constants holds, else the comparison. */
export function compared(operator: ComparisonOperator, left: AnyExpr, right: AnyExpr): AnyExpr {
  if (left.kind === 'constant' && right.kind === 'constant') {
    const [a, b] = [Number(left.value), Number(right.value)];
    return constant(
      { '==': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator],
    );
  }
  return { kind: 'binary', operator, left, right };
}

/** Whether the value lies from `low` to `high`; true where what is known of it says so. */
export function between(value: AnyExpr, low: AnyExpr, high: AnyExpr): AnyExpr {
  const [[least, most], [, mostLow], [leastHigh]] = [value, low, high].map(intervalOf) as [
    readonly [number, number],
    readonly [number, number],
    readonly [number, number],
  ];
  return both(
    least >= mostLow ? constant(true) : compared('>=', value, low),
    most <= leastHigh ? constant(true) : compared('<=', value, high),
  );
}

/** Either condition. */
export const either = (left: AnyExpr, right: AnyExpr): AnyExpr => {
  if (isConstant(left, true) || isConstant(right, false)) return left;
  if (isConstant(right, true) || isConstant(left, false)) return right;
  return { kind: 'binary', operator: '||', left, right };
};

/** Whether a bit of a number is 1. */
export function hasBit(number: AnyExpr, bit: AnyExpr): AnyExpr {
  const shifted: AnyExpr = { kind: 'binary', operator: '>>', left: number, right: bit };
  return compared('==', { kind: 'binary', operator: '&', left: shifted, right: constant(1) }, constant(1));
}

/** Effects that happen where a condition is true. */
export const when = (condition: AnyExpr, effects: readonly Effect[]): readonly Effect[] =>
  isConstant(condition, true) ? effects : [{ kind: 'when', condition, effects }];

/** The value as a number of the language. */
export function numberOf(value: CValue & { kind: 'number' }): AnyExpr {
  const { expr } = value;
  if (value.type.kind !== 'bool') return expr;
  if (expr.kind === 'constant') return constant(Number(expr.value));
  return { kind: 'conditional', condition: expr, then: constant(1), otherwise: constant(0) };
}

/** The smallest and largest number that an expression may have by what is known of it. */
export function intervalOf(expr: AnyExpr): readonly [number, number] {
  switch (expr.kind) {
    case 'constant':
      return [Number(expr.value), Number(expr.value)];
    case 'shared':
    case 'local':
      return boundsOf(expr.domain);
    case 'self':
      return [0, expr.count - 1];
    case 'bound':
      return [expr.binder.low, expr.binder.high];
    case 'conditional': {
      const [a, b] = [intervalOf(expr.then), intervalOf(expr.otherwise)];
      return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
    }
    case 'wrap':
      return expr.signed ? [-(2 ** (expr.bits - 1)), 2 ** (expr.bits - 1) - 1] : [0, 2 ** expr.bits - 1];
    case 'binary': {
      const { operator } = expr;
      if (!isArithmeticOperator(operator)) return [0, 1];
      const [left, right] = [expr.left, expr.right].map((part) => {
        const [low, high] = intervalOf(part);
        return limited({ low, high });
      });
      const { low, high } = intervalOfOperator(operator, left!, right!);
      return [low, high];
    }
    case 'not':
    case 'quantifier':
    case 'ended':
    case 'claim':
      return [0, 1];
  }
}

/** The values that a variable may come to have, also after its domain has grown. */
function boundsOf(domain: AnyDomain): readonly [number, number] {
  if (domain.kind !== 'range') return [0, 1];
  const { low, high } = domain.grows ?? domain;
  return [low, high];
}
