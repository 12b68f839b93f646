/** Generated code for expressions: numbers as i32, conditions as 0 or 1, names as positions in a list of names. */
import type { AnyDomain } from '../../language/domain.ts';
import type { AnyExpr, Reference } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import { cellIs, compared, type KnownCell, type ComparedOperand } from './cell-test.ts';
import { coded, combined, known, negation, valueOf, type Condition } from './condition.ts';
import { namesOf, typeOf } from './expression-type.ts';
import type { Layout } from '../layout/layout.ts';
import type { Field } from '../layout/placement.ts';
import { readCell, type Words } from '../layout/cells.ts';
import { choose, either, get, i32, local, operation, sequence, set, type Wasm } from '../wasm/code.ts';
import { conditionCode } from './emit-condition.ts';
import { quantified, weightOf } from './repeat.ts';

/** Where an expression is compiled. */
export interface ExpressionContext {
  readonly layout: Layout;
  /** The end location of each thread. */
  readonly ends: Readonly<Record<string, number>>;
  readonly words: Words;
  /** The running thread and copy; in a property there is none. */
  readonly thread: string;
  readonly replica: number;
  /** The values of the bound variables, by level: constants or locals. */
  readonly bound: readonly Wasm[];
  /** What happens where the model is wrong: it leaves the code in which it stands. */
  readonly fail: () => readonly Wasm[];
}

/** Code of a value that lies between `low` and `high`, both included, whatever the state. */
export interface Ranged {
  readonly code: Wasm;
  readonly low: number;
  readonly high: number;
}

export function withBound<S extends ExpressionContext>(scope: S, level: number, value: Wasm): S {
  return { ...scope, bound: [...scope.bound.slice(0, level), value] };
}

const constant = (value: number): Ranged => ({ code: i32(value), low: value, high: value });
/** Domains end at 30 bits, and sums are computed in 32. */
const limit = 2 ** 31 - 1;

/** Code of the value that goes into a variable of this domain, not yet checked to be in it. */
export function compileValue(expr: AnyExpr, domain: AnyDomain, scope: ExpressionContext): Ranged {
  switch (domain.kind) {
    case 'bool':
      return { code: compileCondition(expr, scope), low: 0, high: 1 };
    case 'values':
      return compileName(expr, domain.values, scope);
    case 'range':
      return compileNumber(expr, scope);
  }
}

export function compileNumber(expr: AnyExpr, scope: ExpressionContext): Ranged {
  switch (expr.kind) {
    case 'constant':
      return constant(Number(expr.value));
    case 'self':
      return constant(scope.replica);
    case 'bound': {
      const { level, low, high } = expr.binder;
      const code = scope.bound[level]!;
      return code.kind === 'i32' ? constant(code.value) : { code, low, high };
    }
    case 'shared':
    case 'local': {
      const { low, high } = expr.domain as AnyDomain & { kind: 'range' };
      return { code: operation('i32.add', compileRead(expr, scope), i32(low)), low, high };
    }
    case 'conditional': {
      const [then, otherwise] = [compileNumber(expr.then, scope), compileNumber(expr.otherwise, scope)];
      return joined(compileCondition(expr.condition, scope), then, otherwise);
    }
    case 'binary':
      return compileSum(expr, scope);
    case 'not':
    case 'claim':
    case 'quantifier':
    case 'ended':
      throw notOfType(expr, 'number');
  }
}

function joined(condition: Wasm, then: Ranged, otherwise: Ranged): Ranged {
  return {
    code: either(condition, then.code, otherwise.code),
    low: Math.min(then.low, otherwise.low),
    high: Math.max(then.high, otherwise.high),
  };
}

function compileSum(expr: AnyExpr & { kind: 'binary' }, scope: ExpressionContext): Ranged {
  const [left, right] = [compileNumber(expr.left, scope), compileNumber(expr.right, scope)];
  const plus = expr.operator === '+';
  const low = plus ? left.low + right.low : left.low - right.high;
  const high = plus ? left.high + right.high : left.high - right.low;
  if (low < -limit || high > limit) throw new ModelError(`'${printExpr(expr)}' may need more than 32 bits`);
  return { code: operation(plus ? 'i32.add' : 'i32.sub', left.code, right.code), low, high };
}

/** Code of a condition: 1 or 0. */
export const compileCondition = (expr: AnyExpr, scope: ExpressionContext): Wasm =>
  conditionCode(conditionOf(expr, scope));

/** Code that is 1 where the condition is false. */
export const compileNegation = (expr: AnyExpr, scope: ExpressionContext): Wasm =>
  conditionCode(negation(conditionOf(expr, scope)));

function conditionOf(expr: AnyExpr, scope: ExpressionContext): Condition {
  switch (expr.kind) {
    case 'constant':
      return known(expr.value === true);
    case 'shared':
    case 'local': {
      const cell = knownCell(expr, scope);
      return cell === null ? coded(compileRead(expr, scope)) : cellIs(cell, 1);
    }
    case 'not':
      return negation(conditionOf(expr.operand, scope));
    case 'claim':
      return conditionOf(expr.operand, scope);
    case 'binary':
      return comparison(expr, scope);
    case 'conditional':
      return coded(
        either(
          compileCondition(expr.condition, scope),
          compileCondition(expr.then, scope),
          compileCondition(expr.otherwise, scope),
        ),
      );
    case 'quantifier':
      return quantified(expr.quantifier, expr.binder, weightOf(expr.body), (value) =>
        conditionOf(expr.body, withBound(scope, expr.binder.level, value)),
      );
    case 'ended':
      return hasEnded(expr, scope);
    case 'self':
    case 'bound':
      throw notOfType(expr, 'condition');
  }
}

/** Validation has seen the types, so this is a mistake of ours. */
const notOfType = (expr: AnyExpr, type: string) => new Error(`'${printExpr(expr)}' is compiled as a ${type}`);

function hasEnded({ thread, replica }: AnyExpr & { kind: 'ended' }, scope: ExpressionContext): Condition {
  const isAtEnd = ({ location }: CopyFields) =>
    cellIs({ field: location, index: 0, words: scope.words }, scope.ends[thread]!);
  const copy = knownCopy(thread, replica, scope);
  if (copy !== null) return isAtEnd(copy);
  return coded(atCopy(thread, replica, scope, (one) => conditionCode(isAtEnd(one))));
}

function comparison(expr: AnyExpr & { kind: 'binary' }, scope: ExpressionContext): Condition {
  const { operator, left, right } = expr;
  switch (operator) {
    case '&&':
    case '||':
      return combined(operator === '&&' ? 'all' : 'any', [
        conditionOf(left, scope),
        conditionOf(right, scope),
      ]);
    case '==':
    case '!=':
      if (typeOf(left) !== 'bool') return compared(operator, ...bothSides(left, right, scope));
      return sameTruth(operator, conditionOf(left, scope), conditionOf(right, scope));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(operator, ...bothSides(left, right, scope));
    case '+':
    case '-':
      throw notOfType(expr, 'condition');
  }
}

function sameTruth(operator: '==' | '!=', left: Condition, right: Condition): Condition {
  const wanted = operator === '==';
  if (valueOf(left) !== null) return valueOf(left) === wanted ? right : negation(right);
  if (valueOf(right) !== null) return valueOf(right) === wanted ? left : negation(left);
  return coded(operation(wanted ? 'i32.eq' : 'i32.ne', conditionCode(left), conditionCode(right)));
}

/** Both sides of a comparison of numbers or of names. */
function bothSides(
  left: AnyExpr,
  right: AnyExpr,
  scope: ExpressionContext,
): readonly [ComparedOperand, ComparedOperand] {
  const names = typeOf(left) === 'values' ? namesOf(left, right) : null;
  const side = (expr: AnyExpr): ComparedOperand => ({
    code: (names === null ? compileNumber(expr, scope) : compileName(expr, names, scope)).code,
    cell: expr.kind === 'shared' || expr.kind === 'local' ? knownCell(expr, scope) : null,
  });
  return [side(left), side(right)];
}

/** Code of a value of names: its position in `names`, or -1 when it is not among them. */
function compileName(expr: AnyExpr, names: readonly string[], scope: ExpressionContext): Ranged {
  if (expr.kind === 'constant') return constant(names.indexOf(String(expr.value)));
  if (expr.kind === 'conditional') {
    const [then, otherwise] = [
      compileName(expr.then, names, scope),
      compileName(expr.otherwise, names, scope),
    ];
    return joined(compileCondition(expr.condition, scope), then, otherwise);
  }
  const { values } = (expr as Reference).domain as AnyDomain & { kind: 'values' };
  const code = compileRead(expr as Reference, scope);
  if (values.every((name, ordinal) => names[ordinal] === name))
    return { code, low: 0, high: values.length - 1 };
  const ordinal = local('i32', 'name');
  const moved = values.reduce<Wasm>(
    (others, name, at) =>
      either(operation('i32.eq', get(ordinal), i32(at)), i32(names.indexOf(name)), others),
    i32(-1),
  );
  return { code: sequence(set(ordinal, code), moved), low: -1, high: names.length - 1 };
}

/** Code of the ordinal in the cell that a reference names. */
function compileRead(expr: Reference, scope: ExpressionContext): Wasm {
  const read = (field: Field) => readCell(field, compileIndex(expr, field, scope), scope.words);
  if (expr.kind === 'shared') return read(scope.layout.shared[expr.name]!);
  return atCopy(expr.thread, expr.replica, scope, ({ locals }) => read(locals[expr.name]!));
}

/** Code of an index, checked unless it is known to be inside of the array; null for a scalar. */
export function compileIndex(expr: Reference, field: Field, scope: ExpressionContext): Wasm | null {
  if (expr.index === null) return null;
  const { code, low, high } = compileNumber(expr.index, scope);
  const length = field.length!;
  if (low >= 0 && high < length) return code;
  const index = local('i32', 'index');
  const outside = operation('i32.ge_u', get(index), i32(length));
  return sequence(set(index, code), choose(outside, scope.fail()), get(index));
}

type CopyFields = Layout['threads'][string][number];

/** The copy of a thread that `replica` says, or the running one; null where that is computed. */
function knownCopy(thread: string, replica: AnyExpr | null, scope: ExpressionContext): CopyFields | null {
  const number = replica === null ? i32(scope.replica) : compileNumber(replica, scope).code;
  return number.kind === 'i32' ? scope.layout.threads[thread]![number.value]! : null;
}

/** Code about one copy of a thread: the running one, or the one that `replica` says. */
function atCopy(
  thread: string,
  replica: AnyExpr | null,
  scope: ExpressionContext,
  body: (copy: CopyFields) => Wasm,
): Wasm {
  const known = knownCopy(thread, replica, scope);
  if (known !== null) return body(known);
  const copy = local('i32', 'copy');
  const all = scope.layout.threads[thread]!.reduce<Wasm>(
    (others, layout, at) => either(operation('i32.eq', get(copy), i32(at)), body(layout), others),
    i32(0),
  );
  return sequence(set(copy, compileNumber(replica!, scope).code), all);
}

/** The cell of a reference, where its place is known and inside of the array. */
function knownCell(expr: Reference, scope: ExpressionContext): KnownCell | null {
  const { layout, words } = scope;
  const fields = expr.kind === 'shared' ? layout.shared : knownCopy(expr.thread, expr.replica, scope)?.locals;
  const field = fields?.[expr.name];
  const index = expr.index === null ? i32(0) : compileNumber(expr.index, scope).code;
  if (field === undefined || index.kind !== 'i32') return null;
  return index.value >= 0 && index.value < (field.length ?? 1) ? { field, index: index.value, words } : null;
}
