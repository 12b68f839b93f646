/** Expressions in Murphi. */
import type { Value } from '../../language/domain.ts';
import type { AnyExpr, Binder, Reference } from '../../language/expression.ts';
import { isArithmetic } from '../../language/arithmetic.ts';
import { checkArithmetic, wrapText } from '../short-numbers.ts';
import type { MurphiNames } from './names.ts';

const language = 'Rumur';

/** The context of an expression. */
export interface MurphiScope {
  readonly names: MurphiNames;
  /** The index of the running copy, as text; a property names its copies itself. */
  readonly cpu: string;
  /** The values of bound variables by level: quantifiers and each(...) are unrolled. */
  readonly bound: readonly number[];
}

/** All values of a bound variable, each with the scope in which it has that value. */
export const unrolled = (binder: Binder, scope: MurphiScope): readonly MurphiScope[] =>
  Array.from({ length: binder.high - binder.low + 1 }, (_, at) => ({
    ...scope,
    bound: [...scope.bound.slice(0, binder.level), binder.low + at],
  }));

const operators: Readonly<Record<string, string>> = { '==': '=', '&&': '&', '||': '|' };

/** The expression, in parentheses if it is compound. */
export function murphiExpr(expr: AnyExpr, scope: MurphiScope): string {
  const text = (part: AnyExpr) => murphiExpr(part, scope);
  switch (expr.kind) {
    case 'constant':
      return murphiValue(scope.names, expr.value);
    case 'shared':
    case 'local':
      return murphiReference(expr, scope);
    case 'self':
      return scope.cpu;
    case 'bound':
      return String(scope.bound[expr.binder.level]!);
    case 'not':
      return `(!${text(expr.operand)})`;
    case 'claim':
      return text(expr.operand);
    case 'binary':
      if (isArithmetic(expr)) checkArithmetic(expr, scope.bound, language);
      return `(${text(expr.left)} ${operators[expr.operator] ?? expr.operator} ${text(expr.right)})`;
    case 'wrap':
      return wrapText(expr, scope.bound, text(expr.operand), language);
    case 'conditional':
      return `(${text(expr.condition)} ? ${text(expr.then)} : ${text(expr.otherwise)})`;
    case 'quantifier': {
      const instances = unrolled(expr.binder, scope).map((inner) => murphiExpr(expr.body, inner));
      return `(${instances.join(expr.quantifier === 'all' ? ' & ' : ' | ')})`;
    }
    case 'ended': {
      const { at, end } = scope.names.threads.get(expr.thread)!;
      return `(${at}[${text(expr.replica)}] = ${end})`;
    }
  }
}

/** A cell; each copy of a thread has its element of an array. */
export function murphiReference(reference: Reference, scope: MurphiScope): string {
  const index = reference.index === null ? '' : `[${murphiExpr(reference.index, scope)}]`;
  if (reference.kind === 'shared') return `${scope.names.shared.get(reference.name)!}${index}`;
  const copy = reference.replica === null ? scope.cpu : murphiExpr(reference.replica, scope);
  return `${scope.names.threads.get(reference.thread)!.locals.get(reference.name)!}[${copy}]${index}`;
}

export function murphiValue(names: MurphiNames, value: Value): string {
  if (typeof value === 'boolean') return String(value);
  // A name that no domain has is equal to none.
  if (typeof value === 'string') return names.values.get(value) ?? '(0 - 1)';
  return value < 0 ? `(0 - ${-value})` : String(value);
}
