/** Validates expressions: names, types, values, indices. */
import { contains, growthOf, printDomain, type AnyDomain, type Value } from './domain.ts';
import {
  isArithmeticOperator,
  walk,
  type AnyExpr,
  type Binder,
  type Reference,
  type Sentence,
} from './expression.ts';
import { ModelError } from './model-error.ts';
import { printExpr } from './print.ts';
import type { AnyThread } from './thread.ts';
import type { Declarations } from './variable.ts';

/** The names that are valid in an expression. */
export interface NameScope {
  /** The prefix of messages: thread and statement, or property. */
  readonly place: string;
  /** Its stack contains the place in the model file. */
  readonly origin: Error | null;
  readonly shared: Declarations;
  readonly threads: readonly AnyThread[];
  /** The thread whose own locals may be used; null in a property. */
  readonly thread: AnyThread | null;
  readonly binders: readonly Binder[];
}

/** The type of an expression. */
type Type = Exclude<AnyDomain['kind'], 'values'> | NameSet;

interface NameSet {
  readonly names: readonly string[];
  /** False for constants, which belong to every domain with their names. */
  readonly whole: boolean;
}

/** Throws  ModelError if the binder was created in deeper nesting. */
export function inside(scope: NameScope, binder: Binder): NameScope {
  const outer = scope.binders.at(-1);
  if (binder.level > (outer === undefined ? 0 : outer.level + 1))
    fail(scope, 'an expression built inside forAll, exists or each is used outside of it');
  return { ...scope, binders: [...scope.binders, binder] };
}

/** Throws  ModelError unless the expression is a valid boolean expression. */
export function checkCondition(expr: AnyExpr, scope: NameScope): void {
  if (typeOf(expr, scope) !== 'bool')
    fail(scope, `'${printExpr(expr)}' is not a condition: expected a boolean`);
}

/** Throws  ModelError unless the types of `target` and `value` match. */
export function checkAssignment(target: Reference, value: AnyExpr, scope: NameScope): void {
  const { kind } = (target as Partial<Reference> | undefined) ?? {};
  if (kind !== 'shared' && kind !== 'local') fail(scope, `${describeWrong(target)} is not a variable`);
  typeOf(target, scope);
  const type = typeOf(value, scope);
  if (value.kind === 'constant' && !mayContain(target.domain, value.value))
    fail(
      scope,
      `invalid value ${show(value.value)} for '${printExpr(target)}': expected ${printDomain(target.domain)}`,
    );
  if (!fits(typeOfDomain(target.domain), type))
    fail(
      scope,
      `the types of '${printExpr(value)}' and '${printExpr(target)}' differ${possible(value)}${possible(target)}`,
    );
}

/** Whether the domain has the value, or may grow to have it. */
const mayContain = (domain: AnyDomain, value: Value) =>
  contains(domain, value) || contains({ kind: 'range', ...(growthOf(domain) ?? empty) }, value);

const empty = { low: 0, high: -1 };

/** Unlike Array.isArray, it does not narrow the type. */
const isList: (thing: unknown) => boolean = Array.isArray;

export function checkSentence(sentence: Sentence, scope: NameScope): void {
  if (!isList(sentence)) fail(scope, 'invalid harm of a claim: expected say`...`');
  for (const part of sentence) if (typeof part !== 'string') typeOf(part, scope);
}

function typeOf(expr: AnyExpr, scope: NameScope): Type {
  switch (expr.kind) {
    case 'constant':
      return typeOfConstant(expr.value, scope);
    case 'shared':
    case 'local':
      return typeOfReference(expr, scope);
    case 'self':
      if (scope.thread?.name !== expr.thread)
        fail(scope, `'cpu' of thread '${expr.thread}' is used outside of that thread`);
      return 'range';
    case 'bound':
      if (!scope.binders.includes(expr.binder))
        fail(scope, 'a bound variable is used outside of its each, forAll or exists');
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
    case 'wrap':
      if (!Number.isInteger(expr.bits) || expr.bits < 1 || expr.bits > 32)
        fail(scope, `'${printExpr(expr)}' wraps to ${String(expr.bits)} bits: expected 1 to 32`);
      return checkNumber(expr.operand, scope, 'range');
    case 'conditional':
      return typeOfConditional(expr, scope);
    case 'quantifier':
      checkCondition(expr.body, inside(scope, expr.binder));
      return 'bool';
    case 'ended':
      if (scope.thread !== null)
        fail(scope, "'ended' is allowed only in properties: a thread cannot see whether another has ended");
      checkNumber(expr.replica, scope, 'bool');
      return checkCopy(expr, scope);
  }
}

function typeOfConstant(value: unknown, scope: NameScope): Type {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return { names: [value], whole: false };
  if (typeof value === 'number' && Number.isSafeInteger(value)) return 'range';
  return fail(scope, `${describeWrong(value)} is not a value or an expression`);
}

function describeWrong(value: unknown): string {
  if (value === undefined) return 'undefined (a misspelt variable?)';
  const { kind } = (value ?? {}) as { kind?: unknown };
  if (kind === 'array' || kind === 'records') return 'an array without an index (write .at(index))';
  return typeof kind === 'string' ? `a node of kind '${kind}'` : show(value);
}

function typeOfReference(expr: Reference, scope: NameScope): Type {
  const declarations = expr.kind === 'shared' ? scope.shared : localsOf(expr, scope);
  const declaration = declarations[expr.name];
  if (declaration?.domain !== expr.domain || (declaration.length === null) !== (expr.index === null))
    fail(scope, `'${printExpr(expr)}' is not declared in this model`);
  if (expr.index !== null) {
    checkNumber(expr.index, scope, 'range');
    const { length } = declaration;
    if (
      expr.index.kind === 'constant' &&
      !(Number(expr.index.value) >= 0 && Number(expr.index.value) < Number(length))
    )
      fail(scope, `'${printExpr(expr)}' is out of bounds: the array has ${String(length)} elements`);
  }
  if (expr.kind === 'shared')
    for (const pointer of expr.via ?? []) {
      typeOf(pointer, scope);
      if ([...walk(pointer)].some(({ kind }) => kind === 'shared'))
        fail(scope, `a pointer to '${printExpr(expr)}' is a shared variable: load it into a local first`);
    }
  return typeOfDomain(expr.domain);
}

function localsOf(expr: Reference & { kind: 'local' }, scope: NameScope): Declarations {
  if (scope.thread === null) {
    if (expr.replica === null)
      fail(scope, `'${expr.name}' of thread '${expr.thread}' needs forAll or exists to select a copy`);
    checkNumber(expr.replica, scope, 'range');
    return threadNamed(expr.thread, scope).locals;
  }
  if (expr.thread !== scope.thread.name || expr.replica !== null)
    fail(scope, `'${expr.name}' is a local of thread '${expr.thread}': another thread cannot access it`);
  return scope.thread.locals;
}

/** Checks the copy in `ended(thread, copy)`, if it is constant or bound. */
function checkCopy({ thread, replica }: AnyExpr & { kind: 'ended' }, scope: NameScope): Type {
  const { cpus } = threadNamed(thread, scope);
  const [low, high] =
    replica.kind === 'constant'
      ? [Number(replica.value), Number(replica.value)]
      : replica.kind === 'bound'
        ? [replica.binder.low, replica.binder.high]
        : [0, 0];
  if (low < 0 || high >= cpus)
    fail(scope, `'ended' names copy ${high} of thread '${thread}', but its copies are 0 to ${cpus - 1}`);
  return 'bool';
}

function threadNamed(name: string, scope: NameScope): AnyThread {
  return (
    scope.threads.find((thread) => thread.name === name) ??
    fail(scope, `thread '${name}' is not a thread of this model`)
  );
}

function typeOfBinary(expr: AnyExpr & { kind: 'binary' }, scope: NameScope): Type {
  const { operator, left, right } = expr;
  if (isArithmeticOperator(operator)) {
    checkNumber(left, scope, 'range');
    return checkNumber(right, scope, 'range');
  }
  switch (operator) {
    case '&&':
    case '||':
      checkCondition(left, scope);
      checkCondition(right, scope);
      return 'bool';
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
          `'${printExpr(expr)}' compares values that are never equal${possible(left)}${possible(right)}`,
        );
      return 'bool';
  }
}

const possible = (expr: AnyExpr) =>
  'domain' in expr ? `; '${printExpr(expr)}' has the domain ${printDomain(expr.domain)}` : '';

function typeOfConditional(expr: AnyExpr & { kind: 'conditional' }, scope: NameScope): Type {
  checkCondition(expr.condition, scope);
  const then = typeOf(expr.then, scope);
  const otherwise = typeOf(expr.otherwise, scope);
  if (typeof then !== 'string' && typeof otherwise !== 'string' && !then.whole && !otherwise.whole)
    return { names: [...new Set([...then.names, ...otherwise.names])], whole: false };
  if (!agree(then, otherwise)) fail(scope, `the two values of '${printExpr(expr)}' have different types`);
  return typeof then !== 'string' && !then.whole ? otherwise : then;
}

function checkNumber<T extends Type>(expr: AnyExpr, scope: NameScope, result: T): T {
  if (typeOf(expr, scope) !== 'range') fail(scope, `'${printExpr(expr)}' is not a number`);
  return result;
}

const typeOfDomain = (domain: AnyDomain): Type =>
  domain.kind === 'values' ? { names: domain.values, whole: true } : domain.kind;

function agree(left: Type, right: Type): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  if (left.whole && right.whole) return left.names.join() === right.names.join();
  const [some, others] = left.whole ? [right.names, left.names] : [left.names, right.names];
  return some.every((name) => others.includes(name));
}

/** Whether a value may be stored: the target's names must include those of the value. */
const fits = (target: Type, value: Type): boolean =>
  typeof target === 'string' || typeof value === 'string'
    ? target === value
    : value.names.every((name) => target.names.includes(name));

const show = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value));

export function fail({ place, origin }: Pick<NameScope, 'place' | 'origin'>, message: string): never {
  const error = { message: `${place}: ${message}`, origin };
  throw new ModelError(error.message, {}, [error]);
}
