/** The value of an expression in a state. */
import type { Value } from '../language/domain.ts';
import { isArithmeticOperator, type AnyExpr, type Reference } from '../language/expression.ts';
import { calculate, wrapped } from '../language/arithmetic.ts';
import { ModelError } from '../language/model-error.ts';
import { printExpr } from '../language/print.ts';

export type Cells = Readonly<Record<string, Value | readonly Value[]>>;

export interface ThreadState {
  readonly location: number;
  readonly locals: Cells;
}

/** A state of the model, plain and immutable; the copies of a thread are listed by index. */
export interface State {
  readonly shared: Cells;
  readonly threads: Readonly<Record<string, readonly ThreadState[]>>;
}

/** Where an expression is evaluated. */
export interface EvaluationContext {
  readonly state: State;
  /** The running thread and copy; in a property there is none. */
  readonly thread: string;
  readonly replica: number;
  /** The values of the bound variables, by level. */
  readonly bound: readonly number[];
  /** The end location of each thread, for properties. */
  readonly ends: Readonly<Record<string, number>>;
  /** Receives every cell that is read. */
  readonly onRead?: (cell: string, value: Value) => void;
}

/** The name of a cell in a trace: `pmd`, `pte[0]`. */
export const cellName = (name: string, index: number | null) => (index === null ? name : `${name}[${index}]`);

/** Throws  ModelError for an index outside of its array. */
export function evaluate(expr: AnyExpr, place: EvaluationContext): Value {
  switch (expr.kind) {
    case 'constant':
      return expr.value;
    case 'shared':
    case 'local':
      return read(expr, place);
    case 'self':
      return place.replica;
    case 'bound':
      return place.bound[expr.binder.level]!;
    case 'not':
      return evaluate(expr.operand, place) === false;
    case 'claim':
      return evaluate(expr.operand, place);
    case 'binary':
      return evaluateBinary(expr, place);
    case 'wrap':
      return wrapped(expr, (part) => toNumber(part, place));
    case 'conditional':
      return evaluate(isTrue(expr.condition, place) ? expr.then : expr.otherwise, place);
    case 'quantifier': {
      const instance = (value: number) => isTrue(expr.body, withBound(place, expr.binder.level, value));
      const all = expr.quantifier === 'all';
      for (let value = expr.binder.low; value <= expr.binder.high; value++)
        if (instance(value) !== all) return !all;
      return all;
    }
    case 'ended':
      return hasEnded(expr, place);
  }
}

function hasEnded({ thread, replica }: AnyExpr & { kind: 'ended' }, place: EvaluationContext): boolean {
  const copies = place.state.threads[thread]!;
  const copy = copies[toNumber(replica, place)];
  if (copy === undefined)
    throw new ModelError(
      `'ended' asks for copy ${toNumber(replica, place)} of thread '${thread}', whose copies are 0 to ${copies.length - 1}`,
    );
  return copy.location === place.ends[thread];
}

export const isTrue = (expr: AnyExpr, place: EvaluationContext): boolean => evaluate(expr, place) === true;

const toNumber = (expr: AnyExpr, place: EvaluationContext) => evaluate(expr, place) as number;

export function withBound(place: EvaluationContext, level: number, value: number): EvaluationContext {
  return { ...place, bound: [...place.bound.slice(0, level), value] };
}

function evaluateBinary(expr: AnyExpr & { kind: 'binary' }, place: EvaluationContext): Value {
  const { operator, left, right } = expr;
  if (isArithmeticOperator(operator))
    return calculate(operator, toNumber(left, place), toNumber(right, place), expr);
  switch (operator) {
    case '&&':
      return isTrue(left, place) && isTrue(right, place);
    case '||':
      return isTrue(left, place) || isTrue(right, place);
    case '==':
      return evaluate(left, place) === evaluate(right, place);
    case '!=':
      return evaluate(left, place) !== evaluate(right, place);
    case '<':
      return toNumber(left, place) < toNumber(right, place);
    case '<=':
      return toNumber(left, place) <= toNumber(right, place);
    case '>':
      return toNumber(left, place) > toNumber(right, place);
    case '>=':
      return toNumber(left, place) >= toNumber(right, place);
  }
}

function read(expr: Reference, place: EvaluationContext): Value {
  const cells = cellsOf(expr, place);
  const index = indexOf(expr, place);
  const stored = cells[expr.name]!;
  const value = index === null ? (stored as Value) : (stored as readonly Value[])[index]!;
  if (expr.kind === 'shared') place.onRead?.(cellName(expr.name, index), value);
  return value;
}

/** The variables among which a reference is found: shared memory or the locals of a copy. */
export function cellsOf(expr: Reference, place: EvaluationContext): Cells {
  if (expr.kind === 'shared') return place.state.shared;
  const replica = expr.replica === null ? place.replica : toNumber(expr.replica, place);
  return place.state.threads[expr.thread]![replica]!.locals;
}

/** Throws  ModelError when the index is outside of the array. */
export function indexOf(expr: Reference, place: EvaluationContext): number | null {
  if (expr.index === null) return null;
  const index = toNumber(expr.index, place);
  const { length } = cellsOf(expr, place)[expr.name] as readonly Value[];
  if (index < 0 || index >= length)
    throw new ModelError(
      `'${printExpr(expr)}' is read or written at ${index}, and the array has the elements 0 to ${length - 1}`,
    );
  return index;
}
