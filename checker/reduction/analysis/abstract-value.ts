/** The domain of sets of numbers: the values that an expression may have, and what its truth implies for variables. */
import * as sets from './value-set.ts';
import type { ValueSet } from './value-set.ts';
import {
  isArithmeticOperator,
  type AnyExpr,
  type ArithmeticOperator,
  type ComparisonOperator,
  type Reference,
  type SharedReference,
} from '../../language/expression.ts';
import { lowestBits, modularOperand, resultOf, type WrapExpr } from '../../language/arithmetic.ts';
import { intervalOf, isWithin, limited, ofBits } from '../../language/interval.ts';
import { mindsDecrease, mindsIncrease, read, test } from './access.ts';
import { bind, evaluate, split, type ValueDomain, type Place, type StrictOperator } from './evaluate.ts';
import { numberOf, type CellRange, type Numbering } from '../../program/numbering.ts';
import type { Visibility } from './conjuncts.ts';

/** What is known of the memory: the local state of the running copy, then the tracked cells. */
export type Knowledge = readonly ValueSet[];

/** The analysis of one copy: what is constant, and where it records. */
export interface AbstractRun {
  readonly numbering: Numbering;
  readonly visibility: Visibility;
  readonly copy: number;
  /** Positions in the knowledge before the tracked cells. */
  readonly width: number;
  /** By shared cell: its position in the knowledge, or -1 when it is not tracked. */
  readonly positions: ArrayLike<number>;
  /** By shared cell: the position in the knowledge of the sum that the copy has added to it, or -1. */
  readonly sums: ArrayLike<number>;
  /** By shared cell: all values of its domain. */
  readonly domains: readonly ValueSet[];
  /** By element: kinds of access so far. */
  readonly kinds: Uint8Array;
  /** By tracked cell: the values written so far. */
  readonly written: ValueSet[];
  /** Receives the position in the knowledge of each tracked cell before its value is used or changed. */
  readonly touch: (position: number) => void;
  readonly arrive: (location: number, known: Knowledge) => void;
}

/** Where an expression is evaluated. */
export interface AbstractPlace extends Place {
  readonly run: AbstractRun;
  readonly known: Knowledge;
}

export const knowing = (place: AbstractPlace, known: Knowledge): AbstractPlace =>
  known === place.known ? place : { ...place, known };

const valueSets: ValueDomain<ValueSet, AbstractPlace> = {
  none: sets.empty,
  single: sets.single,
  has: sets.has,
  join: sets.join,
  constant: (value, { run }) => sets.single(numberOf(run.numbering.names, value)),
  self: ({ run }) => sets.single(run.numbering.copies[run.copy]!.replica),
  read: (expr, place) => valuesAt(expr, place),
  ended: () => sets.either,
  strict: (expr, place) =>
    isCounterTest(expr)
      ? valuesOfTest(expr, place)
      : computed(expr.operator, valuesOf(expr.left, place), valuesOf(expr.right, place)),
  wrap: (expr, place) => wrappedValues(expr, (part) => valuesOf(part, place)),
  assume,
};

/** All values that the expression may have; its possible reads are recorded. Empty: evaluating it is a model error. */
export const valuesOf = (expr: AnyExpr, place: AbstractPlace): ValueSet => evaluate(expr, place, valueSets);

/** The place where the condition is true, and the one where it is false; null where it cannot be so. */
export const splitSets = (condition: AnyExpr, place: AbstractPlace) => split(condition, place, valueSets);

const inverted = (set: ValueSet) => sets.truth(sets.has(set, 0), sets.has(set, 1));

function computed(operator: StrictOperator, left: ValueSet, right: ValueSet): ValueSet {
  if (sets.isEmpty(left) || sets.isEmpty(right)) return sets.empty;
  if (isArithmeticOperator(operator)) return results(operator, left, right);
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
  }
}

function results(operator: ArithmeticOperator, left: ValueSet, right: ValueSet): ValueSet {
  switch (operator) {
    case '+':
      return sets.plus(left, right);
    case '-':
      return sets.plus(left, sets.isSingle(right) ? sets.single(-right.low) : sets.negated(right));
    case '*':
    case '/':
    case '%':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>': {
      if (sets.sizeOf(left) * sets.sizeOf(right) <= mostPairs)
        return sets.setOf(
          sets
            .valuesOf(left)
            .flatMap((one) => sets.valuesOf(right).flatMap((other) => resultOf(operator, one, other) ?? [])),
        );
      const { low, high } = limited(intervalOf(operator, left, right));
      return sets.interval(low, high);
    }
  }
}

/** So many pairs of operands are computed one by one; of more only the bounds. */
const mostPairs = 64;

/** A sum, a difference, a product or a shift has any length here, as `wrapped` computes it. */
function wrappedValues(expr: WrapExpr, valuesIn: (part: AnyExpr) => ValueSet): ValueSet {
  const operand = modularOperand(expr);
  const all = ofBits(expr.bits, expr.signed);
  const [left, right] = operand === null ? [] : [valuesIn(operand.left), valuesIn(operand.right)];
  if (operand === null) {
    const values = valuesIn(expr.operand);
    if (sets.isEmpty(values) || isWithin(values, all)) return values;
    if (sets.sizeOf(values) <= mostPairs)
      return sets.setOf(sets.valuesOf(values).map((value) => lowestBits(value, expr)));
  } else {
    if (sets.isEmpty(left!) || sets.isEmpty(right!)) return sets.empty;
    const values = results(operand.operator, left!, right!);
    const bounds = intervalOf(operand.operator, left!, right!);
    if (isWithin(bounds, all)) return values;
    // With these bounds no result is missing in the set but those of shifts by no amount.
    if (isWithin(bounds, limited(bounds)) && sets.sizeOf(values) <= mostPairs)
      return sets.setOf(sets.valuesOf(values).map((value) => lowestBits(value, expr)));
  }
  return sets.interval(all.low, all.high);
}

type CounterTest = AnyExpr & { kind: 'binary'; operator: ComparisonOperator; left: SharedReference };

export const isCounterTest = (expr: AnyExpr & { kind: 'binary' }): expr is CounterTest =>
  expr.left.kind === 'shared' &&
  expr.left.domain.kind === 'range' &&
  expr.right.kind === 'constant' &&
  expr.operator in opposite;

/** A comparison of a cell with a constant: where its result is certain, additions of others may not change it. */
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

/** The place where the condition has this truth, with what that implies for its variables; null: it cannot have it. */
export function assume(expr: AnyExpr, truth: boolean, place: AbstractPlace): AbstractPlace | null {
  switch (expr.kind) {
    case 'not':
      return assume(expr.operand, !truth, place);
    case 'claim':
      return assume(expr.operand, truth, place);
    case 'binary':
      return assumeBinary(expr, truth, place);
    case 'quantifier': {
      const { quantifier, binder, body } = expr;
      if ((quantifier === 'all') !== truth) return possibly(expr, truth, place);
      let after: AbstractPlace | null = place;
      for (let value = binder.low; after !== null && value <= binder.high; value++)
        after = assume(body, truth, bind(after, binder.level, value));
      return after;
    }
    case 'shared':
    case 'local':
      return narrowed(expr, sets.single(truth ? 1 : 0), place);
    case 'constant':
    case 'self':
    case 'bound':
    case 'conditional':
    case 'ended':
    case 'wrap':
      return possibly(expr, truth, place);
  }
}

const possibly = (expr: AnyExpr, truth: boolean, place: AbstractPlace) =>
  sets.has(valuesOf(expr, place), truth ? 1 : 0) ? place : null;

function assumeBinary(
  expr: AnyExpr & { kind: 'binary' },
  truth: boolean,
  place: AbstractPlace,
): AbstractPlace | null {
  const { operator, left, right } = expr;
  if (isArithmeticOperator(operator)) return place;
  if (operator === '&&' || operator === '||') {
    if ((operator === '&&') !== truth) return possibly(expr, truth, place);
    const after = assume(left, truth, place);
    return after === null ? null : assume(right, truth, after);
  }
  if (possibly(expr, truth, place) === null) return null;
  const comparison = truth ? operator : opposite[operator];
  const after = isReference(left)
    ? narrowed(left, satisfying(comparison, valuesOf(right, place)), place)
    : place;
  if (after === null || !isReference(right)) return after;
  return narrowed(right, satisfying(mirrored[comparison], valuesOf(left, after)), after);
}

const isReference = (expr: AnyExpr): expr is Reference => expr.kind === 'shared' || expr.kind === 'local';

/** The place with a variable confined to some values, where it is one known cell; null: it has none of them. */
function narrowed(expr: Reference, to: Kept, place: AbstractPlace): AbstractPlace | null {
  const { run, known } = place;
  const range = rangeOf(expr, run);
  const at = indicesOf(expr.index, range, place);
  if (at === null) return null;
  if (!sets.isSingle(at)) return place;
  const cell = range.first + at.low;
  const position = positionIn(expr, cell, run);
  if (position < 0) return place;
  const before = known[position]!;
  const after = 'not' in to ? sets.without(before, to.not) : sets.meet(before, to);
  if (sets.isEmpty(after)) return null;
  return sets.sameSet(before, after) ? place : { ...place, known: known.with(position, after) };
}

/** True exactly where the comparison is false. */
export const opposite: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** The same with its sides exchanged. */
export const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const { low: least, high: most } = sets.everything;

/** Values to be kept: a set, or all but one. */
export type Kept = ValueSet | { readonly not: number };

/** The values x for which `x comparison y` is true for some y of the set. */
export function satisfying(comparison: ComparisonOperator, set: ValueSet): Kept {
  const { low, high } = set;
  switch (comparison) {
    case '==':
      return set;
    case '!=':
      return low === high ? { not: low } : sets.interval(least, most);
    case '<':
      return sets.interval(least, high - 1);
    case '<=':
      return sets.interval(least, high);
    case '>':
      return sets.interval(low + 1, most);
    case '>=':
      return sets.interval(low, most);
  }
}
