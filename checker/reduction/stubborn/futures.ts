/** The futures of the copies outside a candidate set, worked out together and remembered. */
import * as sets from '../analysis/value-set.ts';
import * as copySet from './copy-set.ts';
import type { ValueSet } from '../analysis/value-set.ts';
import type { CellScope } from '../analysis/scope.ts';
import {
  unchanged,
  nought,
  type Changes,
  type ScopeContext,
  type ThreadModular,
  type Future,
} from '../analysis/thread-modular.ts';
import type { CopySet } from './copy-set.ts';
import type { Numbering } from '../../program/numbering.ts';
import { firstLocal, trackedWord, type InternedStates } from '../state/interned-state.ts';
import { learn, recall, type TreeNode } from '../state/decision-tree.ts';
import { VectorSet } from '../state/vector-set.ts';

export class Futures {
  /** By copy: its future in the state and for the set asked for last; for copies in the set it means nothing. */
  of: readonly Future[] = [];
  /** By copy: what it may do while no other moves, in the state isolated last; no more than it may do in any case. */
  readonly alone: Future[] = [];
  readonly #numbering: Numbering;
  readonly #states: InternedStates;
  readonly #futures: ThreadModular;
  readonly #interference: Interference;
  /** By copy and local state: futures, by what bears on the cells that they depend on. */
  readonly #known: readonly (TreeNode<Future> | undefined)[][];
  readonly #idle: readonly Future[];
  readonly #every: CopySet;
  /** Questions asked so far (the frozen copies, the tracked cells, the local states of the others), and their answers. */
  readonly #questions: VectorSet;
  readonly #answers: (readonly Future[])[] = [];
  readonly #question: Int32Array;
  /** By copy and position in its scope: what has been met to bear on the cell. */
  readonly #circumstances: readonly (readonly VectorSet[])[];
  readonly #circumstance = new Int32Array(3 * wordsOfSet);

  constructor(numbering: Numbering, states: InternedStates, futures: ThreadModular) {
    this.#numbering = numbering;
    this.#states = states;
    this.#futures = futures;
    this.#interference = new Interference(futures.scopes);
    this.#known = numbering.copies.map(() => []);
    this.#every = copySet.upTo(numbering.copies.length);
    this.#idle = futures.scopes.map((scope) => ({
      scope,
      kinds: new Uint8Array(0),
      written: unchanged(scope),
    }));
    this.#questions = new VectorSet(firstCopy + numbering.copies.length);
    this.#question = new Int32Array(this.#questions.width);
    this.#circumstances = futures.scopes.map(({ cells }) => cells.map(() => new VectorSet(3 * wordsOfSet)));
  }

  /**
   * Works out what each copy that is not among `frozen` may do while those among it do not move.
   *
   * Sound for:  runs of any length from this state: the values that copies write grow until they explain each other.
   */
  explore(words: Int32Array, frozen: CopySet): void {
    const question = this.#question;
    question[0] = frozen.low;
    question[1] = frozen.high;
    question[2] = words[trackedWord]!;
    for (let copy = 0; copy < question.length - firstCopy; copy++)
      question[firstCopy + copy] = copySet.has(frozen, copy) ? -1 : words[firstLocal + copy]!;
    const id = this.#questions.add(question);
    this.of = this.#answers[id] ??= this.#answer(words, frozen);
  }

  /** Works out what each copy may do while all others stay where they are. */
  isolate(words: Int32Array): void {
    this.#interference.clear();
    for (let copy = 0; copy < this.#numbering.copies.length; copy++)
      this.alone[copy] = this.#region(copy, words);
  }

  #answer(words: Int32Array, frozen: CopySet): readonly Future[] {
    const copies = this.#numbering.copies.length;
    const regions: Future[] = [];
    const moving = copySet.common(copySet.complement(frozen), this.#every);
    this.#interference.clear();
    for (let pending = moving; !copySet.isNone(pending);) {
      for (let copy = 0; copy < copies; copy++) {
        if (!copySet.has(pending, copy)) continue;
        pending = copySet.without(pending, copy);
        const region = this.#region(copy, words);
        regions[copy] = region;
        const affected = this.#interference.grow(copy, region.written);
        pending = copySet.union(pending, copySet.common(affected, moving));
      }
    }
    return regions;
  }

  /**
   * The future of a copy among what the others are known to do.
   *
   * Sound for:  futures that are remembered: the analysis tells which cells it uses, and depends on nothing else.
   */
  #region(copy: number, words: Int32Array): Future {
    const local = words[firstLocal + copy]!;
    const { thread, table } = this.#numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    if (table.locations[locals.word(local, 0)]!.length === 0) return this.#idle[copy]!;
    const trees = this.#known[copy]!;
    const { cells } = this.#futures.scopes[copy]!;
    const look = (at: number) => this.#interference.look(copy, at, this.#states.read(words, cells[at]!));
    const source = {
      read: (at: number) => this.#numberOf(copy, at, look(at)),
      offset: () => 0,
    };
    const known = recall(trees[local], source);
    if (known !== undefined) return known;
    const { tree, answer } = learn(trees[local], source, (read) => {
      const around = cells.reduce<ScopeContext | null>((_, _cell, at) => look(at), null);
      return this.#futures.region(copy, locals.vector(local), around ?? nowhere, read);
    });
    trees[local] = tree;
    return answer;
  }

  /** The number of what bears on the cell at this position. */
  #numberOf(copy: number, at: number, { written, first, counted }: ScopeContext): number {
    const words = this.#circumstance;
    put(words, 0, written[at]!);
    put(words, wordsOfSet, first[at]!);
    put(words, 2 * wordsOfSet, counted[at] ?? first[at]!);
    return this.#circumstances[copy]![at]!.add(words);
  }
}

/** Where the local states of copies begin in a question. */
const firstCopy = 3;

const nowhere: ScopeContext = { written: [], first: [], counted: [] };

const wordsOfSet = 3;

/** Writes a set as words, different sets differently. */
function put(words: Int32Array, at: number, { low, high, bits }: ValueSet): void {
  words[at] = bits;
  words[at + 1] = Math.max(low, -(2 ** 31));
  words[at + 2] = Math.min(high, 2 ** 31 - 1);
}

/** A cell in the scope of a copy that may change it. */
interface ChangeableCell {
  readonly copy: number;
  readonly at: number;
}

type Mutable<T> = { readonly [K in keyof T]: ValueSet[] };

export class Interference {
  readonly #scopes: readonly CellScope[];
  /** By copy: what it does. */
  readonly #done: readonly Mutable<Changes>[];
  /** By copy: what was looked up last. */
  readonly #around: readonly Mutable<ScopeContext>[];
  /** By copy and position: where others have the cell. */
  readonly #places: readonly (readonly (readonly ChangeableCell[])[])[];
  /** By copy and position: the others that may access the cell. */
  readonly #sharers: readonly (readonly CopySet[])[];

  constructor(scopes: readonly CellScope[]) {
    this.#scopes = scopes;
    this.#done = scopes.map((scope) => unchanged(scope) as Mutable<Changes>);
    this.#around = this.#done.map(({ values, sums }) => ({
      first: [...values],
      written: [...values],
      counted: [...sums],
    }));
    this.#places = scopes.map(({ cells }, own) => cells.map((cell) => placesOf(cell, own, scopes)));
    this.#sharers = scopes.map(({ cells }, own) => cells.map((cell) => sharersOf(cell, own, scopes)));
  }

  /** Nothing is known to be done. */
  clear(): void {
    for (const { values, sums } of this.#done) {
      values.fill(sets.empty);
      sums.fill(nought);
    }
  }

  /** What bears on a cell of the copy's scope that is `now`. It is put into the surroundings of the copy at that position. */
  look(copy: number, at: number, now: number): ScopeContext {
    const around = this.#around[copy]!;
    let written = sets.empty;
    let counted = sets.single(now);
    const isCounter = at < around.counted.length;
    for (const place of this.#places[copy]![at]!) {
      const done = this.#done[place.copy]!;
      written = sets.join(written, done.values[place.at]!);
      if (isCounter) counted = sets.bounded(sets.plus(counted, done.sums[place.at]!));
    }
    around.written[at] = written;
    around.first[at] = sets.join(sets.single(now), written);
    if (isCounter) around.counted[at] = counted;
    return around;
  }

  /** Adds to what the copy does; returns the copies for which that may make a difference. */
  grow(copy: number, { values, sums }: Changes): CopySet {
    const done = this.#done[copy]!;
    let affected = copySet.noCopies;
    for (const at of this.#scopes[copy]!.changed) {
      const value = sets.join(done.values[at]!, values[at]!);
      const sum = at < sums.length ? sets.bounded(sets.join(done.sums[at]!, sums[at]!)) : nought;
      if (sets.sameSet(value, done.values[at]!) && (at >= sums.length || sets.sameSet(sum, done.sums[at]!)))
        continue;
      done.values[at] = value;
      if (at < sums.length) done.sums[at] = sum;
      affected = copySet.union(affected, this.#sharers[copy]![at]!);
    }
    return affected;
  }
}

/** Where copies other than `own` have a cell that they may change. */
function placesOf(cell: number, own: number, scopes: readonly CellScope[]): readonly ChangeableCell[] {
  return scopes.flatMap(({ positions, changed }, copy) => {
    const at = positions[cell]!;
    return copy !== own && changed.includes(at) ? [{ copy, at }] : [];
  });
}

/** The copies other than `own` that may access a cell. */
function sharersOf(cell: number, own: number, scopes: readonly CellScope[]): CopySet {
  let sharers = copySet.noCopies;
  for (const [copy, { positions }] of scopes.entries())
    if (copy !== own && positions[cell]! >= 0) sharers = copySet.adding(sharers, copy);
  return sharers;
}
