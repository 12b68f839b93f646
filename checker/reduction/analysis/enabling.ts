/** Why a transition is not enabled, and what could change that. */
import type { AnyExpr } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { clauseHolds, clausesOf, type Clause } from './conjuncts.ts';
import { sizeOf, valueAt } from '../../language/domain.ts';
import { numberOf, numbersOf, type Numbering } from '../../program/numbering.ts';
import type { NumericPlace } from './numeric-value.ts';

/** A part of a guard that is false, and stays so until another thread writes one of the cells. */
export interface EnablingConjunct {
  readonly cells: readonly number[];
  /** The values of the only cell that would make it true; null: not known. */
  readonly enabling: readonly number[] | null;
}

/** The copy whose guard it is, and its state. */
interface Asker {
  readonly numbering: Numbering;
  readonly copy: number;
  readonly locals: readonly number[];
  readonly readShared: (cell: number) => number;
}

/** The clauses of a guard that are false, each with the cells that it read. */
export function enablingConjuncts(context: Asker, guard: AnyExpr): readonly EnablingConjunct[] {
  const known = clausesOf(guard).flatMap((clause) => blockerOf(context, clause) ?? []);
  return known.length > 0 ? known : [blockerOf(context, [{ expr: guard, bound: [], expected: 1 }])!];
}

function blockerOf(context: Asker, clause: Clause): EnablingConjunct | null {
  const cells = new Set<number>();
  const { numbering, copy, locals } = context;
  const readLocal = (_: number, position: number) => locals[position]!;
  const readShared = (cell: number) => {
    cells.add(cell);
    return context.readShared(cell);
  };
  const place: NumericPlace = { numbering, copy, bound: [], readLocal, readShared };
  if (holds(clause, place) !== false) return null;
  const only = cells.size === 1 ? [...cells][0]! : null;
  return { cells: [...cells], enabling: only === null ? null : enablingValues(clause, only, place) };
}

const mostValues = 32;

/** The values of the cell with which the clause is not surely false, whatever the other cells hold. */
function enablingValues(clause: Clause, cell: number, place: NumericPlace): readonly number[] | null {
  const domain = place.numbering.cells[cell]!;
  if (sizeOf(domain) > mostValues) return null;
  return numbersOf(place.numbering.names, domain).filter((value) => {
    let others = false;
    const readShared = (asked: number) => {
      others ||= asked !== cell;
      return asked === cell ? value : firstNumber(place.numbering, asked);
    };
    return holds(clause, { ...place, readShared }) !== false || others;
  });
}

const firstNumber = ({ names, cells }: Numbering, cell: number) => numberOf(names, valueAt(cells[cell]!, 0));

/** Null: evaluating it is a model error. */
function holds(clause: Clause, place: NumericPlace): boolean | null {
  try {
    return clauseHolds(clause, place);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return null;
  }
}
