/**
 * Which words of a state are stored in a dictionary: those of arrays wider than a word, of which a step changes few. A
 * folded state has a number for each segment of such words, and all other words themselves. Spin calls this collapse
 * compression (Holzmann, State compression in Spin, 1997).
 */
import type { Layout } from './layout.ts';
import { cellAt, type Field } from './placement.ts';

export interface Folding {
  /** Words of a segment. */
  readonly segmentWords: number;
  /** By segment: its first word. Segments may overlap. */
  readonly segments: readonly number[];
  /** The words that a folded state has itself. */
  readonly kept: readonly number[];
  /** Words of a folded state. */
  readonly words: number;
}

export interface FoldingOptions {
  readonly segmentWords?: number;
  /** For tests: the words that are folded; default: those of wide arrays alone. */
  readonly isFolded?: (word: number) => boolean;
}

/** A cache line: fewer words save less, and more words have more different values. */
const wordsOfSegment = 8;

/** The folding of a layout, or null where its states have no segment. */
export function foldingOf(layout: Layout, options: FoldingOptions): Folding | null {
  const { segmentWords = wordsOfSegment, isFolded = wordsOfArrays(layout) } = options;
  const segments: number[] = [];
  const kept: number[] = [];
  for (let from = 0; from < layout.words;) {
    let to = from;
    while (to < layout.words && isFolded(to)) to++;
    // The last segment of a row of words overlaps the one before, so that all have one size.
    if (to - from >= segmentWords)
      for (let at = from; at < to; at += segmentWords) segments.push(Math.min(at, to - segmentWords));
    else for (let at = from; at < Math.max(to, from + 1); at++) kept.push(at);
    from = Math.max(to, from + 1);
  }
  if (segments.length === 0) return null;
  return { segmentWords, segments, kept, words: kept.length + Math.ceil(segments.length / 2) };
}

/** Whether a word has cells of arrays alone that are wider than a word. */
function wordsOfArrays({ shared, threads }: Layout): (word: number) => boolean {
  const fields = [
    ...Object.values(shared),
    ...Object.values(threads)
      .flat()
      .flatMap(({ location, locals }) => [location, ...Object.values(locals)]),
  ].filter(({ bits }) => bits > 0);
  const [wide, narrow] = [new Set<number>(), new Set<number>()];
  for (const field of fields) for (const word of wordsOf(field)) (isWide(field) ? wide : narrow).add(word);
  return (word) => wide.has(word) && !narrow.has(word);
}

const isWide = ({ length, perWord }: Field) => (length ?? 1) > perWord;

const wordsOf = (field: Field): readonly number[] =>
  Array.from({ length: field.length ?? 1 }, (_, cell) => cellAt(field, cell).word);
