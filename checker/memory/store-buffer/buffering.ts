/** The operations on a store buffer: push a store, forward to a load, wait until it is empty. */
import {
  add,
  and,
  conditional,
  eq,
  ge,
  lt,
  ne,
  not,
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

/** True if `stores` slots are free. */
export const hasRoomFor = (stores: number, { slots }: Buffer): Expr<boolean> =>
  eq(slots.at(-stores)!.cell, empty);

/** The buffered variable of a reference, or undefined if its stores are not buffered. */
export const placeOf = (
  { places }: { readonly places: readonly BufferedVariable[] },
  { name }: SharedReference,
): BufferedVariable | undefined => places.find(({ variable }) => variable === name);

/**
 * Appends a store: into the first free slot.
 *
 * The slots are tried from the last down, so that filling one slot does not fill the next one too.
 */
export function push(
  buffer: Buffer,
  target: SharedReference,
  value: AnyExpr,
  isRelease: boolean,
): readonly Effect[] {
  const { slots, fenced } = buffer;
  const place = placeOf(buffer.of, target)!;
  // The value first: it may depend on a buffered store, and the cell number marks the slot as used.
  const put = (slot: Slot) => [
    { kind: 'set', target: valueFor(slot, place), value, named: target } as const,
    set(slot.cell, cellNumber(place, target)),
  ];
  const behind = slots.map((slot, at) => {
    const marks = fencesOf(slot, fenced, isRelease);
    if (at === 0) return when(eq(slot.cell, empty), ...marks, ...put(slot));
    return when(and(eq(slot.cell, empty), ne(slots[at - 1]!.cell, empty)), ...marks, ...put(slot));
  });
  return [...behind.reverse(), ...(fenced === null ? [] : [set(fenced, false)])];
}

/** The barrier before a store: a release is a store after a write barrier. */
const fencesOf = ({ fence }: Slot, fenced: Buffer['fenced'], isRelease: boolean): readonly Effect[] =>
  fence === null || fenced === null ? [] : [set(fence, isRelease ? true : fenced)];

/** A write barrier, which has no effect on an empty buffer. */
export const fence = (buffer: Buffer): readonly Effect[] =>
  buffer.fenced === null ? [] : [when(not(isEmpty(buffer)), set(buffer.fenced, true))];

/** The value of a load: the youngest buffered store of its CPU to the cell, else memory. */
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

/** Whether the index is the copy that owns the buffer. */
const isSelf = (index: AnyExpr | null, self: AnyExpr) =>
  index?.kind === 'self' && self.kind === 'self' && index.thread === self.thread;

/** The number of a cell in the buffer; an index outside the array gives the number of no cell. */
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

/** Whether an index is certainly less than `cells`. */
function isWithin(index: AnyExpr, cells: number): boolean {
  if (index.kind === 'self') return index.count <= cells;
  if (index.kind === 'bound') return index.binder.high < cells;
  return (
    'domain' in index && index.domain.kind === 'range' && index.domain.low >= 0 && index.domain.high < cells
  );
}
