/** Expressions in Promela, and static bounds of their values. */
import type { AnyExpr, Binder, Reference } from '../../language/expression.ts';
import { isArithmetic } from '../../language/arithmetic.ts';
import { checkArithmetic, staysWithin, wrapText } from '../short-numbers.ts';
import { promelaValue, type PromelaNames } from './names.ts';

/** The context of an expression. */
export interface PromelaScope {
  readonly names: PromelaNames;
  /** The index of the running copy, as Promela text; a property names its copies itself. */
  readonly cpu: string;
  /** The values of bound variables by level: quantifiers and each(...) are unrolled. */
  readonly bound: readonly number[];
}

const language = 'Promela';

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
      if (isArithmetic(expr)) checkArithmetic(expr, scope.bound, language);
      return `(${text(expr.left)} ${expr.operator} ${text(expr.right)})`;
    case 'wrap':
      return wrapText(expr, scope.bound, text(expr.operand), language);
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
  if (staysWithin(reference.index!, { low: 0, high: length! - 1 }, scope.bound)) return `${name}[${place}]`;
  // An index outside of its part is mapped outside of the array, where pan's bounds check finds it.
  return `${name}[((${element} >= 0 && ${element} < ${length!}) -> ${place} : ${copies * length!})]`;
}
