/** The packed layout of a state: the only file that knows which bit means what. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { AnyDomain, Value } from '../language/domain.ts';
import { index, ordinalOf, sizeOf, valueAt } from '../language/domain.ts';
import type { Declarations } from '../language/variable.ts';
import type { Cells, State } from './evaluate.ts';

const wordBits = 64;

/**
 * A variable in a packed state: cell `i` is `bits` bits at bit `shift + (i % perWord) * bits` of word
 * `word + i / perWord`, and holds the ordinal of its value.
 *
 * No cell straddles words; `shift` is 0 unless all cells are in one word. A variable of one value has no bits.
 */
export interface Field {
  readonly domain: AnyDomain;
  /** The number of cells of an array, or null for a scalar. */
  readonly length: number | null;
  readonly bits: number;
  readonly perWord: number;
  readonly word: number;
  readonly shift: number;
}

export type Fields = Readonly<Record<string, Field>>;

export interface CopyLayout {
  readonly location: Field;
  readonly locals: Fields;
}

export interface Layout {
  /** 64-bit words of a state. */
  readonly words: number;
  readonly shared: Fields;
  /** By thread name, then by copy. */
  readonly threads: Readonly<Record<string, readonly CopyLayout[]>>;
}

/** A field that has no place yet. */
type Unplaced = Omit<Field, 'word' | 'shift'>;

/** Where one bit field stands; of array cells, where the cell stands. */
export function cellAt(field: Field, cell: number): { readonly word: number; readonly shift: number } {
  const { word, shift, bits, perWord } = field;
  return { word: word + Math.floor(cell / perWord), shift: shift + (cell % perWord) * bits };
}

export function layoutOf(table: TransitionTable): Layout {
  const { shared, threads } = table.model;
  const unplacedShared = unplacedOf(shared);
  const unplacedThreads = threads.map(({ cpus, locals }, at) =>
    Array.from({ length: cpus }, () => ({
      location: unplaced(index(Math.max(1, table.threads[at]!.locations.length)), null),
      locals: unplacedOf(locals),
    })),
  );
  const copies = unplacedThreads.flat();
  const all = [
    ...copies.flatMap(({ location, locals }) => [location, ...Object.values(locals)]),
    ...Object.values(unplacedShared),
  ];
  const { places, words } = place(all);
  const placed = (fields: Readonly<Record<string, Unplaced>>): Fields =>
    Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, places.get(field)!]));
  const placedThreads = threads.map(({ name }, at): [string, readonly CopyLayout[]] => [
    name,
    unplacedThreads[at]!.map(({ location, locals }) => ({
      location: places.get(location)!,
      locals: placed(locals),
    })),
  ]);
  return { words, shared: placed(unplacedShared), threads: Object.fromEntries(placedThreads) };
}

const unplacedOf = (declarations: Declarations): Readonly<Record<string, Unplaced>> =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { domain, length }]) => [name, unplaced(domain, length)]),
  );

function unplaced(domain: AnyDomain, length: number | null): Unplaced {
  const bits = Math.ceil(Math.log2(sizeOf(domain)));
  return { domain, length, bits, perWord: bits === 0 ? (length ?? 1) : Math.floor(wordBits / bits) };
}

const widthOf = ({ bits, length }: Unplaced) => bits * (length ?? 1);

/** Gives each field the first word that has room for it, wide ones first; arrays of several words begin a word. */
function place(fields: readonly Unplaced[]) {
  const used: number[] = [];
  const places = new Map<Unplaced, Field>();
  for (const field of [...fields].sort((a, b) => widthOf(b) - widthOf(a)))
    places.set(field, {
      ...field,
      ...(widthOf(field) > wordBits ? addWords(field, used) : addBits(field, used)),
    });
  return { places, words: Math.max(1, used.length) };
}

function addBits(field: Unplaced, used: number[]) {
  const width = widthOf(field);
  if (width === 0) return { word: 0, shift: 0 };
  const fitting = used.findIndex((bits) => bits + width <= wordBits);
  const word = fitting < 0 ? used.push(0) - 1 : fitting;
  const shift = used[word]!;
  used[word] = shift + width;
  return { word, shift };
}

function addWords({ bits, length, perWord }: Unplaced, used: number[]) {
  const word = used.length;
  for (let left = length!; left > 0; left -= perWord) used.push(Math.min(left, perWord) * bits);
  return { word, shift: 0 };
}

/** The words of a state, as unsigned integers. */
export function encode(layout: Layout, state: State): readonly bigint[] {
  const words = Array.from({ length: layout.words }, () => 0n);
  encodeCells(layout.shared, state.shared, words);
  for (const [name, copies] of Object.entries(layout.threads))
    for (const [replica, { location, locals }] of copies.entries()) {
      const copy = state.threads[name]![replica]!;
      encodeCell(location, 0, copy.location, words);
      encodeCells(locals, copy.locals, words);
    }
  return words;
}

function encodeCells(fields: Fields, cells: Cells, words: bigint[]): void {
  for (const [name, field] of Object.entries(fields)) {
    const stored = cells[name]!;
    if (field.length === null) encodeCell(field, 0, stored as Value, words);
    else
      for (let cell = 0; cell < field.length; cell++)
        encodeCell(field, cell, (stored as readonly Value[])[cell]!, words);
  }
}

function encodeCell(field: Field, cell: number, value: Value, words: bigint[]): void {
  const { word, shift } = cellAt(field, cell);
  words[word]! |= BigInt(ordinalOf(field.domain, value)) << BigInt(shift);
}

/** The state of packed words. */
export function decode(layout: Layout, words: ArrayLike<bigint>): State {
  const threads = Object.entries(layout.threads).map(([name, copies]): [string, State['threads'][string]] => [
    name,
    copies.map(({ location, locals }) => ({
      location: decodeCell(location, 0, words) as number,
      locals: decodeCells(locals, words),
    })),
  ]);
  return { shared: decodeCells(layout.shared, words), threads: Object.fromEntries(threads) };
}

const decodeCells = (fields: Fields, words: ArrayLike<bigint>): Cells =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.length === null
        ? decodeCell(field, 0, words)
        : Array.from({ length: field.length }, (_, cell) => decodeCell(field, cell, words)),
    ]),
  );

function decodeCell(field: Field, cell: number, words: ArrayLike<bigint>): Value {
  const { word, shift } = cellAt(field, cell);
  return valueAt(
    field.domain,
    field.bits === 0 ? 0 : Number(BigInt.asUintN(field.bits, words[word]! >> BigInt(shift))),
  );
}
