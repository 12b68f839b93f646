/**
 * Compact states: a state is divided into parts, and a stored state has a number for the value of each. Tables map
 * values to numbers and back. Spin calls this collapse compression (Holzmann, State compression in Spin, 1997); here
 * numbers have as many bits as there are values, and the widths grow with them.
 */

/** Adjacent bits of a word. */
export interface BitRun {
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
}

/** Some bits of a state. Its value is its runs, one above the other, the first lowest. */
export interface Part {
  readonly runs: readonly BitRun[];
  readonly bits: number;
  /** The words in which it has bits, in order. */
  readonly words: readonly number[];
}

/** Where the tables of a part lie, in bytes from the first table. */
export interface PartTables {
  /** The number of its values, 32 bits. */
  readonly count: number;
  /** By number: the words of the part, with its own bits alone. */
  readonly values: number;
  readonly valuesBytes: number;
  /** Numbers: by value, 32 bits each, where `slotBits` is null; else a hash table of `2 ** slotBits` slots of 64 bits. */
  readonly numbers: number;
  readonly slotBits: number | null;
}

/** Bits of a stored state, from bit `at` of all its bits on; they may lie in two words. */
export interface RowField {
  readonly at: number;
  readonly bits: number;
}

/** A part in a stored state: a number from 1 on, or the value itself where `isNumbered` is false. */
export interface StoredPart {
  readonly part: Part;
  readonly isNumbered: boolean;
  readonly field: RowField;
  /** Null where it has no values, either. */
  readonly tables: PartTables | null;
}

export interface CompactFormat {
  readonly parts: readonly StoredPart[];
  /** Bytes of a stored state. */
  readonly bytes: number;
  readonly tablesBytes: number;
}

/** The code of compact states. */
export interface CompactOptions {
  readonly format: CompactFormat;
  /** How states are stored before they are converted; null: as words. */
  readonly before: CompactFormat | null;
}

/** How many values a part has, and is expected to have. */
export interface PartValues {
  readonly part: Part;
  readonly known: number;
  readonly expected: number;
}

/** Bits of a value: a slot of a hash table has room for it above its number. */
export const mostPartBits = 48;
/** Bits of a number: the tables of a part take at most some MiB. */
export const mostNumberBits = 14;
/** Values of so many bits index a table of numbers. */
const mostIndexBits = 13;
/** A hash table is at most a quarter full. */
const sparseBits = 2;

/** A part of these runs, which do not overlap. */
export function partOf(runs: readonly BitRun[]): Part {
  const joined = joinedRuns(runs);
  return {
    runs: joined,
    bits: joined.reduce((sum, { bits }) => sum + bits, 0),
    words: [...new Set(joined.map(({ word }) => word))],
  };
}

/** The same bits in as few runs as possible, in order. */
function joinedRuns(runs: readonly BitRun[]): readonly BitRun[] {
  const joined: BitRun[] = [];
  for (const run of runs.filter(({ bits }) => bits > 0).sort(inOrder)) {
    const last = joined.at(-1);
    if (last?.word === run.word && last.shift + last.bits === run.shift)
      joined[joined.length - 1] = { ...last, bits: last.bits + run.bits };
    else joined.push(run);
  }
  return joined;
}

const inOrder = (a: BitRun, b: BitRun) => (a.word === b.word ? a.shift - b.shift : a.word - b.word);

/** These runs in pieces of at most `mostPartBits` bits together. */
export function dividedRuns(runs: readonly BitRun[]): readonly (readonly BitRun[])[] {
  const pieces: BitRun[][] = [[]];
  let left = mostPartBits;
  for (const { word, shift, bits } of joinedRuns(runs))
    for (let at = 0; at < bits;) {
      if (left === 0) {
        pieces.push([]);
        left = mostPartBits;
      }
      const taken = Math.min(bits - at, left);
      pieces.at(-1)!.push({ word, shift: shift + at, bits: taken });
      at += taken;
      left -= taken;
    }
  return pieces;
}

/** Number 0 means that a value has none. */
const bitsFor = (values: number): number => Math.ceil(Math.log2(values + 1));

/** The largest number of a part. */
export const mostNumber = ({ field }: StoredPart): number => 2 ** field.bits - 1;

/**
 * A format with numbers of at most `mostBits` bits for all values that are known. A part whose values are stored
 * themselves in `before` stays so.
 */
export function compactFormat(
  values: readonly PartValues[],
  before: CompactFormat | null,
  mostBits = mostNumberBits,
): CompactFormat {
  const fields = values.map(({ part, known, expected }, at) => {
    const bits = bitsFor(known);
    const isNumbered = bits < part.bits && bits <= mostBits && before?.parts[at]!.isNumbered !== false;
    return { part, isNumbered, expected, bits: isNumbered ? bits : part.bits };
  });
  const used = fields.reduce((sum, { bits }) => sum + bits, 0);
  const bytes = Math.max(1, Math.ceil(used / 8));
  spendSpare(fields, bytes * 8 - used, mostBits);
  let firstBit = 0;
  let end = fields.length * 4;
  const parts = fields.map(({ part, isNumbered, bits }, at): StoredPart => {
    const field = { at: firstBit, bits };
    firstBit += bits;
    const last = before?.parts[at] ?? null;
    // `convert` reads the values of a part that is numbered no longer.
    if (!isNumbered && last?.isNumbered !== true) return { part, isNumbered, field, tables: null };
    const tables = tablesOf(part, { at, from: end, bits: isNumbered ? bits : last!.field.bits });
    end = tables.numbers + (isNumbered ? numbersBytes(part, tables) : 0);
    return { part, isNumbered, field, tables };
  });
  return { parts, bytes, tablesBytes: end };
}

/** Widens the numbers that are expected to need it most, as long as there are bits to spare. */
function spendSpare(
  fields: { readonly part: Part; readonly isNumbered: boolean; readonly expected: number; bits: number }[],
  spare: number,
  mostBits: number,
): void {
  for (let left = spare; left > 0; left--) {
    const [first] = fields
      .filter(({ part, isNumbered, bits }) => isNumbered && bits + 1 < part.bits && bits < mostBits)
      .sort((a, b) => b.expected / 2 ** b.bits - a.expected / 2 ** a.bits);
    if (first === undefined) return;
    first.bits++;
  }
}

/** The tables of part `at` with numbers of so many bits, from byte `from` on. */
function tablesOf(
  part: Part,
  { at, from, bits }: { readonly at: number; readonly from: number; readonly bits: number },
): PartTables {
  const values = Math.ceil(from / 8) * 8;
  const valuesBytes = 2 ** bits * part.words.length * 8;
  const slotBits = part.bits <= mostIndexBits ? null : bits + sparseBits;
  return { count: at * 4, values, valuesBytes, numbers: values + valuesBytes, slotBits };
}

const numbersBytes = ({ bits }: Part, { slotBits }: PartTables): number =>
  slotBits === null ? 2 ** bits * 4 : 2 ** slotBits * 8;
