/** The domain of numbers: the value of an expression in one state, read through functions. */
import { calculate, wrapped } from '../../language/arithmetic.ts';
import { isArithmeticOperator, type AnyExpr, type Reference } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { evaluate, type ValueDomain, type Place, type StrictExpr } from './evaluate.ts';
import { numberOf, type CellRange, type Numbering } from '../../program/numbering.ts';

/** Where an expression is evaluated, and how it reads. */
export interface NumericPlace extends Place {
  readonly numbering: Numbering;
  /** The running copy; in a property there is none (-1). */
  readonly copy: number;
  readonly readShared: (cell: number) => number;
  /** Position 0 is the location. */
  readonly readLocal: (copy: number, position: number) => number;
}

const numbers: ValueDomain<number, NumericPlace> = {
  none: NaN,
  single: (number) => number,
  has: (value, number) => value === number,
  join: (a, b) => (Number.isNaN(a) ? b : a),
  constant: (value, { numbering }) => numberOf(numbering.names, value),
  self: ({ numbering, copy }) => numbering.copies[copy]!.replica,
  read: (expr, place) =>
    expr.kind === 'shared'
      ? place.readShared(cellOf(expr, place))
      : place.readLocal(copyOf(expr, place), positionOf(expr, place)),
  ended: ({ thread, replica }, place) => {
    const copy = copyNamed(thread, replica, place);
    return Number(place.readLocal(copy, 0) === place.numbering.copies[copy]!.table.end);
  },
  strict: (expr, place) => computed(expr, numericValue(expr.left, place), numericValue(expr.right, place)),
  wrap: (expr, place) => wrapped(expr, (part) => numericValue(part, place)),
  assume: (_condition, _truth, place) => place,
};

/** Throws  ModelError for an index outside of its array and arithmetic without a result: the interpreter words the message. */
export const numericValue = (expr: AnyExpr, place: NumericPlace): number => evaluate(expr, place, numbers);

function computed(expr: StrictExpr, left: number, right: number): number {
  const { operator } = expr;
  if (isArithmeticOperator(operator)) return calculate(operator, left, right, expr);
  switch (operator) {
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
