/** The value of an expression as a number, read through functions: the interpreter's meaning on numbers. */
import type { AnyExpr, Reference } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { numberOf, type CellRange, type Numbering } from '../../program/numbering.ts';

/** Where an expression is evaluated, and how it reads. */
export interface NumericPlace {
  readonly numbering: Numbering;
  /** The running copy; in a property there is none (-1). */
  readonly copy: number;
  /** The values of the bound variables, by level. */
  readonly bound: readonly number[];
  readonly readShared: (cell: number) => number;
  /** Position 0 is the location. */
  readonly readLocal: (copy: number, position: number) => number;
}

/** Throws  ModelError for an index outside of its array; its text is for nobody: the interpreter tells it. */
export function numericValue(expr: AnyExpr, place: NumericPlace): number {
  switch (expr.kind) {
    case 'constant':
      return numberOf(place.numbering.names, expr.value);
    case 'shared':
      return place.readShared(cellOf(expr, place));
    case 'local':
      return place.readLocal(copyOf(expr, place), positionOf(expr, place));
    case 'self':
      return place.numbering.copies[place.copy]!.replica;
    case 'bound':
      return place.bound[expr.binder.level]!;
    case 'not':
      return 1 - numericValue(expr.operand, place);
    case 'claim':
      return numericValue(expr.operand, place);
    case 'binary':
      return valueOfBinary(expr, place);
    case 'conditional':
      return numericValue(numericValue(expr.condition, place) === 1 ? expr.then : expr.otherwise, place);
    case 'quantifier': {
      const { binder, body } = expr;
      const unit = expr.quantifier === 'all' ? 1 : 0;
      for (let value = binder.low; value <= binder.high; value++)
        if (numericValue(body, bindNumber(place, binder.level, value)) !== unit) return 1 - unit;
      return unit;
    }
    case 'ended': {
      const copy = copyNamed(expr.thread, expr.replica, place);
      return place.readLocal(copy, 0) === place.numbering.copies[copy]!.table.end ? 1 : 0;
    }
  }
}

export const bindNumber = (place: NumericPlace, level: number, value: number): NumericPlace => ({
  ...place,
  bound: [...place.bound.slice(0, level), value],
});

function valueOfBinary(expr: AnyExpr & { kind: 'binary' }, place: NumericPlace): number {
  const left = numericValue(expr.left, place);
  if (expr.operator === '&&') return left === 0 ? 0 : numericValue(expr.right, place);
  if (expr.operator === '||') return left === 1 ? 1 : numericValue(expr.right, place);
  const right = numericValue(expr.right, place);
  switch (expr.operator) {
    case '==':
      return left === right ? 1 : 0;
    case '!=':
      return left === right ? 0 : 1;
    case '<':
      return left < right ? 1 : 0;
    case '<=':
      return left <= right ? 1 : 0;
    case '>':
      return left > right ? 1 : 0;
    case '>=':
      return left >= right ? 1 : 0;
    case '+':
      return left + right;
    case '-':
      return left - right;
  }
}

/** The cell of a shared reference. */
export function cellOf(expr: Reference & { kind: 'shared' }, place: NumericPlace): number {
  return within(place.numbering.shared.get(expr.name)!, expr, place);
}

/** The position of a local in the local state of its copy. */
export function positionOf(expr: Reference & { kind: 'local' }, place: NumericPlace): number {
  return within(rangeOfLocal(expr, place.numbering), expr, place);
}

export function rangeOfLocal(
  expr: Reference & { kind: 'local' },
  { firstCopy, copies, locals }: Numbering,
): CellRange {
  return locals[copies[firstCopy.get(expr.thread)!]!.thread]!.get(expr.name)!;
}

function copyOf(expr: Reference & { kind: 'local' }, place: NumericPlace): number {
  return expr.replica === null ? place.copy : copyNamed(expr.thread, expr.replica, place);
}

function copyNamed(thread: string, replica: AnyExpr, place: NumericPlace): number {
  const { firstCopy, copies } = place.numbering;
  const first = firstCopy.get(thread)!;
  const at = numericValue(replica, place);
  if (at < 0 || at >= copies[first]!.table.thread.cpus) throw new ModelError('there is no such copy');
  return first + at;
}

function within({ first, length }: CellRange, { index }: Reference, place: NumericPlace): number {
  if (index === null) return first;
  const at = numericValue(index, place);
  if (at < 0 || at >= length) throw new ModelError('an index is outside of its array');
  return first + at;
}
