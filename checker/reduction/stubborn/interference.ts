/** The changes that copies make to each other's cells, as far as known while their futures are computed together. */
import * as sets from '../analysis/value-set.ts';
import { setOfDomain } from '../analysis/abstract-step.ts';
import { cut, type Thresholds } from '../analysis/thresholds.ts';
import { nought, unchanged, type Changes, type ThreadModular } from '../analysis/thread-modular.ts';
import type { ValueSet } from '../analysis/value-set.ts';
import type { CellScope } from '../analysis/scope.ts';
import type { InternedStates } from '../state/interned-state.ts';
import { VectorSet, type Vector } from '../../state-space/vector-set.ts';

/** A cell in the scope of a copy that may change it. */
interface ChangeableCell {
  readonly copy: number;
  readonly at: number;
}

/** What bears on a cell of a copy. */
export interface CellContext {
  /** The values that others may write. */
  readonly written: ValueSet;
  /** These, and the value now. */
  readonly first: ValueSet;
  /** Of a counter the value now with all that others may have added to it, at any time; else everything. */
  readonly counted: ValueSet;
}

type Mutable<T> = { readonly [K in keyof T]: ValueSet[] };

export class Interference {
  /** By cell: the copies that may access it. */
  readonly sharers: readonly (readonly number[])[];
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
  /** By cell: what has borne on it so far. */
  readonly #contexts: readonly VectorSet[];
  readonly #context: Vector;
  /** Cells that the last `grow` changed. */
  readonly #changed: number[] = [];

  constructor({ scopes, thresholds }: ThreadModular, { numbering, numbers }: InternedStates) {
    const { cells } = numbering;
    this.#scopes = scopes;
    this.#thresholds = thresholds;
    this.#done = scopes.map((scope) => unchanged(scope) as Mutable<Changes>);
    this.#places = scopes.map((scope, own) => scope.cells.map((cell) => placesOf(cell, own, scopes)));
    this.sharers = cells.map((_, cell) =>
      [...scopes.keys()].filter((copy) => scopes[copy]!.positions[cell]! >= 0),
    );
    this.#isNarrow = cells.map((domain) => setOfDomain(domain, numbering).bits !== 0);
    this.#once = new Int32Array(cells.length);
    this.#twice = new Int32Array(cells.length);
    this.#least = new Float64Array(cells.length);
    this.#greatest = new Float64Array(cells.length);
    this.#unbounded = new Int32Array(cells.length);
    this.#contexts = cells.map(() => new VectorSet(3 * wordsOfSet, numbers));
    this.#context = new numbers(3 * wordsOfSet);
  }

  /** Forgets all changes. */
  clear(): void {
    for (const copy of this.#grown) {
      const { values, sums } = this.#done[copy]!;
      values.fill(sets.empty);
      sums.fill(nought);
      for (const at of this.#scopes[copy]!.changed) {
        const cell = this.#scopes[copy]!.cells[at]!;
        this.#once[cell] = this.#twice[cell] = this.#unbounded[cell] = 0;
        this.#least[cell] = this.#greatest[cell] = 0;
      }
    }
    this.#grown.length = 0;
  }

  /** What bears on one cell of the copy, whose value is `now`; of a counter no less, cut at thresholds. */
  around(copy: number, at: number, now: number): CellContext {
    const written = this.#writtenTo(copy, at);
    const first = sets.join(sets.single(now), written);
    const { cells, counters } = this.#scopes[copy]!;
    if (at >= counters) return { written, first, counted: sets.everything };
    const thresholds = this.#thresholds[cells[at]!]!;
    return {
      written: cut(written, thresholds),
      first: cut(first, thresholds),
      counted: cut(this.#countedIn(copy, at, now), thresholds),
    };
  }

  /** The number of what bears on one cell of the copy, whose value is `now`; equal contexts have equal numbers. */
  numberOf(copy: number, at: number, now: number): number {
    const words = this.#context;
    const { written, first, counted } = this.around(copy, at, now);
    put(words, 0, written);
    put(words, wordsOfSet, first);
    put(words, 2 * wordsOfSet, counted);
    return this.#contexts[this.#scopes[copy]!.cells[at]!]!.add(words);
  }

  /** The values that copies other than this one write to its cell. */
  #writtenTo(copy: number, at: number): ValueSet {
    const cell = this.#scopes[copy]!.cells[at]!;
    if (this.#isNarrow[cell]!)
      return sets.ofBits(this.#twice[cell]! | (this.#once[cell]! & ~this.#done[copy]!.values[at]!.bits));
    return this.#places[copy]![at]!.reduce(
      (written, place) => sets.join(written, this.#done[place.copy]!.values[place.at]!),
      sets.empty,
    );
  }

  #countedIn(copy: number, at: number, now: number): ValueSet {
    const cell = this.#scopes[copy]!.cells[at]!;
    const own = this.#done[copy]!.sums[at]!;
    const isUnbounded = own === sets.everything;
    if (this.#unbounded[cell]! > (isUnbounded ? 1 : 0)) return sets.everything;
    const { low, high } = isUnbounded ? nought : own;
    return sets.bounded(sets.interval(now + this.#least[cell]! - low, now + this.#greatest[cell]! - high));
  }

  /** Adds changes of the copy; returns the cells of which more is known now, valid until the next call. */
  grow(copy: number, { values, sums }: Changes): readonly number[] {
    const done = this.#done[copy]!;
    const { cells, changed } = this.#scopes[copy]!;
    this.#changed.length = 0;
    for (const at of changed) {
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

const wordsOfSet = 3;

/** Writes a set as words, different sets differently: where no number of the model needs more than 32 bits, no set does. */
function put(words: Vector, at: number, { low, high, bits }: ValueSet): void {
  words[at] = bits;
  words[at + 1] = words instanceof Int32Array ? Math.max(low, -(2 ** 31)) : low;
  words[at + 2] = words instanceof Int32Array ? Math.min(high, 2 ** 31 - 1) : high;
}
