/** Checks that an expression means something: names, types, values, indices. */
import type { AnyDomain } from './domain.ts';
import { contains, printDomain } from './domain.ts';
import type { AnyExpr, Binder, Reference, Sentence } from './expression.ts';
import { ModelError } from './model-error.ts';
import { printExpr } from './print.ts';
import type { AnyThread } from './thread.ts';
import type { Declarations } from './variable.ts';

/** Where an expression stands: which names it may use. */
export interface Scope {
  /** Begins every message: thread and statement, or the property. */
  readonly place: string;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  /** The thread whose own locals may be used; null in a property. */
  readonly thread: AnyThread | null;
  readonly binders: readonly Binder[];
}

/** The type of an expression: a string constant fits any domain that names it. */
type Type = AnyDomain['kind'] | { readonly constant: string } | { readonly values: readonly string[] };

export const inside = (scope: Scope, binder: Binder): Scope => ({
  ...scope,
  binders: [...scope.binders, binder],
});

/** Throws ModelError unless the expression is boolean and all its parts make sense. */
export function checkCondition(expr: AnyExpr, scope: Scope): void {
  if (typeOf(expr, scope) !== 'bool')
    fail(scope, `'${printExpr(expr)}' is no condition: it is not true or false`);
}

/** Throws ModelError unless `value` may be stored in `target`, as far as that is known before it runs. */
export function checkAssignment(target: Reference, value: AnyExpr, scope: Scope): void {
  typeOf(target, scope);
  const type = typeOf(value, scope);
  if (value.kind === 'constant' && !contains(target.domain, value.value))
    fail(
      scope,
      `'${printExpr(target)}' takes ${printDomain(target.domain)}, and ${show(value.value)} is not among them`,
    );
  if (!agree(typeOfDomain(target.domain), type))
    fail(scope, `'${printExpr(value)}' is of another type than '${printExpr(target)}'`);
}

export function checkSentence(sentence: Sentence, scope: Scope): void {
  for (const part of sentence) if (typeof part !== 'string') typeOf(part, scope);
}

function typeOf(expr: AnyExpr, scope: Scope): Type {
  switch (expr.kind) {
    case 'constant':
      return typeOfConstant(expr.value, scope);
    case 'shared':
    case 'local':
      return typeOfReference(expr, scope);
    case 'self':
      if (scope.thread === null) fail(scope, "'cpu' of a thread is used outside of that thread");
      return 'range';
    case 'bound':
      if (!scope.binders.includes(expr.binder))
        fail(scope, 'a bound variable is used outside of the each, forAll or exists that binds it');
      return 'range';
    case 'not':
      checkCondition(expr.operand, scope);
      return 'bool';
    case 'claim':
      checkCondition(expr.operand, scope);
      checkSentence(expr.harm, scope);
      return 'bool';
    case 'binary':
      return typeOfBinary(expr, scope);
    case 'conditional':
      return typeOfConditional(expr, scope);
    case 'quantifier':
      checkCondition(expr.body, inside(scope, expr.binder));
      return 'bool';
    case 'ended':
      if (scope.thread !== null)
        fail(scope, "'ended' belongs in properties: a thread cannot see whether another has ended");
      threadNamed(expr.thread, scope);
      return checkNumber(expr.replica, scope, 'bool');
  }
}

function typeOfConstant(value: unknown, scope: Scope): Type {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return { constant: value };
  if (typeof value === 'number' && Number.isInteger(value)) return 'range';
  return fail(scope, `${describeWrong(value)} stands where a value or an expression belongs`);
}

function describeWrong(value: unknown): string {
  if (value === undefined) return 'undefined (a misspelt variable?)';
  const { kind } = (value ?? {}) as { kind?: unknown };
  if (kind === 'array') return 'a whole array (name an element: .at(index))';
  return typeof kind === 'string' ? `a node of kind '${kind}'` : show(value);
}

function typeOfReference(expr: Reference, scope: Scope): Type {
  const declarations = expr.kind === 'shared' ? scope.shared : localsOf(expr, scope);
  const declaration = declarations[expr.name];
  if (declaration?.domain !== expr.domain) fail(scope, `'${printExpr(expr)}' is not declared in this model`);
  if (expr.index !== null) {
    checkNumber(expr.index, scope, 'range');
    const { length } = declaration;
    if (
      expr.index.kind === 'constant' &&
      !(Number(expr.index.value) >= 0 && Number(expr.index.value) < Number(length))
    )
      fail(scope, `'${printExpr(expr)}' is outside of the array, which has ${String(length)} elements`);
  }
  return typeOfDomain(expr.domain);
}

function localsOf(expr: Reference & { kind: 'local' }, scope: Scope): Declarations {
  if (scope.thread === null) {
    if (expr.replica === null)
      fail(scope, `'${expr.name}' of thread '${expr.thread}' needs forAll or exists to say of which copy`);
    checkNumber(expr.replica, scope, 'range');
    return threadNamed(expr.thread, scope).locals;
  }
  if (expr.thread !== scope.thread.name || expr.replica !== null)
    fail(
      scope,
      `'${expr.name}' is a local of thread '${expr.thread}', which no other thread can read or write`,
    );
  return scope.thread.locals;
}

function threadNamed(name: string, scope: Scope): AnyThread {
  return (
    scope.threads.find((thread) => thread.name === name) ??
    fail(scope, `thread '${name}' is not a thread of this model`)
  );
}

function typeOfBinary(expr: AnyExpr & { kind: 'binary' }, scope: Scope): Type {
  const { operator, left, right } = expr;
  switch (operator) {
    case '&&':
    case '||':
      checkCondition(left, scope);
      checkCondition(right, scope);
      return 'bool';
    case '+':
    case '-':
      checkNumber(left, scope, 'range');
      return checkNumber(right, scope, 'range');
    case '<':
    case '<=':
    case '>':
    case '>=':
      checkNumber(left, scope, 'range');
      return checkNumber(right, scope, 'bool');
    case '==':
    case '!=':
      if (!agree(typeOf(left, scope), typeOf(right, scope)))
        fail(
          scope,
          `'${printExpr(expr)}' compares what can never be equal${possible(left)}${possible(right)}`,
        );
      return 'bool';
  }
}

const possible = (expr: AnyExpr) =>
  'domain' in expr ? `; '${printExpr(expr)}' takes ${printDomain(expr.domain)}` : '';

function typeOfConditional(expr: AnyExpr & { kind: 'conditional' }, scope: Scope): Type {
  checkCondition(expr.condition, scope);
  const then = typeOf(expr.then, scope);
  if (!agree(then, typeOf(expr.otherwise, scope)))
    fail(scope, `the two values of '${printExpr(expr)}' are of different types`);
  return then;
}

function checkNumber<T extends Type>(expr: AnyExpr, scope: Scope, result: T): T {
  if (typeOf(expr, scope) !== 'range') fail(scope, `'${printExpr(expr)}' is no number`);
  return result;
}

const typeOfDomain = (domain: AnyDomain): Type =>
  domain.kind === 'values' ? { values: domain.values } : domain.kind;

function agree(left: Type, right: Type): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  const [a, b] = [namesOf(left), namesOf(right)];
  return (
    a.some((name) => b.includes(name)) && ('constant' in left || 'constant' in right || a.join() === b.join())
  );
}

const namesOf = (type: Exclude<Type, string>) => ('constant' in type ? [type.constant] : type.values);

const show = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value));

export function fail(scope: Pick<Scope, 'place'>, message: string): never {
  throw new ModelError(`${scope.place}: ${message}`);
}
