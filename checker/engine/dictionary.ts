/** The dictionary of folded states in linear memory, behind the table: its slots, then its segments. */
import { segmentsAt } from '../codegen/memory-map.ts';
import { pageBytes } from '../codegen/wasm/encode.ts';

/** The functions and variables of generated code that exist only where states are folded. */
export interface DictionaryCode {
  /** Folds the state in the area `successor` to an address. */
  readonly fold: (target: number) => void;
  readonly enterSegments: () => void;
}

export interface DictionaryGlobals {
  readonly dictionaryPage: WebAssembly.Global;
  readonly dictionaryMask: WebAssembly.Global;
}

const slotBytes = 4;
/** Slots for each segment, at least. */
const sparseness = 2;

export class Dictionary {
  readonly #memory: WebAssembly.Memory;
  readonly #generated: DictionaryCode & DictionaryGlobals;
  readonly #segmentBytes: number;
  #slots = 0;

  /** It begins without slots. */
  constructor(
    memory: WebAssembly.Memory,
    generated: DictionaryCode & DictionaryGlobals,
    segmentBytes: number,
  ) {
    this.#memory = memory;
    this.#generated = generated;
    this.#segmentBytes = segmentBytes;
  }

  get #segments(): number {
    return new Int32Array(this.#memory.buffer)[segmentsAt / 4]!;
  }

  /** Bytes of the slots and of the segments so far. */
  get bytes(): number {
    return this.#slots * slotBytes + this.#segments * this.#segmentBytes;
  }

  /** The most bytes that one more segment takes. */
  get bytesEach(): number {
    return this.#segmentBytes + 2 * sparseness * slotBytes;
  }

  get page(): number {
    return this.#generated.dictionaryPage.value;
  }

  get pages(): number {
    return this.pagesFor(this.#slots);
  }

  /** Pages with room for a number of slots and their segments. */
  pagesFor(slots: number): number {
    return Math.ceil((slots * (slotBytes + this.#segmentBytes / sparseness)) / pageBytes);
  }

  /** The slots that it must have before `more` segments are added; null: it has them. */
  slotsFor(more: number): number | null {
    const needed = (this.#segments + more) * sparseness;
    if (needed <= this.#slots) return null;
    return 2 ** Math.ceil(Math.log2(needed));
  }

  /** Moves to a page where memory has room for it. */
  move(page: number): void {
    const from = this.page * pageBytes;
    new Uint8Array(this.#memory.buffer).copyWithin(page * pageBytes, from, from + this.bytes);
    this.#generated.dictionaryPage.value = page;
  }

  /** Gets more slots, for which memory has room. */
  enlarge(slots: number): void {
    const memory = new Uint8Array(this.#memory.buffer);
    const first = this.page * pageBytes;
    const segments = first + slots * slotBytes;
    memory.copyWithin(segments, first + this.#slots * slotBytes, first + this.bytes);
    if (this.#slots === 0) {
      memory.fill(0, segments, segments + this.#segmentBytes);
      new Int32Array(this.#memory.buffer)[segmentsAt / 4] = 1;
    }
    memory.fill(0, first, segments);
    this.#slots = slots;
    this.#generated.dictionaryMask.value = slots - 1;
    this.#generated.enterSegments();
  }
}
