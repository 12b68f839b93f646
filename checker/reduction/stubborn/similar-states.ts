/** Similar states: they differ in counters, and in how many replicas of a group have the same record. */
import { countersOf } from '../analysis/scope.ts';
import type { ThreadModular } from '../analysis/thread-modular.ts';
import { symmetryOf, type SymmetricGroup } from '../../program/symmetry.ts';
import { mixed } from '../../state-space/vector-set.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';

/** Which states are similar: any answer is sound. */
export interface Similarity {
  /** A number of 32 bits that similar states share; others seldom have it. */
  readonly fingerprint: (words: Int32Array) => number;
  /** The fingerprint of the record of the copy's replica, in the state of the last `fingerprint`. */
  readonly recordOf: (copy: number) => number;
}

export class SimilarStates implements Similarity {
  readonly #states: InternedStates;
  /** The copies and the tracked cells that belong to no replica, without counters. */
  readonly #copies: readonly number[];
  readonly #cells: readonly number[];
  readonly #groups: readonly SymmetricGroup[];
  /** By copy: the fingerprint of the record of its replica, 0 where it belongs to none. */
  readonly #records: Int32Array;

  constructor(states: InternedStates, { tracked }: ThreadModular) {
    const { numbering } = states;
    const { groups } = symmetryOf(numbering);
    const members = new Set(groups.flatMap((group) => group.members.flat()));
    const owned = groups.flatMap((group) => group.cells.flat());
    const left = new Set([...owned, ...countersOf(numbering, tracked)]);
    this.#states = states;
    this.#copies = [...numbering.copies.keys()].filter((copy) => !members.has(copy));
    this.#cells = tracked.filter((cell) => !left.has(cell));
    this.#groups = groups;
    this.#records = new Int32Array(numbering.copies.length);
  }

  fingerprint(words: Int32Array): number {
    let print = 0;
    for (const copy of this.#copies) print = mixed(print, words[firstLocal + copy]!);
    for (const cell of this.#cells) print = mixed(print, this.#states.read(words, cell));
    for (const group of this.#groups) {
      let before = 0;
      for (let replica = 0; replica < group.members.length; replica++) {
        const record = this.#recordOf(words, group, replica);
        for (const copy of group.members[replica]!) this.#records[copy] = record;
        // Equal records are neighbours in canonical states.
        if (record !== before) print = mixed(print, record);
        before = record;
      }
    }
    return print;
  }

  recordOf(copy: number): number {
    return this.#records[copy]!;
  }

  #recordOf(words: Int32Array, { members, cells }: SymmetricGroup, replica: number): number {
    let print = 1;
    for (const copy of members[replica]!) print = mixed(print, words[firstLocal + copy]!);
    for (const cell of cells[replica]!) print = mixed(print, this.#states.read(words, cell));
    return print;
  }
}
