/** The futures of the copies outside a candidate set, worked out together and remembered. */
import type { Futures, Interference, Region } from '../analysis/future.ts';
import type { Numbering } from '../analysis/numbering.ts';
import type { CompactStates } from './compact-state.ts';
import { firstLocal, trackedWord } from './compact-state.ts';
import type { Faults } from './faults.ts';
import { VectorSet } from './vector-set.ts';

export class Regions {
  /** By copy: its future in the state and for the set asked for last; for copies in the set it means nothing. */
  of: readonly Region[] = [];
  readonly #numbering: Numbering;
  readonly #states: CompactStates;
  readonly #futures: Futures;
  readonly #faults: Faults;
  readonly #written: Interference[] = [];
  /** By copy and local state; then by tracked cells and what the others write. */
  readonly #known: (Map<number, Region> | undefined)[][];
  readonly #idle: Region;
  /** Questions asked so far (the frozen copies, the tracked cells, the local states of the others), and their answers. */
  readonly #questions: VectorSet;
  readonly #answers: (readonly Region[])[] = [];
  readonly #question: Int32Array;

  constructor(numbering: Numbering, states: CompactStates, futures: Futures, faults: Faults) {
    this.#numbering = numbering;
    this.#states = states;
    this.#futures = futures;
    this.#faults = faults;
    this.#known = numbering.copies.map(() => []);
    this.#questions = new VectorSet(2 + numbering.copies.length);
    this.#question = new Int32Array(this.#questions.width);
    this.#idle = { kinds: new Uint8Array(0), written: futures.calm };
  }

  /**
   * Works out what each copy that is not among `frozen` (a bit a copy) may do while those among it do not move.
   *
   * Sound for:  runs of any length from this state: the values that copies write grow until they explain each other.
   */
  explore(words: Int32Array, frozen: number): void {
    const question = this.#question;
    question[0] = frozen;
    question[1] = words[trackedWord]!;
    for (let copy = 0; copy < question.length - 2; copy++)
      question[2 + copy] = (frozen & (1 << copy)) === 0 ? words[firstLocal + copy]! : -1;
    const id = this.#questions.add(question);
    this.of = this.#answers[id] ??= this.#answer(words, frozen);
  }

  #answer(words: Int32Array, frozen: number): readonly Region[] {
    const copies = this.#numbering.copies.length;
    const { calm } = this.#futures;
    const written = this.#written;
    const regions: Region[] = [];
    for (let copy = 0; copy < copies; copy++) written[copy] = calm;
    for (let grew = true; grew;) {
      grew = false;
      const behind = this.#behind();
      // What the copies before this one do.
      let before = calm;
      for (let copy = 0; copy < copies; copy++) {
        if ((frozen & (1 << copy)) === 0) {
          const others = this.#futures.together(before, behind[copy]!);
          const region = this.#region(copy, words, this.#faults.interference === true ? calm : others);
          regions[copy] = region;
          const joined = this.#futures.grown(written[copy]!, region.written);
          grew ||= joined !== written[copy];
          written[copy] = joined;
        }
        before = this.#futures.together(before, written[copy]!);
      }
    }
    return regions;
  }

  /** By copy: what those behind it do. */
  #behind(): readonly Interference[] {
    const behind: Interference[] = [];
    let all = this.#futures.calm;
    for (let copy = this.#written.length - 1; copy >= 0; copy--) {
      behind[copy] = all;
      all = this.#futures.together(all, this.#written[copy]!);
    }
    return behind;
  }

  #region(copy: number, words: Int32Array, others: Interference): Region {
    const local = words[firstLocal + copy]!;
    const { thread, table } = this.#numbering.copies[copy]!;
    const locals = this.#states.localsOf(thread);
    if (table.locations[locals.word(local, 0)]!.length === 0) return this.#idle;
    const known = (this.#known[copy]![local] ??= new Map<number, Region>());
    const key = words[trackedWord]! * 2 ** 22 + others.id;
    let region = known.get(key);
    if (region === undefined) {
      const tracked = this.#futures.tracked.map((_, at) => this.#states.tracked.get(words[trackedWord]!, at));
      region = this.#futures.region(copy, { locals: locals.vector(local), tracked }, others);
      known.set(key, region);
    }
    return region;
  }
}
