/** The linear memory of a compiled model, how it grows, and the generated functions that work in it. */
import type { CompiledModel } from '../state/wasm-model.ts';
import { CapacityError } from './capacity-error.ts';

const pageBytes = 65_536;
const smallestCapacity = 1_024;
/** States a slot at most: with linear probing, more would make searches long. */
const fullest = 0.85;
/** While memory is small it doubles; later it grows by a quarter, which keeps a state within 16 bytes beside itself. */
const smallStates = 1 << 20;

/** The exported functions of a module, as `wasm-model.ts` and `wasm-visited.ts` define them. */
export interface GeneratedCode {
  readonly generate: (from: number, to: number) => number;
  readonly insert: () => void;
  readonly lookUp: () => void;
  readonly clearTable: () => void;
  readonly enter: (from: number, to: number) => void;
}

export interface GeneratedGlobals {
  readonly count: WebAssembly.Global;
  readonly slots: WebAssembly.Global;
  readonly numberMask: WebAssembly.Global;
  readonly tablePage: WebAssembly.Global;
  readonly cursor: WebAssembly.Global;
  readonly mark: WebAssembly.Global;
  readonly finding: WebAssembly.Global;
}

export class VisitedMemory {
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
  readonly #model: CompiledModel;
  readonly #memory: WebAssembly.Memory;
  readonly #maxBytes: number;
  #numbers: Int32Array;
  #words: BigUint64Array;
  #capacity = 0;
  #slots = 0;

  constructor(model: CompiledModel, bytes: Uint8Array, maxBytes = 2 ** 32) {
    this.#model = model;
    this.#maxBytes = Math.min(maxBytes, 2 ** 32);
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(model.map.states / pageBytes) });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      racewalk: { memory: this.#memory },
    });
    this.code = exports as unknown as GeneratedCode;
    this.globals = exports as unknown as GeneratedGlobals;
    this.#numbers = new Int32Array(this.#memory.buffer);
    this.#words = new BigUint64Array(this.#memory.buffer);
    this.globals.cursor.value = model.map.candidates.at;
    this.#growTo(smallestCapacity);
  }

  get count(): number {
    return this.globals.count.value;
  }

  /** Bytes of the stored states and the table, with the room that is kept for more. */
  get bytes(): number {
    return this.#capacity * this.#model.map.stride + this.#slots * 4;
  }

  /** The memory as 32-bit numbers; valid until it grows. */
  get numbers(): Int32Array {
    if (this.#numbers.buffer !== this.#memory.buffer) this.#numbers = new Int32Array(this.#memory.buffer);
    return this.#numbers;
  }

  /** The memory as 64-bit words; valid until it grows. */
  get words(): BigUint64Array {
    if (this.#words.buffer !== this.#memory.buffer) this.#words = new BigUint64Array(this.#memory.buffer);
    return this.#words;
  }

  /** Puts packed states where the generated code leaves successors. */
  gather(states: readonly (readonly bigint[])[]): void {
    const { candidates, marks, stride } = this.#model.map;
    for (const [at, state] of states.entries()) this.words.set(state, (candidates.at + at * stride) / 8);
    this.globals.cursor.value = candidates.at + states.length * stride;
    this.globals.mark.value = marks.at;
  }

  /**
   * Makes sure that all candidates can be stored.
   *
   * Throws  CapacityError when memory is at its limit; the states that are there stay.
   */
  makeRoom(): void {
    const { candidates, stride } = this.#model.map;
    const needed = this.count + (this.globals.cursor.value - candidates.at) / stride;
    if (needed <= this.#capacity) return;
    const factor = this.#capacity < smallStates ? 2 : 1.25;
    const wanted = Math.max(needed, Math.ceil(this.#capacity * factor));
    const possible = this.#largestCapacity();
    if (possible < needed)
      throw new CapacityError(
        `the visited set is full: ${this.count} states in ${this.#maxBytes} bytes of memory`,
      );
    this.#growTo(Math.min(wanted, possible));
  }

  /** The largest number of states for which the memory suffices, the rounding to pages allowed for. */
  #largestCapacity(): number {
    const { states, stride } = this.#model.map;
    return Math.floor((this.#maxBytes - states - 3 * pageBytes) / (stride + 4 / fullest));
  }

  /** The table moves behind the room for more states and is built anew from them: nothing is kept twice. */
  #growTo(capacity: number): void {
    const { states, stride } = this.#model.map;
    const tablePage = Math.ceil((states + capacity * stride) / pageBytes);
    const slots = Math.ceil(capacity / fullest) + 1;
    const pages = tablePage + Math.ceil((slots * 4) / pageBytes) - this.#memory.buffer.byteLength / pageBytes;
    try {
      if (pages > 0) this.#memory.grow(pages);
    } catch {
      throw new CapacityError(
        `the system has no more memory for the visited set, which holds ${this.count} states`,
      );
    }
    this.globals.tablePage.value = tablePage;
    this.globals.slots.value = slots;
    this.globals.numberMask.value = 2 ** (Math.floor(Math.log2(capacity)) + 1) - 1;
    this.#capacity = capacity;
    this.#slots = slots;
    this.#rebuild();
  }

  /** In pieces, so that the optimised code of `enter` comes into use while it goes on. */
  #rebuild(): void {
    const piece = 4_096;
    this.code.clearTable();
    for (let at = 0; at < this.count; at += piece) this.code.enter(at, Math.min(at + piece, this.count));
  }
}
