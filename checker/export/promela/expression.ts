/** Expressions in Promela, and static bounds of their values. */
import type { AnyExpr, Binder, Reference } from '../../language/expression.ts';
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
      return `(${text(expr.left)} ${expr.operator} ${text(expr.right)})`;
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
  if (staysWithin(reference.index!, [0, length! - 1], scope)) return `${name}[${place}]`;
  // An index outside of its part is mapped outside of the array, where pan's bounds check finds it.
  return `${name}[((${element} >= 0 && ${element} < ${length!}) -> ${place} : ${copies * length!})]`;
}

type PromelaInterval = readonly [low: number, high: number];

/** Whether all values of a number are in an interval in every state. */
export function staysWithin(expr: AnyExpr, [low, high]: PromelaInterval, scope: PromelaScope): boolean {
  const [least, most] = intervalOf(expr, scope);
  return least >= low && most <= high;
}

function intervalOf(expr: AnyExpr, scope: PromelaScope): PromelaInterval {
  switch (expr.kind) {
    case 'constant':
      return [Number(expr.value), Number(expr.value)];
    case 'self':
      return [0, expr.count - 1];
    case 'bound':
      return [scope.bound[expr.binder.level]!, scope.bound[expr.binder.level]!];
    case 'shared':
    case 'local':
      return expr.domain.kind === 'range' ? [expr.domain.low, expr.domain.high] : unknown;
    case 'binary': {
      const [a, b] = intervalOf(expr.left, scope);
      const [c, d] = intervalOf(expr.right, scope);
      if (expr.operator === '+') return [a + c, b + d];
      return expr.operator === '-' ? [a - d, b - c] : unknown;
    }
    case 'conditional': {
      const [a, b] = intervalOf(expr.then, scope);
      const [c, d] = intervalOf(expr.otherwise, scope);
      return [Math.min(a, c), Math.max(b, d)];
    }
    case 'not':
    case 'claim':
    case 'quantifier':
    case 'ended':
      return unknown;
  }
}

const unknown: PromelaInterval = [-Infinity, Infinity];
