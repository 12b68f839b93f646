/** The futures of the copies outside a candidate set, computed together and cached. */
import * as copySet from './copy-set.ts';
import { Interference } from './interference.ts';
import {
  unchanged,
  type ScopeContext,
  type ThreadModular,
  type Future,
} from '../analysis/thread-modular.ts';
import type { CopySet } from './copy-set.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import { learn, recall, type TreeNode, type ValueSource } from '../state/decision-tree.ts';

/** A copy whose futures are cached. */
interface KnownCopy {
  readonly copy: number;
  /** By local state: futures, by what bears on the cells that they use; no tree where the copy has ended. */
  readonly trees: (TreeNode<Future> | null | undefined)[];
  /** Reads the number of what bears on the cell at a position of the copy's scope. */
  readonly source: ValueSource;
  readonly idle: Future;
}

export class Futures {
  /** By copy: its future in the state and for the frozen copies of the last `explore`; without meaning for those. */
  of: readonly Future[] = [];
  /** By copy: its future while no other copy moves, in the state of the last `begin`: a part of its future. */
  readonly alone: Future[] = [];
  readonly #states: InternedStates;
  readonly #threadModular: ThreadModular;
  readonly #interference: Interference;
  readonly #copies: readonly KnownCopy[];
  /** Those of threads with few copies first: what these change is of interest to many. */
  readonly #order: readonly KnownCopy[];
  /** By copy: 1 where its future is to be computed, again or for the first time. */
  readonly #pending: Uint8Array;
  /** The answers in the state of the last `begin`, and their frozen copies. */
  readonly #answers: { readonly frozen: CopySet; readonly futures: readonly Future[] }[] = [];
  #words: Int32Array;

  constructor(states: InternedStates, threadModular: ThreadModular) {
    const { numbering } = states;
    this.#states = states;
    this.#threadModular = threadModular;
    this.#interference = new Interference(threadModular, states);
    this.#pending = new Uint8Array(numbering.copies.length);
    this.#words = new Int32Array(states.width);
    this.#copies = threadModular.scopes.map((scope, copy) => ({
      copy,
      trees: [],
      source: {
        read: (at) => this.#interference.numberOf(copy, at, this.#now(scope.cells[at]!)),
        offset: () => 0,
      },
      idle: { scope, kinds: new Uint8Array(0), written: unchanged(scope), used: new Uint8Array(0) },
    }));
    const { copies } = numbering;
    const cpus = ({ copy }: KnownCopy) => copies[copy]!.table.thread.cpus;
    this.#order = this.#copies.toSorted((a, b) => cpus(a) - cpus(b));
  }

  #now(cell: number): number {
    return this.#states.read(this.#words, cell);
  }

  /** Begins with a state, which must not change; computes what each copy may do there while no other copy moves. */
  begin(words: Int32Array): void {
    this.#words = words;
    this.#answers.length = 0;
    this.#interference.clear();
    for (const known of this.#copies) this.alone[known.copy] = this.#future(known);
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
    const futures: Future[] = [];
    const pending = this.#pending;
    let left = 0;
    for (let copy = 0; copy < pending.length; copy++) {
      pending[copy] = copySet.has(frozen, copy) ? 0 : 1;
      left += pending[copy]!;
    }
    this.#interference.clear();
    while (left > 0)
      for (const known of this.#order) {
        const { copy } = known;
        if (pending[copy] === 0) continue;
        pending[copy] = 0;
        left -= 1;
        const future = this.#future(known);
        if (future === futures[copy]) continue;
        futures[copy] = future;
        if (!goesOn(copy, future)) return null;
        for (const cell of this.#interference.grow(copy, future.written))
          for (const other of this.#interference.sharers[cell]!) {
            const theirs = futures[other];
            // Those without a future are pending or frozen.
            if (theirs === undefined || other === copy || pending[other] === 1) continue;
            if (theirs.used[theirs.scope.positions[cell]!] !== 1) continue;
            pending[other] = 1;
            left += 1;
          }
      }
    return futures;
  }

  /**
   * The future of a copy among what the others do as far as known.
   *
   * Sound for:  cached futures: the analysis reports which cells it uses, and depends on nothing else.
   */
  #future({ copy, trees, source, idle }: KnownCopy): Future {
    const local = this.#words[firstLocal + copy]!;
    const tree = trees[local];
    if (tree === null) return idle;
    const known = recall(tree, source);
    if (known !== undefined) return known;
    const { thread, table } = this.#states.numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    if (table.locations[locals.word(local, 0)]!.length === 0) {
      trees[local] = null;
      return idle;
    }
    const learnt = learn(tree, source, (read) =>
      this.#threadModular.future(copy, locals.vector(local), this.#around(copy), read),
    );
    trees[local] = learnt.tree;
    return learnt.answer;
  }

  /** What bears on all cells of the copy's scope. */
  #around(copy: number): ScopeContext {
    const { cells, counters } = this.#threadModular.scopes[copy]!;
    const contexts = cells.map((cell, at) => this.#interference.around(copy, at, this.#now(cell)));
    return {
      written: contexts.map(({ written }) => written),
      first: contexts.map(({ first }) => first),
      counted: contexts.slice(0, counters).map(({ counted }) => counted),
    };
  }
}
