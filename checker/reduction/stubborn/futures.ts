/** The futures of the copies outside a candidate set, computed together and cached. */
import * as copySet from './copy-set.ts';
import { contextsOf, Interference } from './interference.ts';
import { unchanged, type ThreadModular, type Future } from '../analysis/thread-modular.ts';
import type { CopySet } from './copy-set.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import { learn, recall, type TreeNode } from '../state/decision-tree.ts';

/** A copy whose futures are cached. */
interface KnownCopy {
  readonly copy: number;
  /** By local state: its future whatever the others do; the idle one where the copy has ended. */
  readonly ever: (Future | undefined)[];
  /** By local state: futures, by what bears on the cells that they use. */
  readonly trees: (TreeNode<Future> | undefined)[];
  readonly idle: Future;
}

/** Futures that are computed when they are asked for, among what an interference says of the others. */
class LazyFutures {
  readonly interference: Interference;
  /** By copy: its future, where that has been asked for. */
  readonly #of: (Future | undefined)[];

  constructor(interference: Interference, copies: number) {
    this.interference = interference;
    this.#of = Array.from({ length: copies }, () => undefined);
  }

  clear(): void {
    this.interference.clear();
    this.#of.fill(undefined);
  }

  of(copy: number, compute: (copy: number, interference: Interference) => Future): Future {
    return (this.#of[copy] ??= compute(copy, this.interference));
  }
}

/**
 * The futures of copies in one state: `of`, and bounds that cost less and answer most questions.
 *
 * Sound for:  `ever`, `most` and `of` are upper bounds, each as a rule closer than the one before. `alone` is a part of
 *             `of` as a rule, and shows early which sets grow large.
 */
export class Futures {
  /** By copy: its future in the state and for the frozen copies of the last `explore`; without meaning for those. */
  of: readonly Future[] = [];
  /** By copy: its future from its local state on, whatever the others do. */
  readonly ever: Future[] = [];
  readonly #states: InternedStates;
  readonly #threadModular: ThreadModular;
  readonly #growing: Interference;
  readonly #copies: readonly KnownCopy[];
  readonly #every: CopySet;
  /** By cell: the copies whose futures of the current answer depend on what bears on it, in two halves. */
  readonly #usersLow: Int32Array;
  readonly #usersHigh: Int32Array;
  /** The answers in the state of the last `begin`, and their frozen copies. */
  readonly #answers: { readonly frozen: CopySet; readonly futures: readonly Future[] }[] = [];
  readonly #alone: LazyFutures;
  readonly #most: LazyFutures;
  readonly #compute = (copy: number, interference: Interference) =>
    this.#future(this.#copies[copy]!, interference);
  #words: Int32Array;
  /** Whether `most` is prepared for the state. */
  #isPrepared = false;

  constructor(states: InternedStates, threadModular: ThreadModular) {
    const { copies, cells } = states.numbering;
    const contexts = contextsOf(states);
    const now = (cell: number) => states.read(this.#words, cell);
    const interference = () => new Interference(threadModular, states.numbering, contexts, now);
    this.#states = states;
    this.#threadModular = threadModular;
    this.#growing = interference();
    this.#alone = new LazyFutures(interference(), copies.length);
    this.#most = new LazyFutures(interference(), copies.length);
    this.#every = copySet.upTo(copies.length);
    this.#usersLow = new Int32Array(cells.length);
    this.#usersHigh = new Int32Array(cells.length);
    this.#words = new Int32Array(states.width);
    this.#copies = threadModular.scopes.map((scope, copy) => ({
      copy,
      ever: [],
      trees: [],
      idle: { scope, kinds: new Uint8Array(0), written: unchanged(scope), used: [] },
    }));
  }

  /** Begins with a state, which must not change. */
  begin(words: Int32Array): void {
    this.#words = words;
    this.#answers.length = 0;
    this.#alone.clear();
    this.#isPrepared = false;
    for (const known of this.#copies) this.ever[known.copy] = this.#ever(known);
  }

  /** What the copy may do while no other copy moves. */
  alone(copy: number): Future {
    return this.#alone.of(copy, this.#compute);
  }

  /**
   * An upper bound of what the copy may do, whichever copies are frozen.
   *
   * Sound for:  runs of any length: others do no more than they do whatever happens.
   */
  most(copy: number): Future {
    if (!this.#isPrepared) this.#prepareMost();
    return this.#most.of(copy, this.#compute);
  }

  #prepareMost(): void {
    this.#isPrepared = true;
    this.#most.clear();
    for (const { copy } of this.#copies) this.#most.interference.grow(copy, this.ever[copy]!.written);
  }

  /**
   * Computes what each copy that is not `frozen` may do while the frozen ones do not move.
   *
   * `goesOn` receives parts of the futures as they grow; where it returns false the computation ends.
   *
   * Returns whether it has come to its end: `of` has the futures.
   * Sound for:  runs of any length from this state: the values that copies write grow until they explain each other.
   */
  explore(frozen: CopySet, goesOn: (copy: number, part: Future) => boolean): boolean {
    const known = this.#answers.find((answer) => copySet.areSame(answer.frozen, frozen));
    const futures = known?.futures ?? this.#answer(frozen, goesOn);
    if (futures === null) return false;
    if (known === undefined) this.#answers.push({ frozen, futures });
    this.of = futures;
    return true;
  }

  #answer(frozen: CopySet, goesOn: (copy: number, part: Future) => boolean): readonly Future[] | null {
    const copies = this.#copies.length;
    const futures = Array.from<Future>({ length: copies });
    const [usersLow, usersHigh] = [this.#usersLow, this.#usersHigh];
    usersLow.fill(0);
    usersHigh.fill(0);
    this.#growing.clear();
    // The copies whose futures are to be computed, again or for the first time: two halves, as in sets of copies.
    let low = ~frozen.low & this.#every.low;
    let high = ~frozen.high & this.#every.high;
    while ((low | high) !== 0)
      for (let copy = 0; copy < copies; copy++) {
        const lowBit = copy < 32 ? 1 << copy : 0;
        const highBit = copy < 32 ? 0 : 1 << copy;
        if (((low & lowBit) | (high & highBit)) === 0) continue;
        low &= ~lowBit;
        high &= ~highBit;
        const future = this.#future(this.#copies[copy]!, this.#growing);
        if (future === futures[copy]) continue;
        futures[copy] = future;
        if (!goesOn(copy, future)) return null;
        for (const cell of future.used) {
          usersLow[cell]! |= lowBit;
          usersHigh[cell]! |= highBit;
        }
        for (const cell of this.#growing.grow(copy, future.written)) {
          low |= usersLow[cell]! & ~lowBit;
          high |= usersHigh[cell]! & ~highBit;
        }
      }
    return futures;
  }

  /** Its future whatever the others do; where the copy has ended, nothing. */
  #ever({ copy, ever, idle }: KnownCopy): Future {
    const local = this.#words[firstLocal + copy]!;
    const known = ever[local];
    if (known !== undefined) return known;
    const { thread, table } = this.#states.numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    const hasEnded = table.locations[locals.word(local, 0)]!.length === 0;
    const context = this.#threadModular.anything(copy);
    const nothing = () => undefined;
    return (ever[local] = hasEnded
      ? idle
      : this.#threadModular.future(copy, locals.vector(local), context, nothing));
  }

  /**
   * The future of a copy among what the others do as far as known.
   *
   * Sound for:  cached futures: the analysis reports which cells it uses, and depends on nothing else.
   */
  #future({ copy, trees, idle }: KnownCopy, interference: Interference): Future {
    if (this.ever[copy] === idle) return idle;
    const local = this.#words[firstLocal + copy]!;
    const source = interference.sources[copy]!;
    const known = recall(trees[local], source);
    if (known !== undefined) return known;
    const locals = this.#states.localsOf(this.#states.numbering.copies[copy]!.thread);
    const { tree, answer } = learn(trees[local], source, (read) =>
      this.#threadModular.future(copy, locals.vector(local), interference.around(copy), read),
    );
    trees[local] = tree;
    return answer;
  }
}
