/** Packs states into the words of a layout, and unpacks them. */
import { ordinalOf, valueAt, type Value } from '../../language/domain.ts';
import type { Cells, State } from '../../interpreter/evaluate.ts';
import type { Layout } from './layout.ts';
import { cellAt, type Field, type Fields } from './placement.ts';

/**
 * The words of a state, unsigned 64-bit integers; dead locals have their initial values where the layout resets them.
 */
export function encode(layout: Layout, state: State): readonly bigint[] {
  const words = Array.from({ length: layout.words }, () => 0n);
  encodeCells(layout.shared, state.shared, words);
  for (const [name, copies] of Object.entries(layout.threads))
    for (const [replica, { location, locals, deadPatches }] of copies.entries()) {
      const copy = state.threads[name]![replica]!;
      encodeCell(location, 0, copy.location, words);
      encodeCells(locals, copy.locals, words);
      for (const { word, mask, bits } of deadPatches[copy.location] ?? [])
        words[word] = (words[word]! & ~mask) | bits;
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
