/** Generated code that reads and writes the cells of a packed state. */
import { cellAt, type BitRange, type Field } from './placement.ts';
import {
  choose,
  either,
  get,
  i32,
  i64,
  load,
  local,
  operation,
  sequence,
  set,
  store,
  type WasmLocal,
  type Wasm,
} from '../wasm/code.ts';

/** `count` words: every `stride`-th from `first` on. */
interface WordRange {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

/** Code that reads and writes the words of one state; `readNth` and `changeNth` those at a computed place of a row. */
export interface Words {
  readonly read: (word: number) => Wasm;
  readonly write: (word: number, value: Wasm) => Wasm;
  /** `nth` is a constant or a local, so that the code may repeat it. */
  readonly readNth: (row: WordRange, nth: Wasm) => Wasm;
  readonly changeNth: (row: WordRange, nth: Wasm, change: (word: Wasm) => Wasm) => Wasm;
}

/** A state whose words are locals. */
export function inLocals(locals: readonly WasmLocal[]): Words {
  const positions = (count: number) => Array.from({ length: count }, (_, at) => at);
  return {
    read: (word) => get(locals[word]!),
    write: (word, value) => set(locals[word]!, value),
    readNth: ({ first, stride, count }, nth) =>
      positions(count - 1).reduceRight<Wasm>(
        (others, at) =>
          either(operation('i32.eq', nth, i32(at)), get(locals[first + at * stride]!), others, 'i64'),
        get(locals[first + (count - 1) * stride]!),
      ),
    changeNth: ({ first, stride, count }, nth, change) =>
      sequence(
        ...positions(count).map((at) => {
          const word = locals[first + at * stride]!;
          return choose(operation('i32.eq', nth, i32(at)), [set(word, change(get(word)))]);
        }),
      ),
  };
}

/** A state in memory; `pointer` holds its address. */
export function inMemory(pointer: WasmLocal): Words {
  const base = get(pointer);
  const addressOf = (nth: Wasm, stride: number) =>
    addressAfter(base, operation('i32.mul', nth, i32(8 * stride)), pointer.type);
  return {
    read: (word) => load('i64', base, word * 8),
    write: (word, value) => store(value, 'i64', base, word * 8),
    readNth: ({ first, stride }, nth) => load('i64', addressOf(nth, stride), first * 8),
    changeNth: ({ first, stride }, nth, change) => {
      const place = local(pointer.type, 'place');
      const word = change(load('i64', get(place), first * 8));
      return sequence(set(place, addressOf(nth, stride)), store(word, 'i64', get(place), first * 8));
    },
  };
}

/** The most words of a state that locals hold. */
const mostLocals = 4;

/** The words of the state at an address; `open` loads them once where they are few. */
export function wordsAt(
  pointer: WasmLocal,
  count: number,
): { readonly open: readonly Wasm[]; readonly words: Words; readonly isFew: boolean } {
  if (count > mostLocals) return { open: [], words: inMemory(pointer), isFew: false };
  const given = Array.from({ length: count }, (_, word) => local('i64', `${pointer.name}${word}`));
  const open = given.map((word, at) => set(word, load('i64', get(pointer), at * 8)));
  return { open, words: inLocals(given), isFew: true };
}

/** An address some bytes after another; it is an i64 in a memory of more than 4 GiB. */
export function addressAfter(base: Wasm, bytes: Wasm, type: WasmLocal['type']): Wasm {
  return type === 'i32'
    ? operation('i32.add', base, bytes)
    : operation('i64.add', base, operation('i64.extend_i32_u', bytes));
}

const widen = (code: Wasm) => operation('i64.extend_i32_u', code);

/** A mask of the bits of a cell in one of its words. */
export const maskOf = ({ bits }: { readonly bits: number }): bigint => (1n << BigInt(bits)) - 1n;

/** Code of the bits of a cell in one of its words, an i64. */
export function readPart(
  cells: BitRange & { readonly bits: number },
  cell: number,
  part: number,
  words: Words,
): Wasm {
  const { word, shift } = cellAt(cells, cell);
  const read = words.read(word + part);
  if (cells.bits === 64) return read;
  return operation('i64.and', operation('i64.shr_u', read, i64(BigInt(shift))), i64(maskOf(cells)));
}

/** A cell at a known or computed place; `before` must run first. */
type CellAddress =
  | { readonly kind: 'known'; readonly word: number; readonly shift: bigint }
  | { readonly kind: 'shifted'; readonly before: Wasm; readonly word: number; readonly shift: Wasm }
  | {
      readonly kind: 'computed';
      readonly before: Wasm;
      readonly row: WordRange;
      readonly nth: Wasm;
      readonly shift: Wasm;
    };

function placeOf(field: Field, index: Wasm | null): CellAddress {
  const { word, shift, step, stride, perWord } = field;
  const length = field.length ?? 1;
  if (index === null || index.kind === 'i32') {
    const cell = cellAt(field, index?.value ?? 0);
    return { kind: 'known', word: cell.word, shift: BigInt(cell.shift) };
  }
  const distance = local('i64', 'shift');
  const bitOf = (cell: Wasm) => operation('i32.add', operation('i32.mul', cell, i32(step)), i32(shift));
  if (length <= perWord)
    return { kind: 'shifted', before: set(distance, widen(bitOf(index))), word, shift: get(distance) };
  const [at, nth] = [local('i32', 'index'), local('i32', 'nth')];
  const rest = operation('i32.sub', get(at), operation('i32.mul', get(nth), i32(perWord)));
  const before = sequence(
    set(at, index),
    set(nth, operation('i32.div_u', get(at), i32(perWord))),
    set(distance, widen(bitOf(rest))),
  );
  return {
    kind: 'computed',
    before,
    row: { first: word, stride, count: Math.ceil(length / perWord) },
    nth: get(nth),
    shift: get(distance),
  };
}

/** A cell without bits has no place, but the code of its index may fail. */
const onlyIndex = (index: Wasm | null): readonly Wasm[] =>
  index === null || index.kind === 'i32' ? [] : [set(local('i32', 'index'), index)];

/** Code of the ordinal in a cell, an i32; a computed index must lie inside of the array. */
export function readCell(field: Field, index: Wasm | null, words: Words): Wasm {
  if (field.bits === 0) return sequence(...onlyIndex(index), i32(0));
  const place = placeOf(field, index);
  const extract = (word: Wasm, shift: Wasm) =>
    operation(
      'i32.and',
      operation('i32.wrap_i64', operation('i64.shr_u', word, shift)),
      i32(Number(maskOf(field))),
    );
  switch (place.kind) {
    case 'known':
      return extract(words.read(place.word), i64(place.shift));
    case 'shifted':
      return sequence(place.before, extract(words.read(place.word), place.shift));
    case 'computed':
      return sequence(place.before, extract(words.readNth(place.row, place.nth), place.shift));
  }
}

/** Code that replaces the ordinal in a cell; `ordinal`, an i32 of the domain, is evaluated once. */
export function writeCell(field: Field, index: Wasm | null, ordinal: Wasm, words: Words): Wasm {
  const value = local('i32', 'ordinal');
  const known = ordinal.kind === 'i32';
  if (field.bits === 0) return sequence(...(known ? [] : [set(value, ordinal)]), ...onlyIndex(index));
  const bits = widen(known ? ordinal : get(value));
  const change = (word: Wasm, shift: Wasm) => {
    const rest = operation('i64.and', word, complement(shiftLeft(i64(maskOf(field)), shift)));
    return operation('i64.or', rest, shiftLeft(bits, shift));
  };
  return sequence(...(known ? [] : [set(value, ordinal)]), changeCell(placeOf(field, index), words, change));
}

/** Code that adds to the ordinal in a cell; the sum must lie in the domain, or it carries into the neighbour. */
export function addToCell(field: Field, index: Wasm | null, amount: number, words: Words): Wasm {
  if (field.bits === 0) return sequence(...onlyIndex(index));
  const change = (word: Wasm, shift: Wasm) =>
    operation('i64.add', word, shiftLeft(i64(BigInt(amount)), shift));
  return changeCell(placeOf(field, index), words, change);
}

function changeCell(place: CellAddress, words: Words, change: (word: Wasm, shift: Wasm) => Wasm): Wasm {
  switch (place.kind) {
    case 'known':
      return words.write(place.word, change(words.read(place.word), i64(place.shift)));
    case 'shifted':
      return sequence(place.before, words.write(place.word, change(words.read(place.word), place.shift)));
    case 'computed': {
      const changed = (word: Wasm) => change(word, place.shift);
      return sequence(place.before, words.changeNth(place.row, place.nth, changed));
    }
  }
}

function shiftLeft(bits: Wasm, shift: Wasm): Wasm {
  if (bits.kind === 'i64' && shift.kind === 'i64') return i64(bits.value << shift.value);
  return operation('i64.shl', bits, shift);
}

function complement(bits: Wasm): Wasm {
  return bits.kind === 'i64' ? i64(~bits.value) : operation('i64.xor', bits, i64(-1n));
}
