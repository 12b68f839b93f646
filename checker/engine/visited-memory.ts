/** The linear memory of a compiled model, its growth, and the generated functions that run in it. */
import { lineSlots, type MemoryMap } from '../codegen/memory-map.ts';
import type { CompiledModel } from '../codegen/compile-model.ts';
import { encodeModule, mostPages, mostStatesPages, pageBytes } from '../codegen/wasm/encode.ts';
import { Dictionary, type DictionaryCode, type DictionaryGlobals } from './dictionary.ts';
import { CapacityError } from '../state-space/state-space.ts';
import { bytesFor, fullest, mostStates, slotBytes, slotsFor, type Room } from './table-size.ts';

/** The exported functions of a module, as `compile-model.ts` and `visited-set.ts` define them. */
export interface GeneratedCode extends DictionaryCode {
  readonly generate: (from: number, to: number) => number;
  readonly insert: () => void;
  /** These four exist only for several workers. */
  readonly claim: () => void;
  readonly storeAtOnce: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
  readonly hashAll: () => void;
  readonly findSlots: () => void;
  readonly findLikely: () => void;
  readonly numberOf: (from: number, to: number) => void;
  readonly clearTable: (from: number, to: number) => void;
  readonly enter: (from: number, to: number) => void;
  /** Writes the values of a condition in some states; these exist only for the conditions of a model. */
  readonly [condition: `condition${number}`]: (from: number, to: number) => void;
}

export interface GeneratedGlobals extends DictionaryGlobals {
  readonly count: WebAssembly.Global;
  readonly slots: WebAssembly.Global;
  readonly numberMask: WebAssembly.Global;
  readonly statesPage: WebAssembly.Global;
  readonly cursor: WebAssembly.Global;
  readonly mark: WebAssembly.Global;
  readonly finding: WebAssembly.Global;
  /** These exist only for several workers. */
  readonly areas: WebAssembly.Global;
  readonly before: WebAssembly.Global;
  readonly chunk: WebAssembly.Global;
  readonly claimed: WebAssembly.Global;
  readonly claimMark: WebAssembly.Global;
}

export interface MemoryOptions {
  readonly maxBytes: number;
  readonly workers: number;
  /** The address at which states begin in a memory of their own; null: they stand behind the table. */
  readonly wideFrom: number | null;
}

/** Bytes reserved for the areas of workers, for any number of workers. */
const areasBytes = 2 ** 28;

export class VisitedMemory {
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The same memory, unless states have one of their own. */
  readonly states: WebAssembly.Memory;
  readonly #model: CompiledModel;
  readonly #options: MemoryOptions;
  readonly #room: Room;
  /** Where states are folded. */
  readonly #dictionary: Dictionary | null;
  #numbers: Int32Array;
  #words: BigUint64Array;
  #stateWords: BigUint64Array;
  #rebuild: () => void = () => this.#enterAlone();

  constructor(model: CompiledModel, bytes: Uint8Array<ArrayBuffer>, options: MemoryOptions) {
    const { workers, wideFrom, maxBytes } = options;
    this.#model = model;
    this.#options = options;
    const shared = workers > 1;
    const initial = Math.ceil(model.map.table / pageBytes);
    this.memory = new WebAssembly.Memory({ initial, ...(shared ? { shared, maximum: mostPages } : {}) });
    this.states = wideFrom === null ? this.memory : wideMemory(Math.ceil(wideFrom / pageBytes), shared);
    this.#room = roomOf(model, maxBytes, wideFrom);
    this.module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(this.module, {
      racewalk: { memory: this.memory, states: this.states },
    });
    this.code = exports as unknown as GeneratedCode;
    this.globals = exports as unknown as GeneratedGlobals;
    this.#dictionary =
      model.folding === null
        ? null
        : new Dictionary(this.memory, exports as never, model.folding.segmentWords * 8);
    this.#numbers = new Int32Array(this.memory.buffer);
    this.#words = new BigUint64Array(this.memory.buffer);
    this.#stateWords = new BigUint64Array(this.states.buffer);
    this.globals.cursor.value = model.map.candidates.at;
    this.globals.statesPage.value = (wideFrom ?? 0) / pageBytes;
    this.#growTable(slotsFor(0, this.#room));
  }

  get count(): number {
    return this.globals.count.value;
  }

  /** Bytes of the states, their table and their dictionary. */
  get bytes(): number {
    return bytesFor(this.count, this.#model.map.stride, this.#room) + (this.#dictionary?.bytes ?? 0);
  }

  /** The address of the first state in the memory of states; it moves when the table before it grows. */
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

  /** The memory of states as 64-bit words; valid until it grows. */
  get stateWords(): BigUint64Array {
    if (this.#stateWords.buffer !== this.states.buffer)
      this.#stateWords = new BigUint64Array(this.states.buffer);
    return this.#stateWords;
  }

  /** The words of a state; valid until memory grows or the next call. */
  wordsOf(id: number): BigUint64Array {
    const { map, layout, folding } = this.#model;
    if (folding !== null) this.code.unfoldState(id);
    const [words, at] =
      folding === null ? [this.stateWords, this.statesAt + id * map.stride] : [this.words, map.unfolded.at];
    return words.subarray(at / 8, at / 8 + layout.words);
  }

  /** The bytes of states as they are stored; valid until memory grows. */
  packed(from: number, to: number): Uint8Array {
    const { stride } = this.#model.map;
    return new Uint8Array(this.states.buffer, this.statesAt + from * stride, (to - from) * stride);
  }

  /** Stores packed states, all different and `total` of them, as the only ones. */
  replace(total: number, states: Iterable<Uint8Array>): void {
    const { stride } = this.#model.map;
    this.globals.count.value = 0;
    this.makeRoom(total);
    let at = 0;
    for (const some of states) {
      this.packed(at, at + some.length / stride).set(some);
      at += some.length / stride;
    }
    this.globals.count.value = total;
    this.enterAll();
  }

  /** Forgets the states from a number on; the table is then empty, so that the others are not met either. */
  forget(from: number): void {
    this.globals.count.value = from;
    this.code.clearTable(0, this.globals.slots.value);
  }

  /** Enters all states anew: they have moved, or the table lacks some of them. */
  enterAll(): void {
    this.#rebuild();
  }

  #enterAlone(): void {
    this.code.clearTable(0, this.globals.slots.value);
    enterStates(this.code, 0, this.count, this.#model.map.room);
  }

  /** Makes packed states the candidates. */
  gather(states: readonly (readonly bigint[])[]): void {
    const { candidates, stride, successor } = this.#model.map;
    this.#makeRoomForSegments(states.length);
    for (const [at, state] of states.entries()) {
      const place = candidates.at + at * stride;
      this.words.set(state, (this.#dictionary === null ? place : successor.at) / 8);
      if (this.#dictionary !== null) this.code.fold(place);
    }
    this.#gathered(states.length);
  }

  #gathered(states: number): void {
    const { candidates, marks, stride } = this.#model.map;
    this.globals.cursor.value = candidates.at + states * stride;
    this.globals.mark.value = marks.at;
  }

  /** Gathers the successors of states from `from` on, up to `to`; returns the first state without room. */
  generate(from: number, to: number): number {
    this.#makeRoomForSegments(this.#model.map.room);
    return this.code.generate(from, to);
  }

  /** Empties the recent caches of all workers. */
  forgetRecent(): void {
    for (const own of this.#ownMemories()) forgetRecent(own, this.statesAt);
  }

  /** Lets the recent caches of all workers begin: what they hold are zeros and stored states. */
  beginRecent(): void {
    for (const own of this.#ownMemories()) beginRecent(own, this.statesAt);
  }

  #ownMemories(): readonly OwnMemory[] {
    const { memory, states } = this;
    const { map } = this.#model;
    return Array.from({ length: this.#options.workers }, (_, worker) => ({
      map,
      memory,
      states,
      areas: worker * map.distance,
    }));
  }

  /** Looks up all candidates: afterwards `slots` has the number of each, -1 for a state that is not stored. */
  lookUp(): void {
    this.code.hashAll();
    this.code.findSlots();
    this.code.findLikely();
    this.code.numberOf(0, this.gathered);
  }

  /** The numbers of packed states, -1 for one that is not stored. */
  numbersOf(states: Uint8Array): readonly number[] {
    const { batch, candidates, slots, stride } = this.#model.map;
    const numbers: number[] = [];
    for (let at = 0; at < states.length; at += batch * stride) {
      const some = states.subarray(at, at + batch * stride);
      new Uint8Array(this.memory.buffer, candidates.at, some.length).set(some);
      this.#gathered(some.length / stride);
      this.lookUp();
      numbers.push(...this.numbers.subarray(slots.at / 4, slots.at / 4 + this.gathered));
    }
    return numbers;
  }

  /** From now on `rebuild` fills the table when it grows. */
  rebuildBy(rebuild: () => void): void {
    this.#rebuild = rebuild;
  }

  /** The globals that all workers share. */
  get shared(): SharedGlobals {
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

  /** The most states that have room beside the dictionary. */
  get #mostStates(): number {
    const { bytes, statesBytes, slots } = this.#room;
    const taken = this.#dictionary?.bytes ?? 0;
    return mostStates(this.#model.map.stride, {
      bytes: bytes - taken,
      statesBytes: statesBytes - taken,
      slots,
    });
  }

  /**
   * The number of further states that have room, each with segments of its own; it depends only on the stored states.
   *
   * Throws  CapacityError when fewer than `least` have room.
   */
  left(least: number): number {
    const { map, folding } = this.#model;
    const segmentsBytes = (folding?.segments.length ?? 0) * (this.#dictionary?.bytesEach ?? 0);
    const left = Math.floor(((this.#mostStates - this.count) * map.stride) / (map.stride + segmentsBytes));
    if (left >= least) return left;
    const { maxBytes, wideFrom } = this.#options;
    const full = `the visited set is full: ${this.count} states in ${Math.min(maxBytes, this.#room.bytes)} bytes`;
    if (maxBytes <= this.#room.bytes) throw new CapacityError(full);
    const reason =
      wideFrom === null ? 'this JavaScript engine has no larger memory (Node 24 has)' : 'no engine has more';
    throw new CapacityError(`${full}; ${reason}`);
  }

  /**
   * Makes room for `more` states, by default all candidates, up to the most that memory can hold.
   *
   * Throws  CapacityError when the system has no more memory; the stored states remain.
   */
  makeRoom(more = this.gathered): void {
    const { stride } = this.#model.map;
    const needed = Math.min(this.count + more, this.#mostStates);
    const slots = slotsFor(needed, this.#room);
    if (slots > this.globals.slots.value) this.#growTable(slots);
    // Memory for a full table at once: V8 collects garbage at each growth of memory.
    const most = Math.min(Math.floor(this.globals.slots.value * fullest), this.#mostStates);
    this.#growStates(needed, Math.max(0, most - needed) * stride);
  }

  /** Enlarges the table and enters all states again; states behind the table move to make room. */
  #growTable(slots: number): void {
    const { table, chunks, claimsRoom } = this.#model.map;
    const page = Math.ceil((table + slots * slotBytes) / pageBytes);
    this.#makeRoomBefore(page + (this.#dictionary?.pages ?? 0));
    this.#dictionary?.move(page);
    this.#growStates(1, 0);
    const mostNumbers = slots * fullest + 2 * chunks * claimsRoom + 2;
    this.globals.slots.value = slots;
    this.globals.numberMask.value = 2 ** Math.ceil(Math.log2(mostNumbers)) - 1;
    this.#rebuild();
  }

  /** Moves all that stands behind table and dictionary to a page, or grows their memory up to it. */
  #makeRoomBefore(page: number): void {
    if (this.#options.wideFrom === null) this.#moveStates(page);
    else grow(this.memory, Number, page * pageBytes, 0);
  }

  /** Makes room in the dictionary for the segments of some states. */
  #makeRoomForSegments(states: number): void {
    const dictionary = this.#dictionary;
    const slots = dictionary?.slotsFor(states * this.#model.folding!.segments.length) ?? null;
    if (dictionary === null || slots === null) return;
    this.#makeRoomBefore(dictionary.page + dictionary.pagesFor(slots));
    dictionary.enlarge(slots);
  }

  #growStates(states: number, spare: number): void {
    const end = this.statesAt + states * this.#model.map.stride;
    grow(this.states, this.#options.wideFrom === null ? Number : BigInt, end, spare);
  }

  #moveStates(page: number): void {
    const [from, to, size] = [this.statesAt, page * pageBytes, this.count * this.#model.map.stride];
    grow(this.memory, Number, to + size, 0);
    new Uint8Array(this.memory.buffer).copyWithin(to, from, from + size);
    this.globals.statesPage.value = page;
  }
}

/** The address in a global of 32 bits, which JavaScript reads as signed. */
export const addressOf = (signed: number): number => signed >>> 0;

/** Enters states into the table, `room` at a time. */
export function enterStates({ enter }: GeneratedCode, from: number, to: number, room: number): void {
  for (let at = from; at < to; at += room) enter(at, Math.min(at + room, to));
}

let wideIsValid: boolean | null = null;

/** Whether states may have a memory of their own with addresses of 64 bits: Node has it from 24 on. */
export function canBeWide(): boolean {
  wideIsValid ??= WebAssembly.validate(
    encodeModule({ functions: [], globals: [], shared: false, wide: true }),
  );
  return wideIsValid;
}

function wideMemory(pages: number, shared: boolean): WebAssembly.Memory {
  const descriptor = { address: 'i64', initial: BigInt(pages), maximum: BigInt(mostStatesPages) } as const;
  // The types of browsers, with which the page is checked, know no addresses of 64 bits.
  return new WebAssembly.Memory({ ...descriptor, shared } as never);
}

function roomOf({ map }: CompiledModel, maxBytes: number, wideFrom: number | null): Room {
  const lineBytes = lineSlots * slotBytes;
  const narrow = mostPages * pageBytes - Math.max(areasBytes, map.table);
  const wide = mostStatesPages * pageBytes - (wideFrom ?? 0);
  const statesBytes = wideFrom === null ? narrow : wide;
  const bytes = Math.min(maxBytes, wideFrom === null ? narrow : narrow + wide);
  return { bytes, statesBytes, slots: Math.floor(narrow / lineBytes) * lineSlots };
}

/** Pages as a memory counts them: one with addresses of 64 bits in BigInt. */
type PageCount = (pages: number) => number | bigint;

/** Grows a memory to `bytes` bytes, and by `spare` more if the system has them. */
function grow(memory: WebAssembly.Memory, count: PageCount, bytes: number, spare: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return;
  const attempts = [missing + Math.ceil(spare / pageBytes), missing].map(count);
  if (!attempts.some((pages) => canGrow(memory, pages)))
    throw new CapacityError(`the system has no more memory for the visited set, which needs ${bytes} bytes`);
}

function canGrow(memory: WebAssembly.Memory, pages: number | bigint): boolean {
  try {
    memory.grow(pages as never);
    return true;
  } catch {
    return false;
  }
}

/** What all workers know of the visited set: the globals of the same names. */
export interface SharedGlobals {
  readonly count: number;
  readonly slots: number;
  readonly numberMask: number;
  readonly statesPage: number;
}

/** The memory of one worker, and the distance of its own areas from those of the first. */
interface OwnMemory {
  readonly map: MemoryMap;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly areas: number;
}

/** Empties a worker's recent cache; assumes what `beginRecent` does. */
export function forgetRecent(own: OwnMemory, firstState: number): void {
  const { map, memory, areas } = own;
  new Uint8Array(memory.buffer, map.recent.at + areas, map.recent.bytes).fill(0);
  beginRecent(own, firstState);
}

/**
 * Writes state 0 at `firstState` into the entry of the state of zeros, the only one whose zeros a candidate may equal.
 *
 * Assumes:  state 0 is stored.
 */
function beginRecent({ map, memory, states, areas }: OwnMemory, firstState: number): void {
  const entry = new Uint8Array(memory.buffer, map.recent.at + areas, map.stride);
  entry.set(new Uint8Array(states.buffer, firstState, map.stride));
}
