/** The values that an expression may have when its variables are only known as sets; and what a condition tells of them. */
import * as sets from './value-set.ts';
import type { AnyExpr, BinaryOperator, Reference, SharedReference } from '../../language/expression.ts';
import { mindsDecrease, mindsIncrease, read, test } from './access.ts';
import { mirrored, opposite, satisfying, type ComparisonOperator, type Kept } from './comparison.ts';
import { numberOf, type CellRange, type Numbering } from '../../program/numbering.ts';
import type { ValueSet } from './value-set.ts';

/** What is known of the memory: the local state of the running copy, then the tracked cells. */
export type Knowledge = readonly ValueSet[];

/** The analysis of one copy: what is constant, and where it records. */
export interface AbstractRun {
  readonly numbering: Numbering;
  readonly copy: number;
  /** By shared cell: its position in the knowledge, or -1 when it is not tracked. */
  readonly positions: ArrayLike<number>;
  /** By shared cell: all values of its domain. */
  readonly domains: readonly ValueSet[];
  /** By element: kinds of access so far. */
  readonly kinds: Uint8Array;
  /** Is told of each tracked cell, by its position in the knowledge, before what is known of it is used or changed. */
  readonly touch: (position: number) => void;
}

/** What an expression is evaluated in. */
export interface AbstractPlace {
  readonly run: AbstractRun;
  readonly known: Knowledge;
  readonly bound: readonly number[];
}

export const bindSet = (place: AbstractPlace, level: number, value: number): AbstractPlace => ({
  ...place,
  bound: [...place.bound.slice(0, level), value],
});

const knowing = (place: AbstractPlace, known: Knowledge): AbstractPlace =>
  known === place.known ? place : { ...place, known };

/** All values that the expression may have; what it may read is recorded. Empty: it is the author's mistake in any case. */
export function valuesOf(expr: AnyExpr, place: AbstractPlace): ValueSet {
  switch (expr.kind) {
    case 'constant':
      return sets.single(numberOf(place.run.numbering.names, expr.value));
    case 'shared':
    case 'local':
      return valuesAt(expr, place);
    case 'self':
      return sets.single(place.run.numbering.copies[place.run.copy]!.replica);
    case 'bound':
      return sets.single(place.bound[expr.binder.level]!);
    case 'not':
      return inverted(valuesOf(expr.operand, place));
    case 'claim':
      return valuesOf(expr.operand, place);
    case 'binary':
      return valuesOfBinary(expr, place);
    case 'conditional': {
      const condition = valuesOf(expr.condition, place);
      const then = sets.has(condition, 1) ? assume(expr.condition, true, place) : null;
      const otherwise = sets.has(condition, 0) ? assume(expr.condition, false, place) : null;
      return sets.join(
        then === null ? sets.empty : valuesOf(expr.then, knowing(place, then)),
        otherwise === null ? sets.empty : valuesOf(expr.otherwise, knowing(place, otherwise)),
      );
    }
    case 'quantifier':
      return valuesOfQuantifier(expr, place);
    case 'ended':
      return sets.either;
  }
}

const inverted = (set: ValueSet) => sets.truth(sets.has(set, 0), sets.has(set, 1));

function valuesOfQuantifier(
  { quantifier, binder, body }: AnyExpr & { kind: 'quantifier' },
  place: AbstractPlace,
): ValueSet {
  const unit = quantifier === 'all' ? 1 : 0;
  let other = false;
  for (let value = binder.low; value <= binder.high; value++) {
    const instance = valuesOf(body, bindSet(place, binder.level, value));
    other ||= sets.has(instance, 1 - unit);
    if (!sets.has(instance, unit)) return other ? sets.single(1 - unit) : sets.empty;
  }
  return other ? sets.either : sets.single(unit);
}

function valuesOfBinary(expr: AnyExpr & { kind: 'binary' }, place: AbstractPlace): ValueSet {
  const { operator } = expr;
  if (isCounterTest(expr)) return valuesOfTest(expr, place);
  const left = valuesOf(expr.left, place);
  if (operator === '&&' || operator === '||') {
    const goesOn = operator === '&&' ? 1 : 0;
    const known = sets.has(left, goesOn) ? assume(expr.left, goesOn === 1, place) : null;
    const stops = sets.has(left, 1 - goesOn) ? sets.single(1 - goesOn) : sets.empty;
    return known === null ? stops : sets.join(stops, valuesOf(expr.right, knowing(place, known)));
  }
  return computed(operator, left, valuesOf(expr.right, place));
}

type Strict = Exclude<BinaryOperator, '&&' | '||'>;

function computed(operator: Strict, left: ValueSet, right: ValueSet): ValueSet {
  if (sets.isEmpty(left) || sets.isEmpty(right)) return sets.empty;
  switch (operator) {
    case '==':
      return equality(left, right);
    case '!=':
      return inverted(equality(left, right));
    case '<':
      return sets.truth(left.low < right.high, left.high >= right.low);
    case '<=':
      return sets.truth(left.low <= right.high, left.high > right.low);
    case '>':
      return sets.truth(left.high > right.low, left.low <= right.high);
    case '>=':
      return sets.truth(left.high >= right.low, left.low < right.high);
    case '+':
      return sets.plus(left, right);
    case '-':
      return sets.plus(left, sets.isSingle(right) ? sets.single(-right.low) : sets.negated(right));
  }
}

type CounterTest = AnyExpr & { kind: 'binary'; operator: ComparisonOperator; left: SharedReference };

const isCounterTest = (expr: AnyExpr & { kind: 'binary' }): expr is CounterTest =>
  expr.left.kind === 'shared' &&
  expr.left.domain.kind === 'range' &&
  expr.right.kind === 'constant' &&
  expr.operator in opposite;

/** A comparison of a cell with a constant: where it surely comes out one way, it may not mind that others count. */
function valuesOfTest({ operator, left, right }: CounterTest, place: AbstractPlace): ValueSet {
  const values = valuesAt(left, place, test);
  const constant = valuesOf(right, place);
  const result = computed(operator, values, constant);
  const isOtherIf = (amount: number) =>
    !sets.sameSet(computed(operator, sets.plus(values, sets.single(amount)), constant), result);
  const minds = (isOtherIf(1) ? mindsIncrease : 0) | (isOtherIf(-1) ? mindsDecrease : 0);
  if (!sets.isSingle(result)) valuesAt(left, place, read);
  else if (minds !== 0) valuesAt(left, place, minds);
  return result;
}

const equality = (left: ValueSet, right: ValueSet) =>
  sets.truth(
    !sets.isEmpty(sets.meet(left, right)),
    !(sets.isSingle(left) && sets.isSingle(right) && left.low === right.low),
  );

/** The elements that an index may name, as offsets from the first; null: none of the array. */
export function indicesOf(
  index: AnyExpr | null,
  { length }: CellRange,
  place: AbstractPlace,
): ValueSet | null {
  if (index === null) return sets.single(0);
  const within = sets.meet(valuesOf(index, place), sets.interval(0, length - 1));
  return sets.isEmpty(within) ? null : within;
}

export function rangeOf(expr: Reference, { numbering, copy }: AbstractRun): CellRange {
  const ranges =
    expr.kind === 'shared' ? numbering.shared : numbering.locals[numbering.copies[copy]!.thread]!;
  return ranges.get(expr.name)!;
}

/** The position of a local or a shared cell in the knowledge, about to be used; -1 where nothing is known of it. */
export function positionIn(expr: Reference, cell: number, { positions, touch }: AbstractRun): number {
  if (expr.kind === 'local') return cell;
  const position = positions[cell]!;
  if (position >= 0) touch(position);
  return position;
}

function valuesAt(expr: Reference, place: AbstractPlace, kind = read): ValueSet {
  const { run, known } = place;
  const range = rangeOf(expr, run);
  const at = indicesOf(expr.index, range, place);
  if (at === null) return sets.empty;
  let values = sets.empty;
  for (let index = at.low; index <= at.high; index++) {
    if (!sets.has(at, index)) continue;
    const cell = range.first + index;
    if (expr.kind === 'shared') run.kinds[cell]! |= kind;
    const position = positionIn(expr, cell, run);
    values = sets.join(values, position < 0 ? run.domains[cell]! : known[position]!);
  }
  return values;
}

/** What is known where the condition has this truth; null: it cannot have it. */
export function assume(expr: AnyExpr, expected: boolean, place: AbstractPlace): Knowledge | null {
  switch (expr.kind) {
    case 'not':
      return assume(expr.operand, !expected, place);
    case 'claim':
      return assume(expr.operand, expected, place);
    case 'binary':
      return assumeBinary(expr, expected, place);
    case 'quantifier': {
      if ((expr.quantifier === 'all') !== expected) return whatever(expr, expected, place);
      const { binder, body } = expr;
      let known: Knowledge | null = place.known;
      for (let value = binder.low; known !== null && value <= binder.high; value++)
        known = assume(body, expected, bindSet(knowing(place, known), binder.level, value));
      return known;
    }
    case 'shared':
    case 'local':
      return narrowed(expr, sets.single(expected ? 1 : 0), place);
    case 'constant':
    case 'self':
    case 'bound':
    case 'conditional':
    case 'ended':
      return whatever(expr, expected, place);
  }
}

const whatever = (expr: AnyExpr, expected: boolean, place: AbstractPlace) =>
  sets.has(valuesOf(expr, place), expected ? 1 : 0) ? place.known : null;

function assumeBinary(
  expr: AnyExpr & { kind: 'binary' },
  expected: boolean,
  place: AbstractPlace,
): Knowledge | null {
  const { operator, left, right } = expr;
  if (operator === '+' || operator === '-') return place.known;
  if (operator === '&&' || operator === '||') {
    if ((operator === '&&') !== expected) return whatever(expr, expected, place);
    const known = assume(left, expected, place);
    return known === null ? null : assume(right, expected, knowing(place, known));
  }
  if (!sets.has(valuesOf(expr, place), expected ? 1 : 0)) return null;
  const comparison = expected ? operator : opposite[operator];
  const known = isReference(left)
    ? narrowed(left, satisfying(comparison, valuesOf(right, place)), place)
    : place.known;
  if (known === null || !isReference(right)) return known;
  const after = knowing(place, known);
  return narrowed(right, satisfying(mirrored[comparison], valuesOf(left, after)), after);
}

const isReference = (expr: AnyExpr): expr is Reference => expr.kind === 'shared' || expr.kind === 'local';

/** The knowledge with a variable confined to some values, where it is one known cell. */
function narrowed(expr: Reference, to: Kept, place: AbstractPlace): Knowledge | null {
  const { run, known } = place;
  const range = rangeOf(expr, run);
  const at = indicesOf(expr.index, range, place);
  if (at === null) return null;
  if (!sets.isSingle(at)) return known;
  const cell = range.first + at.low;
  const position = positionIn(expr, cell, run);
  if (position < 0) return known;
  const before = known[position]!;
  const after = 'not' in to ? sets.without(before, to.not) : sets.meet(before, to);
  if (sets.isEmpty(after)) return null;
  return sets.sameSet(before, after) ? known : known.with(position, after);
}
