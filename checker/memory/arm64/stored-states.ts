/** States in normal form, each stored once: the numbers of their parts, which are stored once as well. */
import { VectorSet } from '../../state-space/vector-set.ts';
import type { CopyState, CpuViews, MachineState, Time, Write } from './machine-state.ts';
import type { Program } from './program.ts';
import { SequenceSet, type Sequence } from './sequence-set.ts';
import { keyOfCopy, keyOfNumbers, keyOfViews, keyOfWrites } from './state-key.ts';

/** A guess: what V8 keeps for a part of some ten numbers. */
const bytesPerPart = 300;

/** The numbers of a state's parts. */
export type StateWords = Int32Array;

/** Where `top` and `seen` stand in the words of a state; its parts are behind them. */
const wordOfTop = 0;
const wordOfSeen = 1;
const firstPart = 2;

/** Parts of one kind, numbered from 0. */
class Parts<T> {
  readonly #keyOf: (part: T) => Sequence;
  readonly #keys = new SequenceSet();
  readonly #parts: T[] = [];

  /** `keyOf`: equal for equal parts. */
  constructor(keyOf: (part: T) => Sequence) {
    this.#keyOf = keyOf;
  }

  get bytes(): number {
    return this.#keys.bytes + bytesPerPart * this.#parts.length;
  }

  numberOf(part: T): number {
    const number = this.#keys.add(this.#keyOf(part));
    if (number === this.#parts.length) this.#parts.push(part);
    return number;
  }

  part(number: number): T {
    return this.#parts[number]!;
  }
}

export class StoredStates {
  readonly #sharedCells: readonly number[];
  readonly #initialWrites: readonly (readonly Write[])[];
  readonly #lists = new Parts<readonly Write[]>(keyOfWrites);
  readonly #own = new Parts<readonly number[]>(keyOfNumbers);
  readonly #ownData = new Parts<readonly Time[]>(keyOfNumbers);
  readonly #views = new Parts<CpuViews>(keyOfViews);
  readonly #copies = new Parts<CopyState>(keyOfCopy);
  /** Where the views of each CPU and each copy stand in the words of a state. */
  readonly #places: { readonly cpus: readonly number[]; readonly copies: readonly number[] };
  readonly #words: StateWords;
  readonly #states: VectorSet;
  /** The state that was built last, with its words: those that a step leads to share most of its parts. */
  #last: MachineState | null = null;
  readonly #lastWords: StateWords;

  constructor({ isOwn, initial, cpus, processors }: Program) {
    this.#sharedCells = [...isOwn.keys()].filter((cell) => !isOwn[cell]!);
    this.#initialWrites = initial.map((value) => [{ time: 0, value, promisedBy: -1, step: -1 }]);
    const firstCpu = firstPart + this.#sharedCells.length + 2;
    const width = firstCpu + cpus + processors.length;
    this.#places = {
      cpus: Array.from({ length: cpus }, (_, cpu) => firstCpu + cpu),
      copies: processors.map((_, copy) => firstCpu + cpus + copy),
    };
    this.#words = new Int32Array(width);
    this.#lastWords = new Int32Array(width);
    this.#states = new VectorSet(width);
  }

  get count(): number {
    return this.#states.count;
  }

  get bytes(): number {
    const kinds = [this.#lists, this.#own, this.#ownData, this.#views, this.#copies];
    return this.#states.bytes + kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The words of a state, until the next call. */
  wordsOf(state: MachineState): StateWords {
    const words = this.#words;
    const { writes, cpus, copies, own, ownData } = state;
    const last = this.#last;
    words[wordOfTop] = state.top;
    words[wordOfSeen] = state.seen;
    let at = firstPart;
    for (const cell of this.#sharedCells) {
      words[at] = this.#numberOf(this.#lists, writes[cell]!, last?.writes[cell], at);
      at += 1;
    }
    words[at] = this.#numberOf(this.#own, own, last?.own, at);
    at += 1;
    words[at] = this.#numberOf(this.#ownData, ownData, last?.ownData, at);
    at += 1;
    for (let cpu = 0; cpu < cpus.length; cpu++, at++)
      words[at] = this.#numberOf(this.#views, cpus[cpu]!, last?.cpus[cpu], at);
    for (let copy = 0; copy < copies.length; copy++, at++)
      words[at] = this.#numberOf(this.#copies, copies[copy]!, last?.copies[copy], at);
    return words;
  }

  #numberOf<T>(parts: Parts<T>, part: T, ofLast: T | undefined, at: number): number {
    return part === ofLast ? this.#lastWords[at]! : parts.numberOf(part);
  }

  /** The number of a state, or -1. */
  find(words: StateWords): number {
    return this.#states.find(words);
  }

  /** The number of a state, which is a new one where it was not there yet. */
  add(words: StateWords): number {
    return this.#states.add(words);
  }

  state(id: number): MachineState {
    const words = this.#lastWords;
    this.#states.copyInto(id, words);
    const { cpus, copies } = this.#places;
    const writes = this.#initialWrites.slice();
    for (const [position, cell] of this.#sharedCells.entries())
      writes[cell] = this.#lists.part(words[firstPart + position]!);
    const own = firstPart + this.#sharedCells.length;
    const state = {
      writes,
      own: this.#own.part(words[own]!),
      ownData: this.#ownData.part(words[own + 1]!),
      top: words[wordOfTop]!,
      seen: words[wordOfSeen]!,
      cpus: cpus.map((at) => this.#views.part(words[at]!)),
      copies: copies.map((at) => this.#copies.part(words[at]!)),
      step: -1,
    };
    this.#last = state;
    return state;
  }
}
