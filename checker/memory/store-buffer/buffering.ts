/** What a CPU does with its store buffer: put a store in, look a load up, wait until it is empty. */
import {
  add,
  and,
  conditional,
  eq,
  ge,
  lt,
  ne,
  not,
  or,
  toExpr,
  type AnyExpr,
  type Expr,
  type SharedReference,
} from '../../language/expression.ts';
import { set, when, type Effect } from '../../language/statement.ts';
import type { BufferedVariable } from './buffered-cells.ts';
import { valueFor, type Buffer, type Slot } from './store-buffer.ts';

const empty = 0;
/** A number that no cell has. */
const nowhere = -1;

export const isEmpty = ({ slots }: Buffer): Expr<boolean> => eq(slots[0]!.cell, empty);

/** No release store waits. */
export const hasNoRelease = ({ slots }: Buffer): Expr<boolean> =>
  not(or(...slots.flatMap(({ release }) => release ?? [])));

/** True when so many slots are free. */
export const hasRoomFor = (stores: number, { slots }: Buffer): Expr<boolean> =>
  eq(slots.at(-stores)!.cell, empty);

/** The place of a shared variable, or undefined when stores to it do not wait here. */
export const placeOf = (
  { places }: { readonly places: readonly BufferedVariable[] },
  { name }: SharedReference,
): BufferedVariable | undefined => places.find(({ variable }) => variable === name);

/** What kind of store it is. */
export interface Marks {
  readonly isRelease: boolean;
  /** It is the write of an atomic operation. */
  readonly isExclusive: boolean;
}

/**
 * Puts a store behind those that wait: into the first free slot.
 *
 * The slots are tried from the last down; the one that is filled is no reason to fill the one below.
 */
export function push(
  buffer: Buffer,
  target: SharedReference,
  value: AnyExpr,
  { isRelease, isExclusive }: Marks,
): readonly Effect[] {
  const { slots, fenced } = buffer;
  const place = placeOf(buffer.of, target)!;
  // The value first: it may be computed from a store that waits, and the cell is what tells that it does.
  const put = (slot: Slot) => [
    { kind: 'set', target: valueFor(slot, place), value, named: target } as const,
    set(slot.cell, cellNumber(place, target)),
    ...(isExclusive ? [set(slot.exclusive!, true)] : []),
  ];
  const behind = slots.map((slot, at) => {
    const marks = marksOf(slot, fenced, isRelease);
    if (at === 0) return when(eq(slot.cell, empty), ...marks, ...put(slot));
    return when(and(eq(slot.cell, empty), ne(slots[at - 1]!.cell, empty)), ...marks, ...put(slot));
  });
  return [...behind.reverse(), ...(fenced === null ? [] : [set(fenced, false)])];
}

/** What a store says of the order in which it leaves; a release is a store behind a barrier where nothing finer is kept. */
function marksOf(slot: Slot, fenced: Buffer['fenced'], release: boolean): readonly Effect[] {
  const own = slot.release === null ? [] : [set(slot.release, release)];
  if (slot.fence === null || fenced === null) return own;
  return [...own, set(slot.fence, release && slot.release === null ? true : fenced)];
}

/** A write barrier: nothing to do while nothing waits. */
export const fence = (buffer: Buffer): readonly Effect[] =>
  buffer.fenced === null ? [] : [when(not(isEmpty(buffer)), set(buffer.fenced, true))];

/** What a load sees: the youngest store of its own CPU to that cell, else memory. */
export function forwarded(buffer: Buffer, reference: SharedReference): AnyExpr {
  const place = placeOf(buffer.of, reference);
  if (place === undefined) return reference;
  return buffer.slots.reduce<Expr>(
    (older, slot) => conditional(isFor(buffer, slot, reference), valueFor(slot, place), older),
    reference,
  );
}

export function isFor(buffer: Buffer, { cell }: Slot, reference: SharedReference): Expr<boolean> {
  const place = placeOf(buffer.of, reference)!;
  const matches = eq(cell, cellNumber(place, reference));
  if (place.element !== 'own' || isSelf(reference.index, buffer.self)) return matches;
  return and(matches, eq(reference.index as Expr<number>, buffer.self as Expr<number>));
}

/** The index is the copy whose buffer it is, and not that of another CPU which asks. */
const isSelf = (index: AnyExpr | null, self: AnyExpr) =>
  index?.kind === 'self' && self.kind === 'self' && index.thread === self.thread;

/** The number by which the buffer knows a cell; an index outside of the array gives no cell's number. */
export function cellNumber(
  { element, first, cells }: BufferedVariable,
  { index }: SharedReference,
): Expr<number> {
  if (element !== 'any') return toExpr(first);
  const at = index as Expr<number>;
  if (at.kind === 'constant') return toExpr(first + Number(at.value));
  const number = add(at, first);
  return isWithin(at, cells) ? number : conditional(and(ge(at, 0), lt(at, cells)), number, nowhere);
}

/** True when an index is known to be one of so many elements. */
function isWithin(index: AnyExpr, cells: number): boolean {
  if (index.kind === 'self') return index.count <= cells;
  if (index.kind === 'bound') return index.binder.high < cells;
  return (
    'domain' in index && index.domain.kind === 'range' && index.domain.low >= 0 && index.domain.high < cells
  );
}
