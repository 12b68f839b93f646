/** Places bit fields in the words of a packed state. */
import type { AnyDomain } from '../../language/domain.ts';

const wordBits = 64;

/** Adjacent bit fields of one size: `cells` of them, each of `bits` bits, or of several whole words. */
export interface FieldBlock {
  readonly cells: number;
  /** Bits of a cell in each of its words. */
  readonly bits: number;
  /** Words of a cell; a cell of several words takes all their bits. */
  readonly words: number;
}

/**
 * The place of the cells of a block: cell `i` begins at bit `shift + (i % perWord) * step` of word
 * `word + floor(i / perWord) * stride`. No cell of at most 64 bits straddles words.
 */
export interface BitRange {
  readonly word: number;
  readonly shift: number;
  readonly perWord: number;
  /** Bits from a cell to the next one in its word. */
  readonly step: number;
  /** Words from one word in which cells begin to the next such word. */
  readonly stride: number;
}

export function cellAt(
  { word, shift, perWord, step, stride }: BitRange,
  cell: number,
): { readonly word: number; readonly shift: number } {
  return { word: word + Math.floor(cell / perWord) * stride, shift: shift + (cell % perWord) * step };
}

export interface Placement<B extends FieldBlock> {
  readonly places: ReadonlyMap<B, BitRange>;
  /** By word: the number of bits taken. */
  readonly used: readonly number[];
}

/** So many words of wide blocks are left to them: a step changes few of them, which makes them worth folding. */
const manyWords = 8;

/**
 * Places each block into the first word with room for it, wide blocks first; a block of several words begins a word.
 */
export function placeBlocks<B extends FieldBlock>(blocks: readonly B[]): Placement<B> {
  const used: number[] = [];
  const places = new Map<B, BitRange>();
  const [wide, narrow] = [blocks.filter(isWide), blocks.filter((block) => !isWide(block))].map((some) =>
    some.sort((a, b) => widthOf(b) - widthOf(a)),
  );
  for (const block of wide!) places.set(block, { ...addWords(block, used), ...spacingOf(block) });
  const first = used.length < manyWords ? 0 : used.length;
  for (const block of narrow!) places.set(block, { ...addBits(block, used, first), ...spacingOf(block) });
  return { places, used };
}

const isWide = (block: FieldBlock) => widthOf(block) > wordBits;

const widthOf = ({ bits, cells, words }: FieldBlock) => bits * cells * words;

function spacingOf({ bits, cells, words }: FieldBlock): Pick<BitRange, 'perWord' | 'step' | 'stride'> {
  if (bits === 0) return { perWord: cells, step: 0, stride: 1 };
  return { perWord: Math.floor(wordBits / bits), step: bits, stride: words };
}

/** The first word with room for a block, from word `first` on. */
function addBits(block: FieldBlock, used: number[], first: number) {
  const width = widthOf(block);
  if (width === 0) return { word: 0, shift: 0 };
  const fitting = used.findIndex((bits, at) => at >= first && bits + width <= wordBits);
  const word = fitting < 0 ? used.push(0) - 1 : fitting;
  const shift = used[word]!;
  used[word] = shift + width;
  return { word, shift };
}

function addWords({ bits, cells, words }: FieldBlock, used: number[]) {
  const word = used.length;
  const perWord = Math.floor(wordBits / bits);
  if (words > 1) for (let left = cells * words; left > 0; left--) used.push(wordBits);
  else for (let left = cells; left > 0; left -= perWord) used.push(Math.min(left, perWord) * bits);
  return { word, shift: 0 };
}

/** A variable in a packed state: its cells hold the ordinals of their values. A variable of one value has no bits. */
export interface Field extends BitRange {
  readonly domain: AnyDomain;
  /** The number of cells of an array, or null for a scalar. */
  readonly length: number | null;
  readonly bits: number;
}

export type Fields = Readonly<Record<string, Field>>;
