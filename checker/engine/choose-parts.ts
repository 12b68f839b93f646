/** Which bits of a state become parts: those whose values in a sample of states have short numbers together. */
import {
  dividedRuns,
  mostPartBits,
  partOf,
  type BitRun,
  type Part,
  type PartValues,
} from '../codegen/layout/compact-format.ts';
import type { CompiledModel } from '../codegen/compile-model.ts';

/** States of the sample. */
const sampled = 4_096;
/** Two parts become one if the sample has this many states for each of their values together. */
const statesEach = 8;
/** The bits that one part must save against two. */
const fewestBits = 1 / 2;
/** How much faster than in the sample the values of a part may grow later. */
const growth = 2;

/** A part, and by state of the sample the number of its value. */
interface Seen {
  readonly part: Part;
  readonly numbers: Int32Array;
  readonly values: number;
}

/**
 * Chooses the parts of states, and estimates their values.
 *
 * Shape:  `words[at * layout.words ..]` is state `at`, in the order in which the search has found them.
 */
export function chooseParts(
  { blocks, words: width }: CompiledModel['layout'],
  words: BigUint64Array,
): readonly PartValues[] {
  const states = words.length / width;
  const total = Math.min(states, sampled);
  const positions = Array.from({ length: total }, (_, at) => Math.floor((at * states) / total));
  const halves = new Int32Array(words.buffer, words.byteOffset, words.length * 2);
  let parts = blocks
    .flatMap(dividedRuns)
    .map(partOf)
    .map((part) => numbered(part, total, valuesOf(part, { halves, positions, width })));
  for (let best = bestPair(parts, total); best !== null; best = bestPair(parts, total)) {
    const [left, right, joined] = best;
    parts = [...parts.filter((part) => part !== left && part !== right), joined];
  }
  return parts.map(({ part, numbers, values }) => {
    const early = new Set(numbers.subarray(0, Math.ceil(total / 2))).size;
    return { part, known: values, expected: values * (values / early) ** growth };
  });
}

interface Sample {
  /** The states in numbers of 32 bits, and the words of one. */
  readonly halves: Int32Array;
  readonly width: number;
  readonly positions: readonly number[];
}

/** By state of the sample: the value of a part. */
function valuesOf(part: Part, { halves, positions, width }: Sample): Float64Array {
  const values = new Float64Array(positions.length);
  let below = 0;
  for (const { half, shift, bits } of part.runs.flatMap(piecesOf)) {
    const [mask, scale] = [2 ** bits - 1, 2 ** below];
    for (const [at, position] of positions.entries())
      values[at]! += (((halves[position * width * 2 + half]! >>> shift) & mask) >>> 0) * scale;
    below += bits;
  }
  return values;
}

/** A run in halves of words. */
function piecesOf({ word, shift, bits }: BitRun) {
  const low = Math.max(0, Math.min(bits, 32 - shift));
  const pieces = [
    { half: word * 2, shift, bits: low },
    { half: word * 2 + 1, shift: Math.max(0, shift - 32), bits: bits - low },
  ];
  return pieces.filter((piece) => piece.bits > 0);
}

function numbered(part: Part, total: number, values: ArrayLike<number>): Seen {
  const known = new Map<number, number>();
  const numbers = new Int32Array(total);
  for (let at = 0; at < total; at++) {
    const value = values[at]!;
    let number = known.get(value);
    if (number === undefined) known.set(value, (number = known.size));
    numbers[at] = number;
  }
  return { part, numbers, values: known.size };
}

const bitsOf = ({ part, values }: Pick<Seen, 'part' | 'values'>): number =>
  Math.min(part.bits, Math.log2(values + 1));

/** The two parts with fewest values together, if they save bits as one, and that one; or null. */
function bestPair(parts: readonly Seen[], total: number): readonly [Seen, Seen, Seen] | null {
  let best: readonly [Seen, Seen] | null = null;
  let fewest = total / statesEach;
  for (const [at, left] of parts.entries())
    for (const right of parts.slice(at + 1)) {
      if (left.part.bits + right.part.bits > mostPartBits) continue;
      const values = valuesTogether(left, right, fewest);
      if (values === null) continue;
      const saved = bitsOf(left) + bitsOf(right) - Math.log2(values + 1);
      if (saved >= fewestBits) [best, fewest] = [[left, right], values - 1];
    }
  if (best === null) return null;
  const [left, right] = best;
  const together = Float64Array.from(left.numbers, (number, at) => number * total + right.numbers[at]!);
  const part = partOf([...left.part.runs, ...right.part.runs]);
  return [left, right, numbered(part, total, together)];
}

/** The number of different values of two parts together, or null where it exceeds a limit. */
function valuesTogether(left: Seen, right: Seen, most: number): number | null {
  if (Math.max(left.values, right.values) > most) return null;
  const seen = new Uint8Array(left.values * right.values);
  let values = 0;
  for (let at = 0; at < left.numbers.length; at++) {
    const pair = left.numbers[at]! * right.values + right.numbers[at]!;
    values += 1 - seen[pair]!;
    seen[pair] = 1;
    if (values > most) return null;
  }
  return values;
}
