/** Expressions in TLA+, each in parentheses if it is compound: IF takes whatever follows it. */
import type { AnyDomain, Value } from '../../language/domain.ts';
import type { AnyExpr, Binder, Reference } from '../../language/expression.ts';
import { ofBits } from '../../language/interval.ts';
import { isArithmetic, type WrapExpr } from '../../language/arithmetic.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import { checkArithmetic, staysWithin } from '../short-numbers.ts';
import type { TlaNames } from './names.ts';

const language = 'TLC';

/** The context of an expression. */
export interface TlaScope {
  readonly names: TlaNames;
  /** The index of the running copy, as text; a property names its copies itself. */
  readonly cpu: string;
  /** The values of bound variables by level: quantifiers and each(...) are unrolled. */
  readonly bound: readonly number[];
  /** By variable: the definition that has its value now, where a step has assigned it. */
  readonly values: ReadonlyMap<string, string>;
  /** The definition of the condition under which an effect takes place; null: it does. */
  readonly condition: string | null;
}

/** All values of a bound variable, each as the bound variables with that value. */
export const unrolled = (binder: Binder, { bound }: TlaScope): readonly (readonly number[])[] =>
  Array.from({ length: binder.high - binder.low + 1 }, (_, at) => [
    ...bound.slice(0, binder.level),
    binder.low + at,
  ]);

/** Operators of TLA+; those of the other arithmetic are defined by `arithmetic`. */
const infix: Readonly<Record<string, string>> = {
  ...{ '==': '=', '!=': '/=', '&&': '/\\', '||': '\\/', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  ...{ '+': '+', '-': '-', '*': '*' },
};
const defined: Readonly<Record<string, string>> = {
  ...{ '/': 'Quotient', '%': 'Remainder', '&': 'BitAnd', '|': 'BitOr', '^': 'BitXor' },
  ...{ '<<': 'ShiftLeft', '>>': 'ShiftRight' },
};

/** Arithmetic of C on the numbers of TLA+: its own division rounds down, and a shift to the right does. */
export const arithmetic = [
  'Abs(a) == IF a < 0 THEN -a ELSE a',
  'Quotient(a, b) == IF (a < 0) = (b < 0) THEN Abs(a) \\div Abs(b) ELSE -(Abs(a) \\div Abs(b))',
  'Remainder(a, b) == a - (b * Quotient(a, b))',
  'RECURSIVE BitAnd(_, _)',
  'BitAnd(a, b) == IF (a = 0) \\/ (b = 0) THEN 0 ELSE IF a = -1 THEN b ELSE IF b = -1 THEN a',
  '  ELSE (2 * BitAnd(a \\div 2, b \\div 2)) + ((a % 2) * (b % 2))',
  'BitOr(a, b) == (a + b) - BitAnd(a, b)',
  'BitXor(a, b) == (a + b) - (2 * BitAnd(a, b))',
  'ShiftLeft(a, b) == a * (2 ^ b)',
  'ShiftRight(a, b) == a \\div (2 ^ b)',
];

export function tlaExpr(expr: AnyExpr, scope: TlaScope): string {
  const text = (part: AnyExpr) => tlaExpr(part, scope);
  switch (expr.kind) {
    case 'constant':
      return tlaValue(expr.value);
    case 'shared':
    case 'local': {
      const variable = variableOf(expr, scope.names);
      return `${scope.values.get(variable) ?? variable}${pathOf(expr, scope)}`;
    }
    case 'self':
      return scope.cpu;
    case 'bound':
      return String(scope.bound[expr.binder.level]!);
    case 'not':
      return `(~${text(expr.operand)})`;
    case 'claim':
      return text(expr.operand);
    case 'binary': {
      if (isArithmetic(expr)) checkArithmetic(expr, scope.bound, language);
      const [left, right] = [text(expr.left), text(expr.right)];
      const operator = infix[expr.operator];
      return operator === undefined
        ? `${defined[expr.operator]!}(${left}, ${right})`
        : `(${left} ${operator} ${right})`;
    }
    case 'wrap':
      return wrapped(expr, scope);
    case 'conditional':
      return `(IF ${text(expr.condition)} THEN ${text(expr.then)} ELSE ${text(expr.otherwise)})`;
    case 'quantifier': {
      const instances = unrolled(expr.binder, scope).map((bound) => tlaExpr(expr.body, { ...scope, bound }));
      return conjunction(instances, expr.quantifier === 'all' ? '/\\' : '\\/');
    }
    case 'ended': {
      const { at, end } = scope.names.threads.get(expr.thread)!;
      return `(${scope.values.get(at) ?? at}[${text(expr.replica)}] = ${end})`;
    }
  }
}

export const conjunction = (parts: readonly string[], operator: '/\\' | '\\/' = '/\\'): string =>
  parts.length === 0 ? (operator === '/\\' ? 'TRUE' : 'FALSE') : `(${parts.join(` ${operator} `)})`;

function wrapped(expr: WrapExpr, scope: TlaScope): string {
  const { bits, signed, operand } = expr;
  const text = tlaExpr(operand, scope);
  if (staysWithin(operand, ofBits(bits, signed), scope.bound)) return text;
  if (bits > 30)
    throw new ModelError(`'${printExpr(expr)}' may need more than 32 bits, and ${language} has none`);
  const size = 2 ** bits;
  return signed ? `(((${text} + ${size / 2}) % ${size}) - ${size / 2})` : `(${text} % ${size})`;
}

export const variableOf = (reference: Reference, { shared, threads }: TlaNames): string =>
  reference.kind === 'shared'
    ? shared.get(reference.name)!
    : threads.get(reference.thread)!.locals.get(reference.name)!;

/** Where a cell stands in its variable; each copy of a thread has its own part of one. */
export function pathOf(reference: Reference, scope: TlaScope): string {
  const index = reference.index === null ? '' : `[${tlaExpr(reference.index, scope)}]`;
  if (reference.kind === 'shared') return index;
  const copy = reference.replica === null ? scope.cpu : tlaExpr(reference.replica, scope);
  return `[${copy}]${index}`;
}

export function tlaValue(value: Value): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'string') return `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  return value < 0 ? `(-${-value})` : String(value);
}

export function tlaDomain(domain: AnyDomain): string {
  switch (domain.kind) {
    case 'bool':
      return 'BOOLEAN';
    case 'range':
      return `(${tlaValue(domain.low)}..${tlaValue(domain.high)})`;
    case 'values':
      return `{${domain.values.map(tlaValue).join(', ')}}`;
  }
}
