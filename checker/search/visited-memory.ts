/** The linear memory of a compiled model, how it grows, and the generated functions that work in it. */
import { pageBytes } from '../state/wasm-memory.ts';
import type { CompiledModel } from '../state/wasm-model.ts';
import { mostPages } from '../state/wasm-model.ts';
import { CapacityError } from './capacity-error.ts';
import type { Shared } from './crew.ts';
import { regionOf } from './crew.ts';
import { forgetRecent } from './recent.ts';

const firstSlots = 2_048;
/** States a slot at most: with linear probing, more would make searches long. */
const fullest = 0.8;
/** The table grows by this factor, so that a state never has more than 10 bytes of it. */
const growth = 2;

/** The exported functions of a module, as `wasm-model.ts` and `wasm-visited.ts` define them. */
export interface GeneratedCode {
  readonly generate: (from: number, to: number) => number;
  readonly insert: () => void;
  /** These four exist where there are several workers. */
  readonly pick: (base: number, from: number, to: number) => number;
  readonly foresee: (base: number, total: number) => void;
  readonly claim: (base: number, total: number, first: number) => number;
  readonly settle: () => void;
  readonly hashAll: () => void;
  readonly findSlots: () => void;
  readonly dropRecent: () => void;
  readonly numberOf: (from: number, to: number) => void;
  readonly clearTable: () => void;
  readonly enter: (from: number, to: number) => void;
}

export interface GeneratedGlobals {
  readonly count: WebAssembly.Global;
  readonly slots: WebAssembly.Global;
  readonly numberMask: WebAssembly.Global;
  readonly statesPage: WebAssembly.Global;
  readonly regionStart: WebAssembly.Global;
  readonly regionEnd: WebAssembly.Global;
  readonly cursor: WebAssembly.Global;
  readonly mark: WebAssembly.Global;
  readonly finding: WebAssembly.Global;
}

export class VisitedMemory {
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
  readonly memory: WebAssembly.Memory;
  readonly #model: CompiledModel;
  readonly #workers: number;
  readonly #maxBytes: number;
  #numbers: Int32Array;
  #words: BigUint64Array;
  #slots = 0;
  #rebuild: () => void = () => this.#enterAll();

  /** Several workers share the memory; each has a region of the table of its own. */
  constructor(model: CompiledModel, bytes: Uint8Array<ArrayBuffer>, { maxBytes = 2 ** 32, workers = 1 }) {
    this.#model = model;
    this.#workers = workers;
    this.#maxBytes = Math.min(maxBytes, 2 ** 32);
    const initial = Math.ceil(model.map.table / pageBytes);
    const sharing = workers > 1 ? { shared: true, maximum: mostPages } : {};
    this.memory = new WebAssembly.Memory({ initial, ...sharing });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      racewalk: { memory: this.memory },
    });
    this.code = exports as unknown as GeneratedCode;
    this.globals = exports as unknown as GeneratedGlobals;
    this.#numbers = new Int32Array(this.memory.buffer);
    this.#words = new BigUint64Array(this.memory.buffer);
    this.globals.cursor.value = model.map.candidates.at;
    this.#growTable(firstSlots);
  }

  get count(): number {
    return this.globals.count.value;
  }

  /** Bytes of the table and the stored states. The room for more is address space, that nobody has touched yet. */
  get bytes(): number {
    return this.statesAt - this.#model.map.table + this.count * this.#model.map.stride;
  }

  /** The address of the first state; it moves when the table grows. */
  get statesAt(): number {
    return this.globals.statesPage.value * pageBytes;
  }

  /** The memory as 32-bit numbers; valid until it grows. */
  get numbers(): Int32Array {
    if (this.#numbers.buffer !== this.memory.buffer) this.#numbers = new Int32Array(this.memory.buffer);
    return this.#numbers;
  }

  /** The memory as 64-bit words; valid until it grows. */
  get words(): BigUint64Array {
    if (this.#words.buffer !== this.memory.buffer) this.#words = new BigUint64Array(this.memory.buffer);
    return this.#words;
  }

  /** Puts packed states where the generated code leaves successors. */
  gather(states: readonly (readonly bigint[])[]): void {
    const { candidates, marks, stride } = this.#model.map;
    for (const [at, state] of states.entries()) this.words.set(state, (candidates.at + at * stride) / 8);
    this.globals.cursor.value = candidates.at + states.length * stride;
    this.globals.mark.value = marks.at;
  }

  /** All workers forget what they met lately. */
  forgetRecent(): void {
    const { recent, distance } = this.#model.map;
    for (let worker = 0; worker < this.#workers; worker++) {
      const own = { ...recent, at: recent.at + worker * distance };
      forgetRecent({ ...this.#model.map, recent: own }, this.memory, this.statesAt);
    }
  }

  /** Looks up all candidates: the generated code leaves the number of each in `slots`, -1 for what is not stored. */
  lookUp(): void {
    this.code.hashAll();
    this.code.findSlots();
    for (let worker = 0; worker < this.#workers; worker++) {
      this.#enterRegion(worker);
      this.code.numberOf(0, this.gathered);
    }
  }

  #enterRegion(worker: number): void {
    const [start, end] = regionOf(worker, this.#workers, this.#slots);
    this.globals.regionStart.value = start;
    this.globals.regionEnd.value = end;
  }

  /** From now on others do the work when the table is built anew. */
  rebuildBy(rebuild: () => void): void {
    this.#rebuild = rebuild;
  }

  /** What all who work in this memory must know. */
  get shared(): Shared {
    const { count, slots, numberMask, statesPage } = this.globals;
    return {
      count: count.value,
      slots: slots.value,
      numberMask: numberMask.value,
      statesPage: statesPage.value,
    };
  }

  get gathered(): number {
    const { candidates, stride } = this.#model.map;
    return (this.globals.cursor.value - candidates.at) / stride;
  }

  /**
   * Makes sure that all candidates, or so many, can be stored.
   *
   * Throws  CapacityError when memory is at its limit; the states that are there stay.
   */
  makeRoom(more = this.gathered): void {
    const { stride } = this.#model.map;
    const needed = this.count + more;
    if (needed > this.#slots * fullest)
      this.#growTable(Math.ceil(Math.max(needed / fullest, this.#slots * growth)) + 1);
    const bytes = this.statesAt + needed * stride - this.memory.buffer.byteLength;
    // All that the table has room for, at once: each growth of memory lets V8 collect its garbage.
    if (bytes > 0) this.#grow(bytes, Math.floor(this.#slots * fullest - needed) * stride);
  }

  /** The table is built anew in its larger place, from the states, which move on to make room for it. */
  #growTable(slots: number): void {
    const { table, stride } = this.#model.map;
    const statesPage = Math.ceil((table + slots * 4) / pageBytes);
    const [from, to, size] = [this.statesAt, statesPage * pageBytes, this.count * stride];
    const missing = to + size - this.memory.buffer.byteLength;
    if (missing > 0) this.#grow(missing, 0);
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + size);
    this.globals.statesPage.value = statesPage;
    this.globals.slots.value = slots;
    this.globals.numberMask.value = 2 ** Math.ceil(Math.log2(slots)) - 1;
    this.#slots = slots;
    this.code.clearTable();
    this.#rebuild();
  }

  /** Adds `bytes`, and `spare` ones where there is room for them. */
  #grow(bytes: number, spare: number): void {
    const left = Math.floor((this.#maxBytes - this.memory.buffer.byteLength) / pageBytes);
    const pages = Math.ceil(bytes / pageBytes);
    if (pages > left)
      throw new CapacityError(`the visited set is full: ${this.count} states in ${this.#maxBytes} bytes`);
    try {
      this.memory.grow(Math.min(left, pages + Math.ceil(spare / pageBytes)));
    } catch {
      throw new CapacityError(`the system has no more memory for the visited set of ${this.count} states`);
    }
  }

  /** In pieces, so that the optimised code of `enter` comes into use while it goes on. */
  #enterAll(): void {
    const piece = 4_096;
    this.#enterRegion(0);
    for (let at = 0; at < this.count; at += piece) this.code.enter(at, Math.min(at + piece, this.count));
  }
}
