/** What a CPU does with its list of old values: gets an entry, reads one, forgets some. */
import {
  and,
  conditional,
  eq,
  ge,
  gt,
  le,
  ne,
  or,
  sub,
  toExpr,
  walk,
  type AnyExpr,
  type Expr,
  type SharedReference,
} from '../../language/expression.ts';
import { set, when, type Effect } from '../../language/statement.ts';
import type { Variable } from '../../language/variable.ts';
import { cellNumber, forwarded, placeOf } from '../store-buffer/buffering.ts';
import type { BufferedVariable } from '../store-buffer/buffered-cells.ts';
import type { Stale, StaleSlot } from './stale-list.ts';
import { deadValue, valueFor, type Buffer } from '../store-buffer/store-buffer.ts';

const empty = 0;
/** Before all that is in a list. */
const start = toExpr(0);

const isZero = (time: AnyExpr) => time.kind === 'constant' && time.value === 0;

/** The later of two times. */
export function later(one: AnyExpr, other: AnyExpr): AnyExpr {
  if (isZero(one)) return other;
  if (isZero(other)) return one;
  return conditional(ge(one as Expr<number>, other as Expr<number>), one as Expr, other as Expr);
}

/** The latest time at which one of the locals in these expressions was read. */
export const readTime = ({ read }: Stale, exprs: readonly AnyExpr[]): AnyExpr =>
  exprs
    .flatMap((expr) => [...walk(expr)])
    .flatMap((part) => (part.kind === 'local' ? (read.get(`${part.thread}.${part.name}`) ?? []) : []))
    .reduce<AnyExpr>(later, start);

/** When the address of an access was known. */
export const addressTime = (stale: Stale, { index, via = [] }: SharedReference): AnyExpr =>
  readTime(stale, index === null ? via : [index, ...via]);

/** When the value that memory, or the own store buffer, has for a cell came to be. */
export function writtenTime({ of, since }: Stale, reference: SharedReference): AnyExpr {
  const place = placeOf(of, reference);
  if (place === undefined) return start;
  const number = cellNumber(place, reference);
  return timedCellsOf(place, since).reduceRight<AnyExpr>(
    (otherwise, [cell, time]) =>
      number.kind === 'constant'
        ? number.value === cell
          ? time
          : otherwise
        : conditional<number, number>(eq(number, cell), time, otherwise),
    start,
  );
}

/** Says when the value of a cell came to be. */
export function setWrittenTime(
  { of, since }: Stale,
  reference: SharedReference,
  time: AnyExpr,
): readonly Effect[] {
  const place = placeOf(of, reference);
  if (place === undefined) return [];
  const number = cellNumber(place, reference);
  return timedCellsOf(place, since).flatMap(([cell, variable]) => {
    if (number.kind === 'constant' && number.value !== cell) return [];
    const assign = set(variable, time as Expr<number>);
    return [number.kind === 'constant' ? assign : when(eq(number, cell), assign)];
  });
}

const timedCellsOf = ({ first, cells }: BufferedVariable, since: Stale['since']) =>
  [...since].filter(([cell]) => cell >= first && cell < first + cells);

/** One way in which a load can find its value. */
export interface StaleSource {
  readonly guard: Expr<boolean> | null;
  /** What the load sees instead of the cell. */
  readonly value: AnyExpr;
  /** When the address was known. */
  readonly address: AnyExpr;
  /** When the value came to be. */
  readonly written: AnyExpr;
  /** The entry that it is, or null for memory and the own store buffer. */
  readonly entry: number | null;
}

/** The earliest time at which a load can have found what it did. */
export const timeOf = ({ address, written }: Pick<StaleSource, 'address' | 'written'>): AnyExpr =>
  later(address, written);

/** All ways in which a load can find its value: what memory or the own store buffer has, and each old value. */
export function sourcesOf(
  reference: SharedReference,
  buffer: Buffer | null,
  stale: Stale | null,
): readonly StaleSource[] {
  const value = buffer === null ? reference : forwarded(buffer, reference);
  if (stale === null) return [{ guard: null, value, address: start, written: start, entry: null }];
  const address = addressTime(stale, reference);
  const current: StaleSource = {
    guard: null,
    value,
    address,
    written: writtenTime(stale, reference),
    entry: null,
  };
  const place = placeOf(stale.of, reference);
  if (place === undefined) return [current];
  const old = stale.slots.map((slot, entry): StaleSource => {
    const isIt = eq(slot.cell, cellNumber(place, reference));
    const guard = isZero(address) ? isIt : and(isIt, le(address, entry));
    return { guard, value: valueFor(slot, place), address, written: slot.from ?? start, entry };
  });
  return [current, ...old];
}

/** Forgets all old values of the cell with this number. */
export const settle = (stale: Stale, number: AnyExpr): readonly Effect[] =>
  removeWhere(stale, ({ cell }) => eq(cell, number as Expr<number>));

/** Forgets the values of a cell that are older than this entry, which has just been read. */
export function settleFor(stale: Stale, entry: number): readonly Effect[] {
  const older = stale.slots.slice(0, entry);
  const { cell: number } = stale.slots[entry]!;
  // All slots before an entry are in use: an empty one is one that was emptied here.
  return [
    ...older.map(({ cell }) => when(eq(cell, number), set(cell, empty))),
    ...removeWhere(stale, ({ cell }) => eq(cell, empty), entry),
  ];
}

/** Forgets every entry before slot `end` of which this is true. */
function removeWhere(
  stale: Stale,
  condition: (slot: StaleSlot) => Expr<boolean>,
  end = stale.slots.length,
): readonly Effect[] {
  const places = Array.from({ length: end }, (_, at) => end - 1 - at);
  return places.map((at) => when(condition(stale.slots[at]!), ...removeAt(stale, at)));
}

/** Forgets all entries of some variables. */
export function forgetVariables(stale: Stale, names: ReadonlySet<string>): readonly Effect[] {
  const { places } = stale.of;
  if (places.every(({ variable }) => names.has(variable))) return forgetAll(stale);
  const ranges = places.filter(({ variable }) => names.has(variable));
  if (ranges.length === 0) return [];
  return removeWhere(stale, ({ cell }) =>
    or(
      ...ranges.map(({ first, cells }) =>
        cells === 1 ? eq(cell, first) : and(ge(cell, first), le(cell, first + cells - 1)),
      ),
    ),
  );
}

/** Forgets what was overwritten up to the time of a source: what follows an acquire is not older. */
export function forgetUntil(stale: Stale, { address, written, entry }: StaleSource): readonly Effect[] {
  const rounds = [...stale.slots.slice(0, entry ?? undefined).keys()];
  return rounds.flatMap((round) => {
    // The entry has moved down by one slot each round.
    const own = entry === null ? written : (stale.slots[entry - round]!.from ?? start);
    const time = later(address, own);
    return isZero(time) ? [] : [when(gt(time, 0), ...removeAt(stale, 0))];
  });
}

/** Everything read from now on is of now. */
export function forgetAll(stale: Stale): readonly Effect[] {
  const { slots, since, read } = stale;
  return [
    ...slots.flatMap((slot) => take(slot, undefined)),
    ...[...since.values(), ...read.values()].map((time) => set(time, 0)),
  ];
}

function removeAt({ slots, since, read }: Stale, gap: number): readonly Effect[] {
  const moves = slots.slice(gap).flatMap((slot, at) => take(slot, slots[gap + at + 1]));
  const froms = slots.flatMap(({ from }) => from ?? []);
  const times = [...froms, ...since.values(), ...read.values()];
  return [...moves, ...times.map((time) => when(gt(time, gap), set(time, sub(time, 1))))];
}

function take(slot: StaleSlot, next: StaleSlot | undefined): readonly Effect[] {
  const values = slot.values.map((value, at) => set(value, next?.values[at] ?? toExpr(deadValue(value))));
  const from = slot.from === null ? [] : [set(slot.from, next?.from ?? 0)];
  return [set(slot.cell, next?.cell ?? 0), ...values, ...from];
}

/**
 * Keeps the value of a cell that another CPU is about to overwrite, behind what is there already.
 *
 * Where no time matters, entries of different cells have no order and stand by number of the cell.
 */
export function keepOld(stale: Stale, place: BufferedVariable, target: SharedReference): readonly Effect[] {
  const number = cellNumber(place, target);
  const { slots, since } = stale;
  const put = (slot: StaleSlot, at: number) => [
    ...(slot.from === null ? [] : [set(slot.from, writtenTime(stale, target) as Expr<number>)]),
    set(slot.cell, number),
    set(valueFor(slot, place), target as Variable),
    ...setWrittenTime(stale, target, toExpr(at + 1)),
  ];
  const isOrdered = since.size + stale.read.size > 0;
  const places = [...slots.keys()].reverse();
  return places.flatMap((at) => {
    const slot = slots[at]!;
    const before = slots[at - 1];
    if (isOrdered) {
      const isFirst = before === undefined ? [] : [ne(before.cell, empty)];
      return [when(and(eq(slot.cell, empty), ...isFirst), ...put(slot, at))];
    }
    const isLater = ({ cell }: StaleSlot) => and(ne(cell, empty), gt(cell, number));
    const isPlace = before === undefined ? [] : [and(ne(before.cell, empty), le(before.cell, number))];
    const goesHere = when(and(conditionFree(slot, number), ...isPlace), ...put(slot, at));
    return before === undefined ? [goesHere] : [goesHere, when(isLater(before), ...take(slot, before))];
  });
}

/** Says of a cell whose old values nobody reads that another CPU is about to write it. */
export const noteWritten = (stale: Stale, target: SharedReference): readonly Effect[] =>
  setWrittenTime(
    stale,
    target,
    stale.slots.reduce<Expr<number>>(
      (time, { cell }, at) => conditional<number, number>(ne(cell, empty), at + 1, time),
      start,
    ),
  );

const conditionFree = ({ cell }: StaleSlot, number: Expr<number>): Expr<boolean> =>
  conditional<boolean, boolean>(eq(cell, empty), true, gt(cell, number));

/** True when there is no room for one more. */
export const isFull = ({ slots }: Stale): Expr<boolean> => ne(slots.at(-1)!.cell, empty);
