/** Expressions in Promela, and static bounds of their values. */
import type { AnyExpr, Binder, Reference } from '../../language/expression.ts';
import { isArithmetic, type ArithmeticExpr, type WrapExpr } from '../../language/arithmetic.ts';
import { intervalOf, isWithin, ofBits, type Interval } from '../../language/interval.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import { promelaValue, type PromelaNames } from './names.ts';

/** The context of an expression. */
export interface PromelaScope {
  readonly names: PromelaNames;
  /** The index of the running copy, as Promela text; a property names its copies itself. */
  readonly cpu: string;
  /** The values of bound variables by level: quantifiers and each(...) are unrolled. */
  readonly bound: readonly number[];
}

/** All values of a bound variable, each with the scope in which it has that value. */
export function unrolled(binder: Binder, scope: PromelaScope): readonly PromelaScope[] {
  return Array.from({ length: binder.high - binder.low + 1 }, (_, at) => ({
    ...scope,
    bound: [...scope.bound.slice(0, binder.level), binder.low + at],
  }));
}

/**
 * The expression as Promela text; compound expressions are in parentheses, because `!!x` would be a channel operation.
 */
export function promelaExpr(expr: AnyExpr, scope: PromelaScope): string {
  const text = (part: AnyExpr) => promelaExpr(part, scope);
  switch (expr.kind) {
    case 'constant':
      return promelaValue(scope.names, expr.value);
    case 'shared':
    case 'local':
      return promelaReference(expr, scope);
    case 'self':
      return scope.cpu;
    case 'bound':
      return String(scope.bound[expr.binder.level]!);
    case 'not':
      return `(!(${text(expr.operand)}))`;
    case 'claim':
      return text(expr.operand);
    case 'binary':
      if (isArithmetic(expr)) checkArithmetic(expr, scope);
      return `(${text(expr.left)} ${expr.operator} ${text(expr.right)})`;
    case 'wrap':
      return promelaWrap(expr, scope);
    case 'conditional':
      return `(${text(expr.condition)} -> ${text(expr.then)} : ${text(expr.otherwise)})`;
    case 'quantifier': {
      const instances = unrolled(expr.binder, scope).map((inner) => promelaExpr(expr.body, inner));
      return `(${instances.join(expr.quantifier === 'all' ? ' && ' : ' || ')})`;
    }
    case 'ended':
      return `${scope.names.ended.get(expr.thread)!}[${text(expr.replica)}]`;
  }
}

/** A cell; each copy of a thread has its part of one array. */
export function promelaReference(reference: Reference, scope: PromelaScope): string {
  const { name, declaration, copies } = scope.names.variable(reference);
  const element = reference.index === null ? null : promelaExpr(reference.index, scope);
  if (copies === 1) return element === null ? name : `${name}[${element}]`;
  const copy =
    reference.kind === 'local' && reference.replica !== null
      ? promelaExpr(reference.replica, scope)
      : scope.cpu;
  if (element === null) return `${name}[${copy}]`;
  const { length } = declaration;
  const place = `${copy} * ${length!} + ${element}`;
  if (staysWithin(reference.index!, { low: 0, high: length! - 1 }, scope)) return `${name}[${place}]`;
  // An index outside of its part is mapped outside of the array, where pan's bounds check finds it.
  return `${name}[((${element} >= 0 && ${element} < ${length!}) -> ${place} : ${copies * length!})]`;
}

/** Whether all values of a number are in an interval in every state. */
export const staysWithin = (expr: AnyExpr, interval: Interval, scope: PromelaScope): boolean =>
  isWithin(boundsOf(expr, scope), interval);

function boundsOf(expr: AnyExpr, scope: PromelaScope): Interval {
  const single = (value: number) => ({ low: value, high: value });
  switch (expr.kind) {
    case 'constant':
      return single(Number(expr.value));
    case 'self':
      return { low: 0, high: expr.count - 1 };
    case 'bound':
      return single(scope.bound[expr.binder.level]!);
    case 'shared':
    case 'local':
      return expr.domain.kind === 'range' ? expr.domain : unknown;
    case 'binary':
      return isArithmetic(expr)
        ? intervalOf(expr.operator, boundsOf(expr.left, scope), boundsOf(expr.right, scope))
        : unknown;
    case 'wrap':
      return ofBits(expr.bits, expr.signed);
    case 'conditional': {
      const [then, otherwise] = [boundsOf(expr.then, scope), boundsOf(expr.otherwise, scope)];
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

/** The numbers with which pan computes, as C does with an int. */
export const promelaNumbers = ofBits(32, true);

/** Throws  ModelError where a result may need more bits than pan has, or where there may be none. */
function checkArithmetic(expr: ArithmeticExpr, scope: PromelaScope): void {
  const { operator, left, right } = expr;
  const refuse = (why: string): never => {
    throw new ModelError(`'${printExpr(expr)}' ${why}, and Promela computes with 32 bits`);
  };
  const others = boundsOf(right, scope);
  const isQuotient = operator === '/' || operator === '%';
  if (isQuotient && others.low <= 0 && others.high >= 0) refuse('may divide by zero');
  if ((operator === '<<' || operator === '>>') && !isWithin(others, { low: 0, high: 31 }))
    refuse('may shift by another amount than 0 to 31');
  // A left shift of a negative number has no meaning in C.
  if (operator === '<<' && boundsOf(left, scope).low < 0) refuse('may shift a negative number');
  if (!staysWithin(expr, promelaNumbers, scope)) refuse('may have a result of more than 32 bits');
}

/** Bits are cut off by a mask; those of a signed number are read by flipping the sign bit twice. */
function promelaWrap(expr: WrapExpr, scope: PromelaScope): string {
  const { operand, bits, signed } = expr;
  const text = promelaExpr(operand, scope);
  if (staysWithin(operand, ofBits(bits, signed), scope)) return text;
  if (bits === 32)
    throw new ModelError(`'${printExpr(expr)}' may have 32 bits without a sign, and Promela has none such`);
  const lower = `(${text} & ${2 ** bits - 1})`;
  const sign = 2 ** (bits - 1);
  return signed ? `((${lower} ^ ${sign}) - ${sign})` : lower;
}
