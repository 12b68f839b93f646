/** The futures of the copies outside a candidate set, computed together and cached. */
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
import { VectorSet, type Vector } from '../../state-space/vector-set.ts';

/** A cell in the scope of a copy that may change it. */
interface ChangeableCell {
  readonly copy: number;
  readonly at: number;
}

type Mutable<T> = { readonly [K in keyof T]: ValueSet[] };

/** The changes that copies make to each other's cells, as far as known while their futures are computed together. */
class Interference {
  readonly #scopes: readonly CellScope[];
  /** By copy: its changes. */
  readonly #done: readonly Mutable<Changes>[];
  /** By copy: what bears on its cells, each as of the last `around`. */
  readonly #around: readonly Mutable<ScopeContext>[];
  /** By copy and position: the cell in the scopes of the others that may change it. */
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

  /** Forgets all changes. */
  clear(): void {
    for (const { values, sums } of this.#done) {
      values.fill(sets.empty);
      sums.fill(nought);
    }
  }

  /** Updates what bears on one cell of the copy, whose value is `now`; returns what bears on all its cells. */
  around(copy: number, at: number, now: number): ScopeContext {
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

  /** Adds changes of the copy; returns the copies whose futures these may affect. */
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

/** The cell in the scopes of the copies other than `own` that may change it. */
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

export class Futures {
  /** By copy: its future in the state and for the frozen copies of the last `explore`; without meaning for those. */
  of: readonly Future[] = [];
  /** By copy: its future while no other copy moves, in the state of the last `isolate`: a part of its future. */
  readonly alone: Future[] = [];
  readonly #numbering: Numbering;
  readonly #states: InternedStates;
  readonly #threadModular: ThreadModular;
  readonly #interference: Interference;
  /** By copy and local state: futures, by what bears on the cells that they use. */
  readonly #known: readonly (TreeNode<Future> | undefined)[][];
  readonly #idle: readonly Future[];
  readonly #every: CopySet;
  /** Questions (the frozen copies, the tracked cells, the local states of the others), and their answers. */
  readonly #questions: VectorSet;
  readonly #answers: (readonly Future[])[] = [];
  readonly #question: Int32Array;
  /** By copy and position in its scope: what has borne on the cell so far. */
  readonly #circumstances: readonly (readonly VectorSet[])[];
  readonly #circumstance: Vector;

  constructor(states: InternedStates, threadModular: ThreadModular) {
    const { numbering } = states;
    this.#numbering = numbering;
    this.#states = states;
    this.#threadModular = threadModular;
    this.#interference = new Interference(threadModular.scopes);
    this.#known = numbering.copies.map(() => []);
    this.#every = copySet.upTo(numbering.copies.length);
    this.#idle = threadModular.scopes.map((scope) => ({
      scope,
      kinds: new Uint8Array(0),
      written: unchanged(scope),
    }));
    this.#questions = new VectorSet(firstCopy + numbering.copies.length);
    this.#question = new Int32Array(this.#questions.width);
    this.#circumstance = new states.numbers(3 * wordsOfSet);
    this.#circumstances = threadModular.scopes.map(({ cells }) =>
      cells.map(() => new VectorSet(3 * wordsOfSet, states.numbers)),
    );
  }

  /**
   * Computes what each copy that is not `frozen` may do while the frozen ones do not move.
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

  /** Computes what each copy may do while no other copy moves. */
  isolate(words: Int32Array): void {
    this.#interference.clear();
    for (let copy = 0; copy < this.#numbering.copies.length; copy++)
      this.alone[copy] = this.#future(copy, words);
  }

  #answer(words: Int32Array, frozen: CopySet): readonly Future[] {
    const copies = this.#numbering.copies.length;
    const futures: Future[] = [];
    const moving = copySet.common(copySet.complement(frozen), this.#every);
    this.#interference.clear();
    for (let pending = moving; !copySet.isNone(pending);) {
      for (let copy = 0; copy < copies; copy++) {
        if (!copySet.has(pending, copy)) continue;
        pending = copySet.without(pending, copy);
        const future = this.#future(copy, words);
        futures[copy] = future;
        const affected = this.#interference.grow(copy, future.written);
        pending = copySet.union(pending, copySet.common(affected, moving));
      }
    }
    return futures;
  }

  /**
   * The future of a copy among what the others do as far as known.
   *
   * Sound for:  cached futures: the analysis reports which cells it uses, and depends on nothing else.
   */
  #future(copy: number, words: Int32Array): Future {
    const local = words[firstLocal + copy]!;
    const { thread, table } = this.#numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    if (table.locations[locals.word(local, 0)]!.length === 0) return this.#idle[copy]!;
    const trees = this.#known[copy]!;
    const { cells } = this.#threadModular.scopes[copy]!;
    const look = (at: number) => this.#interference.around(copy, at, this.#states.read(words, cells[at]!));
    const source = {
      read: (at: number) => this.#numberOf(copy, at, look(at)),
      offset: () => 0,
    };
    const known = recall(trees[local], source);
    if (known !== undefined) return known;
    const { tree, answer } = learn(trees[local], source, (read) => {
      const around = cells.reduce<ScopeContext | null>((_, _cell, at) => look(at), null);
      return this.#threadModular.future(copy, locals.vector(local), around ?? nowhere, read);
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

/** Writes a set as words, different sets differently: where no number of the model needs more than 32 bits, no set does. */
function put(words: Vector, at: number, { low, high, bits }: ValueSet): void {
  words[at] = bits;
  words[at + 1] = words instanceof Int32Array ? Math.max(low, -(2 ** 31)) : low;
  words[at + 2] = words instanceof Int32Array ? Math.min(high, 2 ** 31 - 1) : high;
}
