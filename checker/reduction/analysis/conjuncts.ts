/** Clauses: the conjuncts of a condition, one by one, with the cells that each may read. */
import * as sets from './value-set.ts';
import { partsOf, type AnyExpr, type Reference } from '../../language/expression.ts';
import { sizeOf } from '../../language/domain.ts';
import type { Property } from '../../language/property.ts';
import { ModelError } from '../../language/model-error.ts';
import { numbersOf, type Numbering } from '../../program/numbering.ts';
import { numericValue, rangeOfLocal, type NumericPlace } from './numeric-value.ts';
import type { ValueSet } from './value-set.ts';

/** Whether the expression, with these bound values, has the expected truth (1 or 0). */
interface Literal {
  readonly expr: AnyExpr;
  readonly bound: readonly number[];
  readonly expected: number;
}

/** A disjunction of literals, evaluated from the left. */
export type Clause = readonly Literal[];

const mostClauses = 4096;

/** Clauses whose conjunction is the condition, or its negation where `expected` is 0. */
export function clausesOf(expr: AnyExpr, bound: readonly number[] = [], expected = 1): readonly Clause[] {
  const whole: readonly Clause[] = [[{ expr, bound, expected }]];
  switch (expr.kind) {
    case 'claim':
      return clausesOf(expr.operand, bound, expected);
    case 'not':
      return clausesOf(expr.operand, bound, 1 - expected);
    case 'quantifier': {
      const { binder, body } = expr;
      const values = Array.from({ length: binder.high - binder.low + 1 }, (_, at) => binder.low + at);
      const instances = values.map((value) =>
        clausesOf(body, [...bound.slice(0, binder.level), value], expected),
      );
      if ((expr.quantifier === 'all') === (expected === 1)) return instances.flat();
      // One of several: a single clause, as long as each instance is one.
      return instances.every(({ length }) => length === 1) ? [instances.flat(2)] : whole;
    }
    case 'binary': {
      if (expr.operator !== '&&' && expr.operator !== '||') return whole;
      const left = clausesOf(expr.left, bound, expected);
      const right = clausesOf(expr.right, bound, expected);
      if ((expr.operator === '&&') === (expected === 1)) return [...left, ...right];
      if (left.length * right.length > mostClauses) return whole;
      return left.flatMap((one) => right.map((other) => [...one, ...other]));
    }
    case 'constant':
    case 'shared':
    case 'local':
    case 'self':
    case 'bound':
    case 'conditional':
    case 'ended':
    case 'wrap':
      return whole;
  }
}

export function clauseHolds(clause: Clause, place: NumericPlace): boolean {
  return clause.some(({ expr, bound, expected }) => numericValue(expr, { ...place, bound }) === expected);
}

/** A conjunct of an invariant, or of the negation of a witness. */
export interface Conjunct {
  /** Position in `Model.properties`. */
  readonly property: number;
  readonly clause: Clause;
}

/** The conjuncts of an invariant; of a witness those of its negation, one of which fails where it is reached. */
export function conjunctsOf(property: Property, position: number): readonly Conjunct[] {
  const clauses = clausesOf(property.condition, [], property.kind === 'always' ? 1 : 0);
  return clauses.map((clause) => ({ property: position, clause }));
}

/** How a conjunct depends on a cell, on a local, or on the end of a copy. */
export interface Bearing {
  /** Position in `Visibility.conjuncts`. */
  readonly conjunct: number;
  /** Values with which the literals that read it may be true, one of them, and those with which they may all be false. */
  readonly holding: ValueSet;
  readonly failing: ValueSet;
}

/** Which conjuncts may change when a cell, a local, or the end of a copy changes. */
export interface Visibility {
  readonly conjuncts: readonly Conjunct[];
  readonly byCell: readonly (readonly Bearing[])[];
  /** By copy and position in its local state; position 0 stands for the end: its value is the location. */
  readonly byLocal: readonly (readonly (readonly Bearing[])[])[];
}

/**
 * Sound for:  conjuncts whose indices depend on the state: they count as reading the whole array, or all copies.
 */
export function visibilityOf(numbering: Numbering, conjuncts: readonly Conjunct[]): Visibility {
  const byCell = numbering.cells.map((): Bearing[] => []);
  const byLocal = numbering.copies.map(({ thread }) =>
    Array.from({ length: numbering.widths[thread]! }, (): Bearing[] => []),
  );
  for (const [conjunct, { clause }] of conjuncts.entries()) {
    const places = placesOf(clause, numbering);
    for (const { copy, position, literals } of places.values()) {
      const bearing = { conjunct, ...truthsOf(literals, { copy, position }, numbering) };
      (copy === shared ? byCell[position]! : byLocal[copy]![position]!).push(bearing);
    }
  }
  return { conjuncts, byCell, byLocal };
}

const shared = -1;

/** What a clause reads: a shared cell (copy -1), or a position in the local state of a copy. */
interface ReadPosition {
  readonly copy: number;
  readonly position: number;
}

/** A place with the literals that read it; null where one of them reads other places too. */
interface ReadPlace extends ReadPosition {
  literals: Literal[] | null;
}

function placesOf(clause: Clause, numbering: Numbering): ReadonlyMap<string, ReadPlace> {
  const places = new Map<string, ReadPlace>();
  for (const literal of clause) {
    const read = new Map<string, ReadPosition>();
    const note = (copy: number, position: number) => read.set(`${copy},${position}`, { copy, position });
    support(literal.expr, literal.bound, {
      numbering,
      onCell: (cell) => note(shared, cell),
      onLocal: note,
    });
    for (const [key, place] of read) {
      const known = places.get(key) ?? { ...place, literals: [] };
      places.set(key, known);
      if (read.size > 1) known.literals = null;
      known.literals?.push(literal);
    }
  }
  return places;
}

const anything = { holding: sets.everything, failing: sets.everything };

/** The values of a place with which some of the literals are true, and those with which none is. */
function truthsOf(
  literals: Clause | null,
  { copy, position }: ReadPosition,
  numbering: Numbering,
): Pick<Bearing, 'holding' | 'failing'> {
  const values = literals === null ? null : valuesAt({ copy, position }, numbering);
  if (literals === null || values === null) return anything;
  const truth = (value: number) => {
    const place = { numbering, copy: -1, bound: [], readShared: () => value, readLocal: () => value };
    return clauseHolds(literals, place);
  };
  try {
    const holding = values.filter(truth);
    const failing = values.filter((value) => !holding.includes(value));
    return { holding: sets.setOf(holding), failing: sets.setOf(failing) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return anything;
  }
}

const mostValues = 64;

/** All values that a place may have, or null where there are too many; for a location the end and one that is not. */
function valuesAt({ copy, position }: ReadPosition, numbering: Numbering): readonly number[] | null {
  if (copy !== shared && position === 0) return [numbering.copies[copy]!.table.end, notTheEnd];
  const ranges = copy === shared ? numbering.shared : numbering.locals[numbering.copies[copy]!.thread]!;
  const range = [...ranges.values()].find(
    ({ first, length }) => first <= position && position < first + length,
  )!;
  return sizeOf(range.domain) > mostValues ? null : numbersOf(numbering.names, range.domain);
}

/** Stands for all other locations; no location, and not the -1 of threads that do not end. */
export const notTheEnd = -2;

interface Support {
  readonly numbering: Numbering;
  readonly onCell: (cell: number) => void;
  readonly onLocal: (copy: number, position: number) => void;
}

function support(expr: AnyExpr, bound: readonly number[], into: Support): void {
  if (expr.kind === 'quantifier') {
    const { binder, body } = expr;
    for (let value = binder.low; value <= binder.high; value++)
      support(body, [...bound.slice(0, binder.level), value], into);
    return;
  }
  for (const part of partsOf(expr)) support(part, bound, into);
  if (expr.kind === 'shared') {
    const { first, length } = into.numbering.shared.get(expr.name)!;
    for (const at of indices(expr.index, length, bound)) into.onCell(first + at);
  }
  if (expr.kind === 'local') supportOfLocal(expr, bound, into);
  if (expr.kind === 'ended')
    for (const copy of copiesOf(expr.thread, expr.replica, bound, into.numbering)) into.onLocal(copy, 0);
}

function supportOfLocal(expr: Reference & { kind: 'local' }, bound: readonly number[], into: Support): void {
  const { first, length } = rangeOfLocal(expr, into.numbering);
  for (const copy of copiesOf(expr.thread, expr.replica, bound, into.numbering))
    for (const at of indices(expr.index, length, bound)) into.onLocal(copy, first + at);
}

function copiesOf(
  thread: string,
  replica: AnyExpr | null,
  bound: readonly number[],
  numbering: Numbering,
): readonly number[] {
  const first = numbering.firstCopy.get(thread)!;
  return indices(replica, numbering.copies[first]!.table.thread.cpus, bound).map((at) => first + at);
}

/** The value of an index that is a constant or a bound variable; else all that it may be. */
function indices(index: AnyExpr | null, length: number, bound: readonly number[]): readonly number[] {
  if (index === null) return [0];
  if (index.kind === 'constant') return [Number(index.value)];
  if (index.kind === 'bound' && bound[index.binder.level]! < length) return [bound[index.binder.level]!];
  return Array.from({ length }, (_, at) => at);
}
