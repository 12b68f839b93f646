/** The changes that copies make to each other's cells, as far as known while their futures are computed together. */
import * as sets from '../analysis/value-set.ts';
import { setOfDomain } from '../analysis/abstract-step.ts';
import { cut, type Thresholds } from '../analysis/thresholds.ts';
import {
  nought,
  unchanged,
  type Changes,
  type ScopeContext,
  type ThreadModular,
} from '../analysis/thread-modular.ts';
import type { ValueSet } from '../analysis/value-set.ts';
import type { CellScope } from '../analysis/scope.ts';
import type { Numbering } from '../../program/numbering.ts';
import type { InternedStates } from '../state/interned-state.ts';
import type { ValueSource } from '../state/decision-tree.ts';
import { VectorSet, type Vector, type VectorType } from '../../state-space/vector-set.ts';

/** A cell in the scope of a copy that may change it. */
interface ChangeableCell {
  readonly copy: number;
  readonly at: number;
}

/** What bears on a cell of a copy. */
interface CellContext {
  /** The values that others may write. */
  readonly written: ValueSet;
  /** These, and the value now. */
  readonly first: ValueSet;
  /** Of a counter the value now with all that others may have added to it, at any time; else everything. */
  readonly counted: ValueSet;
}

type Mutable<T> = { readonly [K in keyof T]: ValueSet[] };

/** What has borne on a cell so far, numbered. */
class CellContexts {
  /** All contexts. */
  readonly #all: VectorSet;
  readonly #words: Vector;
  /** By value now and values written, as `Interference` packs them, and by what is counted: the number. */
  readonly #known = new Map<number, Map<number, number>>();

  constructor(numbers: VectorType) {
    this.#all = new VectorSet(3 * wordsOfSet, numbers);
    this.#words = new numbers(3 * wordsOfSet);
  }

  /** The number of a context of a narrow cell, found by what it is a function of. */
  recall(packed: number, counted: number, context: () => CellContext): number {
    let known = this.#known.get(packed);
    if (known === undefined) this.#known.set(packed, (known = new Map<number, number>()));
    let number = known.get(counted);
    if (number === undefined) known.set(counted, (number = this.numberOf(context())));
    return number;
  }

  /** Equal contexts have equal numbers. */
  numberOf({ written, first, counted }: CellContext): number {
    put(this.#words, 0, written);
    put(this.#words, wordsOfSet, first);
    put(this.#words, 2 * wordsOfSet, counted);
    return this.#all.add(this.#words);
  }
}

/** What has borne on each cell so far; interferences that share it number contexts alike. */
export const contextsOf = ({ numbering, numbers }: InternedStates) =>
  numbering.cells.map(() => new CellContexts(numbers));

export class Interference {
  /** By copy: reads the numbers of what bears on the cells of its scope, by their positions. */
  readonly sources: readonly ValueSource[];
  readonly #scopes: readonly CellScope[];
  readonly #thresholds: Thresholds;
  /** By copy: its changes. */
  readonly #done: readonly Mutable<Changes>[];
  /** The copies with changes. */
  readonly #grown: number[] = [];
  /** By copy and position: the cell in the scopes of the others that may change it. */
  readonly #places: readonly (readonly (readonly ChangeableCell[])[])[];
  /** By cell: whether all its values are within 0 .. 31. */
  readonly #isNarrow: readonly boolean[];
  /** By narrow cell: the values that some copy writes, and those that more than one writes. */
  readonly #once: Int32Array;
  readonly #twice: Int32Array;
  /** By counter: the sums of the least and of the greatest that each copy adds, without those that may add anything. */
  readonly #least: Float64Array;
  readonly #greatest: Float64Array;
  /** By counter: how many copies may add anything. */
  readonly #unbounded: Int32Array;
  readonly #contexts: readonly CellContexts[];
  readonly #now: (cell: number) => number;
  /** Cells that the last `grow` changed. */
  readonly #changed: number[] = [];

  /** `now` reads a cell in the state. */
  constructor(
    { scopes, thresholds }: ThreadModular,
    numbering: Numbering,
    contexts: readonly CellContexts[],
    now: (cell: number) => number,
  ) {
    const { cells } = numbering;
    this.#scopes = scopes;
    this.#thresholds = thresholds;
    this.#done = scopes.map((scope) => unchanged(scope) as Mutable<Changes>);
    this.#places = scopes.map((scope, own) => scope.cells.map((cell) => placesOf(cell, own, scopes)));
    this.#isNarrow = cells.map((domain) => setOfDomain(domain, numbering).bits !== 0);
    this.#once = new Int32Array(cells.length);
    this.#twice = new Int32Array(cells.length);
    this.#least = new Float64Array(cells.length);
    this.#greatest = new Float64Array(cells.length);
    this.#unbounded = new Int32Array(cells.length);
    this.#contexts = contexts;
    this.#now = now;
    this.sources = scopes.map((_, copy) => ({ read: (at) => this.numberOf(copy, at), offset: () => 0 }));
  }

  /** Forgets all changes. */
  clear(): void {
    for (const copy of this.#grown) {
      const { values, sums } = this.#done[copy]!;
      const { cells, changed } = this.#scopes[copy]!;
      for (const at of changed) {
        values[at] = sets.empty;
        if (at < sums.length) sums[at] = nought;
        const cell = cells[at]!;
        this.#once[cell] = this.#twice[cell] = this.#unbounded[cell] = 0;
        this.#least[cell] = this.#greatest[cell] = 0;
      }
    }
    this.#grown.length = 0;
  }

  /** What bears on the cells of the copy; of counters no less, cut at thresholds. */
  around(copy: number): ScopeContext {
    const { cells, counters } = this.#scopes[copy]!;
    const contexts = cells.map((_, at) => this.#aroundCell(copy, at));
    return {
      written: contexts.map(({ written }) => written),
      first: contexts.map(({ first }) => first),
      counted: contexts.slice(0, counters).map(({ counted }) => counted),
    };
  }

  #aroundCell(copy: number, at: number): CellContext {
    const { cells, counters } = this.#scopes[copy]!;
    const cell = cells[at]!;
    const written = this.#isNarrow[cell]!
      ? sets.ofBits(this.#bitsWrittenTo(copy, at))
      : this.#writtenTo(copy, at);
    const first = sets.join(sets.single(this.#now(cell)), written);
    if (at >= counters) return { written, first, counted: sets.everything };
    const thresholds = this.#thresholds[cell]!;
    return {
      written: cut(written, thresholds),
      first: cut(first, thresholds),
      counted: cut(this.#countedIn(copy, at), thresholds),
    };
  }

  /** The number of what bears on one cell of the copy: equal contexts have equal numbers. */
  numberOf(copy: number, at: number): number {
    const { cells, counters } = this.#scopes[copy]!;
    const cell = cells[at]!;
    const contexts = this.#contexts[cell]!;
    if (!this.#isNarrow[cell]!) return contexts.numberOf(this.#aroundCell(copy, at));
    const packed = (this.#bitsWrittenTo(copy, at) >>> 0) * 32 + this.#now(cell);
    const sums = at < counters ? this.#sumsOfOthers(copy, at) : 0;
    return contexts.recall(packed, sums, () => this.#aroundCell(copy, at));
  }

  /** The values that copies other than this one write to its narrow cell. */
  #bitsWrittenTo(copy: number, at: number): number {
    const cell = this.#scopes[copy]!.cells[at]!;
    return this.#twice[cell]! | (this.#once[cell]! & ~this.#done[copy]!.values[at]!.bits);
  }

  /** The values that copies other than this one write to its cell. */
  #writtenTo(copy: number, at: number): ValueSet {
    return this.#places[copy]![at]!.reduce(
      (written, place) => sets.join(written, this.#done[place.copy]!.values[place.at]!),
      sets.empty,
    );
  }

  #countedIn(copy: number, at: number): ValueSet {
    const packed = this.#sumsOfOthers(copy, at);
    if (packed === anySum) return sets.everything;
    const now = this.#now(this.#scopes[copy]!.cells[at]!);
    const high = (packed % sumRange) - largestSums;
    const low = (packed - high - largestSums) / sumRange - largestSums;
    return sets.bounded(sets.interval(now + low, now + high));
  }

  /** The least and the greatest that copies other than this one add to its counter, as one number. */
  #sumsOfOthers(copy: number, at: number): number {
    const cell = this.#scopes[copy]!.cells[at]!;
    const own = this.#done[copy]!.sums[at]!;
    const isUnbounded = own === sets.everything;
    if (this.#unbounded[cell]! > (isUnbounded ? 1 : 0)) return anySum;
    const low = this.#least[cell]! - (isUnbounded ? 0 : own.low);
    const high = this.#greatest[cell]! - (isUnbounded ? 0 : own.high);
    return (low + largestSums) * sumRange + high + largestSums;
  }

  /** Adds changes of the copy; returns the cells of which more is known now, valid until the next call. */
  grow(copy: number, { values, sums }: Changes): readonly number[] {
    const done = this.#done[copy]!;
    const { cells, changed } = this.#scopes[copy]!;
    this.#changed.length = 0;
    for (const at of changed) {
      if (values[at] === sets.empty && (at >= sums.length || sums[at] === nought)) continue;
      const cell = cells[at]!;
      const before = done.values[at]!;
      const value = sets.join(before, values[at]!);
      const isWritten = !sets.sameSet(value, before);
      if (isWritten) {
        const added = value.bits & ~before.bits;
        this.#twice[cell]! |= this.#once[cell]! & added;
        this.#once[cell]! |= added;
        done.values[at] = value;
      }
      const isCounted = at < sums.length && this.#count(cell, done.sums, at, sums[at]!);
      if (isWritten || isCounted) this.#changed.push(cell);
    }
    if (this.#changed.length > 0) this.#grown.push(copy);
    return this.#changed;
  }

  /** Adds to the sums of a copy; returns whether they grow. */
  #count(cell: number, done: ValueSet[], at: number, more: ValueSet): boolean {
    const before = done[at]!;
    const sum = sets.bounded(sets.join(before, more));
    if (sets.sameSet(sum, before)) return false;
    done[at] = sum;
    const isUnbounded = sum === sets.everything;
    if (isUnbounded) this.#unbounded[cell]! += 1;
    this.#least[cell]! += (isUnbounded ? 0 : sum.low) - before.low;
    this.#greatest[cell]! += (isUnbounded ? 0 : sum.high) - before.high;
    return true;
  }
}

/** The cell in the scopes of the copies other than `own` that may change it. */
function placesOf(cell: number, own: number, scopes: readonly CellScope[]): readonly ChangeableCell[] {
  return scopes.flatMap(({ positions, changed }, copy) => {
    const at = positions[cell]!;
    return copy !== own && changed.includes(at) ? [{ copy, at }] : [];
  });
}

/** No sum of what all copies add, each at most what `bounded` leaves, is larger. */
const largestSums = 2 ** 17;
const sumRange = 2 * largestSums;
/** Some copy may add anything; no pair of sums is packed so. */
const anySum = -1;

const wordsOfSet = 3;

/** Writes a set as words, different sets differently: where no number of the model needs more than 32 bits, no set does. */
function put(words: Vector, at: number, { low, high, bits }: ValueSet): void {
  words[at] = bits;
  words[at + 1] = words instanceof Int32Array ? Math.max(low, -(2 ** 31)) : low;
  words[at + 2] = words instanceof Int32Array ? Math.min(high, 2 ** 31 - 1) : high;
}
