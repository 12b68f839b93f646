/** The linear memory of a compiled model, its growth, and the generated functions that run in it. */
import { lineSlots, rowMargin, type MemoryMap } from '../codegen/memory-map.ts';
import type { CompiledModel } from '../codegen/compile-model.ts';
import { encodeModule, mostPages, mostStatesPages, pageBytes } from '../codegen/wasm/encode.ts';
import { Dictionary, type DictionaryCode, type DictionaryGlobals } from './dictionary.ts';
import { chooseParts } from './choose-parts.ts';
import { knownValues, prepareBatch, type CompactCode, type Compacting } from './compaction.ts';
import { compactFormat, type CompactFormat, type PartValues } from '../codegen/layout/compact-format.ts';
import { grow } from './grow-memory.ts';
import { beginRecent, firstCandidate, forgetRecent, type OwnMemory } from './recent-candidates.ts';
import { CapacityError } from '../state-space/state-space.ts';
import {
  bytesFor,
  fullest,
  growth,
  mostStates,
  slotBytes,
  slotsAhead,
  slotsFor,
  type Room,
} from './table-size.ts';

/** The exported functions of a module, as `compile-model.ts` and `visited-set.ts` define them. */
export interface GeneratedCode extends DictionaryCode, CompactCode {
  readonly generate: (from: number, to: number) => number;
  readonly insert: () => void;
  /** Does not exist for compact states. */
  readonly expand: (from: number, to: number) => number;
  /** These four exist only for several workers. */
  readonly claim: () => void;
  readonly storeAtOnce: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
  readonly hashAll: () => void;
  readonly findSlots: () => void;
  readonly findLikely: () => void;
  readonly numberOf: (from: number, to: number) => void;
  /** Computes the words of a stored state that is folded or compact into the area `opened`. */
  readonly open: (id: number) => void;
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
  readonly room: WebAssembly.Global;
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
  /** Compiles the same model for compact states; null: states stay as they are. */
  readonly compacting: Compacting | null;
}

/** Memory that V8 provides without a collection of garbage; nothing touches what a search does not need. */
const smallBytes = 2 ** 24;

/** The bytes of a state, and bytes behind the states that memory gets, too, if the system has them. */
interface StatesGrowth {
  readonly stride?: number;
  readonly spares?: readonly number[];
}

/** Bytes reserved for the areas of workers, for any number of workers. */
const areasBytes = 2 ** 28;

export class VisitedMemory {
  /** These five are replaced when the states get another format. */
  #model: CompiledModel;
  #module: WebAssembly.Module;
  #code: GeneratedCode;
  #globals: GeneratedGlobals;
  #room: Room;
  readonly memory: WebAssembly.Memory;
  /** The same memory, unless states have one of their own. */
  readonly states: WebAssembly.Memory;
  readonly #options: MemoryOptions;
  /** Where states are folded. */
  readonly #dictionary: Dictionary | null;
  #numbers: Int32Array;
  #words: BigUint64Array;
  #stateWords: BigUint64Array;
  /** The states expanded so far, for how far the table grows. */
  expanded = Infinity;
  /** Whether compact states would not save enough. */
  #stayPlain = false;
  #rebuild: () => void = () => this.#enterAlone();

  constructor(model: CompiledModel, options: MemoryOptions) {
    const { workers, wideFrom, maxBytes } = options;
    this.#model = model;
    this.#options = options;
    const shared = workers > 1;
    const initial = Math.ceil(model.map.table / pageBytes);
    this.memory = new WebAssembly.Memory({ initial, ...(shared ? { shared, maximum: mostPages } : {}) });
    this.states = wideFrom === null ? this.memory : wideMemory(Math.ceil(wideFrom / pageBytes), shared);
    this.#room = roomOf(model, maxBytes, wideFrom);
    const { module, code, globals } = this.#instanceOf(model);
    this.#module = module;
    this.#code = code;
    this.#globals = globals;
    this.#dictionary =
      model.folding === null
        ? null
        : new Dictionary(this.memory, { ...code, ...globals }, model.folding.segmentWords * 8);
    this.#numbers = new Int32Array(this.memory.buffer);
    this.#words = new BigUint64Array(this.memory.buffer);
    this.#stateWords = new BigUint64Array(this.states.buffer);
    this.globals.cursor.value = model.map.candidates.at;
    this.globals.statesPage.value = (wideFrom ?? 0) / pageBytes;
    this.#growTable(slotsFor(0, this.#room));
  }

  #instanceOf(model: CompiledModel) {
    const module = new WebAssembly.Module(encodeModule(model.module));
    const { memory, states } = this;
    const { exports } = new WebAssembly.Instance(module, { racewalk: { memory, states } });
    return {
      module,
      code: exports as unknown as GeneratedCode,
      globals: exports as unknown as GeneratedGlobals,
    };
  }

  /** The model as it is compiled now. */
  get model(): CompiledModel {
    return this.#model;
  }

  get module(): WebAssembly.Module {
    return this.#module;
  }

  get code(): GeneratedCode {
    return this.#code;
  }

  get globals(): GeneratedGlobals {
    return this.#globals;
  }

  get count(): number {
    return this.globals.count.value;
  }

  /** Bytes of the states, the table that they need, and their dictionary or numbers. */
  get bytes(): number {
    return bytesFor(this.count, this.#model.map.stride, this.#room) + this.#otherBytes;
  }

  get #otherBytes(): number {
    return (this.#dictionary?.bytes ?? 0) + this.#model.map.numbers.bytes;
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
    const { map, layout } = this.#model;
    if (map.areOpened) this.code.open(id);
    const [words, at] = map.areOpened
      ? [this.words, map.opened.at]
      : [this.stateWords, this.statesAt + id * map.stride];
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
    const { candidates, candidateStride, successor } = this.#model.map;
    this.#makeRoomForSegments(states.length);
    for (const [at, state] of states.entries()) {
      const place = candidates.at + at * candidateStride;
      this.words.set(state, (this.#dictionary === null ? place : successor.at) / 8);
      if (this.#dictionary !== null) this.code.fold(place);
    }
    this.#gathered(states.length);
  }

  #gathered(states: number): void {
    const { candidates, marks, candidateStride } = this.#model.map;
    this.globals.cursor.value = candidates.at + states * candidateStride;
    this.globals.mark.value = marks.at;
  }

  /** Gathers the successors of states from `from` on, up to `to`; returns the first state without room. */
  generate(from: number, to: number): number {
    this.#makeRoomForSegments(this.#model.map.room);
    return this.code.generate(from, to);
  }

  /**
   * Gathers the successors of states from `from` on, ready for `insert`; returns the first state that is not expanded.
   * Where states are plain, it stores all batches but the last one that it has gathered, as far as they have room; the
   * caller has set `finding`. States may get a wider format.
   */
  expand(from: number, to: number): number {
    const { format, folding } = this.#model;
    if (format === null && folding === null) return this.code.expand(from, to);
    while (this.#model.format !== null) {
      const counted = this.#fired().slice();
      const end = this.code.generate(from, to);
      // A table that grows later would overwrite the hashes.
      this.makeRoom();
      if (prepareBatch(this.code, this.numbers)) return end;
      this.#fired().set(counted);
      this.widen();
    }
    return this.generate(from, to);
  }

  /** How often each transition has fired in the calling thread; valid until memory grows. */
  #fired(): BigUint64Array {
    const { at, bytes } = this.#model.map.fired;
    return this.words.subarray(at / 8, (at + bytes) / 8);
  }

  /**
   * Compacts the states once they are many, if that saves enough memory. It depends only on the stored states; code and
   * map are others afterwards.
   */
  compactIfMany(): boolean {
    const { compacting } = this.#options;
    const { format, folding, layout, map } = this.#model;
    if (compacting === null || format !== null || folding !== null || this.#stayPlain) return false;
    if (this.count < compacting.from) return false;
    const first = this.statesAt / 8;
    const words = this.stateWords.subarray(first, first + this.count * layout.words);
    const most = map.stride * compacting.worth;
    let values = chooseParts(layout, words);
    for (;;) {
      const next = compactFormat(values, null, compacting.mostBits);
      if (next.bytes > most) break;
      const wider = this.#reformat(next);
      if (wider === null) return true;
      this.enterAll();
      // No part gets fewer numbers than before, or this would not end.
      values = values.map((value, at) => (wider[at]!.known > value.known ? doubled(wider[at]!) : value));
    }
    this.#stayPlain = true;
    return false;
  }

  /** Gives the states a wider format if a part has no number left for a further value; whether it does. */
  widen(): boolean {
    const { format } = this.#model;
    if (format === null) return false;
    const values = knownValues(format, this.#counts(this.#model));
    if (values === null) return false;
    this.#reformat(compactFormat(values, format, this.#options.compacting!.mostBits));
    return true;
  }

  /** By part: the words of its values, where it is numbered, and how many there are. */
  #savedTables({ map, format }: CompiledModel) {
    const memory = new Uint8Array(this.memory.buffer);
    const counts = this.#counts(this.#model).slice();
    return format!.parts.map(({ isNumbered, tables }, at) => {
      const values = map.numbers.at + (tables?.values ?? 0);
      return {
        count: counts[at]!,
        values: memory.slice(values, values + (isNumbered ? tables!.valuesBytes : 0)),
      };
    });
  }

  #restoreTables({ map, format }: CompiledModel, saved: SavedTables, { enterValues }: GeneratedCode): void {
    const memory = new Uint8Array(this.memory.buffer);
    for (const [at, { tables }] of format!.parts.entries()) {
      if (tables === null) continue;
      memory.set(saved[at]!.values, map.numbers.at + tables.values);
      this.numbers[(map.numbers.at + tables.count) / 4] = saved[at]!.count;
    }
    enterValues();
  }

  /** By part: the number of its values. */
  #counts({ map, format }: CompiledModel): Int32Array {
    const first = map.numbers.at / 4;
    return this.numbers.subarray(first, first + format!.parts.length);
  }

  /**
   * Stores all states in another format. Returns null, or, for states that were plain, what a format must have that has
   * numbers for all their values; they are then plain as before, but the table is empty.
   *
   * Throws  CapacityError when memory has no room for it; the states are as before.
   */
  #reformat(format: CompactFormat): readonly PartValues[] | null {
    const { map, format: before } = this.#model;
    const model = this.#options.compacting!.compile({ format, before });
    const { count } = this;
    const room = roomOf(model, this.#options.maxBytes, this.#options.wideFrom);
    const slots = Math.max(this.globals.slots.value, slotsFor(count, room));
    if (before !== null && count > mostStates(format.bytes, without(room, model.map.numbers.bytes)))
      throw new CapacityError(this.#isFull);
    const tables = before === null ? null : this.#savedTables(this.#model);
    const page = pagesBefore(model.map, slots);
    if (this.#options.wideFrom !== null || page > this.globals.statesPage.value) this.#makeRoomBefore(page);
    this.#growStates(this.globals.statesPage.value, count, { stride: Math.max(map.stride, format.bytes) });
    const instance = this.#instanceOf(model);
    for (const name of model.module.globals as readonly (keyof GeneratedGlobals)[])
      instance.globals[name].value = this.globals[name].value;
    const { at, bytes: size } = model.map.numbers;
    new Uint8Array(this.memory.buffer, at, size).fill(0);
    if (tables !== null) this.#restoreTables(model, tables, instance.code);
    else if (instance.code.learnStored(0) < count) return knownValues(format, this.#counts(model))!;
    const up = format.bytes <= map.stride;
    if (up) instance.code.convert(0, count);
    else instance.code.convert(count - 1, -1);
    this.#model = model;
    this.#module = instance.module;
    this.#code = instance.code;
    this.#globals = instance.globals;
    this.#room = room;
    this.#rebuild = () => this.#enterAlone();
    this.#setSlots(slots);
    this.enterAll();
    this.forgetRecent();
    return null;
  }

  /** Empties the recent caches of all workers. */
  forgetRecent(): void {
    const first = this.#firstCandidate();
    for (const own of this.#ownMemories()) forgetRecent(own, first);
  }

  /** Lets the recent caches of all workers begin: what they hold are zeros and stored states. */
  beginRecent(): void {
    const first = this.#firstCandidate();
    for (const own of this.#ownMemories()) beginRecent(own, first);
  }

  #firstCandidate(): Uint8Array {
    const { memory, states, code } = this;
    return firstCandidate({ map: this.#model.map, memory, states, code, areas: 0 }, this.statesAt);
  }

  #ownMemories(): readonly OwnMemory[] {
    const { memory } = this;
    const { map } = this.#model;
    return Array.from({ length: this.#options.workers }, (_, worker) => ({
      map,
      memory,
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
    const { candidates, candidateStride } = this.#model.map;
    return (this.globals.cursor.value - candidates.at) / candidateStride;
  }

  /** The most states that have room beside the dictionary. */
  get #mostStates(): number {
    const { map, format } = this.#model;
    // Wider numbers have room.
    const stride = format === null ? map.stride : Math.min(map.stride + 1, map.candidateStride);
    return mostStates(stride, without(this.#room, this.#otherBytes));
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
    throw new CapacityError(this.#isFull);
  }

  get #isFull(): string {
    const { maxBytes, wideFrom } = this.#options;
    const full = `the visited set is full: ${this.count} states in ${Math.min(maxBytes, this.#room.bytes)} bytes`;
    if (maxBytes <= this.#room.bytes) return full;
    const reason =
      wideFrom === null ? 'this JavaScript engine has no larger memory (Node 24 has)' : 'no engine has more';
    return `${full}; ${reason}`;
  }

  /**
   * Makes room for `more` states, by default all candidates, up to the most that memory can hold.
   *
   * Throws  CapacityError when the system has no more memory; the stored states remain.
   */
  makeRoom(more = this.gathered): void {
    const { stride } = this.#model.map;
    const needed = Math.min(this.count + more, this.#mostStates);
    const { value: before } = this.globals.slots;
    const isFull = slotsFor(needed, this.#room) > before;
    const slots = isFull ? slotsAhead(needed, this.expanded, stride, this.#room) : before;
    const most = Math.min(Math.floor(slots * fullest), this.#mostStates);
    this.#reserve(slots, needed, most);
    if (isFull) this.#growTable(slots);
    const reserved = this.states.buffer.byteLength - this.statesAt - rowMargin;
    this.globals.room.value = Math.min(most, Math.floor(reserved / stride));
  }

  /**
   * Grows memory for a table of `slots` slots and `needed` states. V8 collects garbage as memory grows, unless it is
   * small, so that it grows by more if the system has it: by the next two tables and their states, which nothing touches
   * before, or by `most` states of this table.
   */
  #reserve(slots: number, needed: number, most: number): void {
    const { map } = this.#model;
    const page = pagesBefore(map, slots) + (this.#dictionary?.pages ?? 0);
    const spare = (most - needed) * map.stride;
    const end = page * pageBytes + needed * map.stride;
    const later = slotsFor(most * growth ** 2, this.#room);
    const mostLater = Math.min(Math.floor(later * fullest), this.#mostStates);
    const ahead = (later - slots) * slotBytes + (mostLater - needed) * map.stride;
    const spares = [end + spare < smallBytes ? smallBytes - end : ahead, spare];
    if (this.#options.wideFrom !== null) this.#makeRoomBefore(page);
    this.#growStates(Math.max(page, this.globals.statesPage.value), needed, { spares });
  }

  /** Enlarges the table and enters all states again; states behind the table move to make room. */
  #growTable(slots: number): void {
    const page = pagesBefore(this.#model.map, slots);
    this.#makeRoomBefore(page + (this.#dictionary?.pages ?? 0));
    this.#dictionary?.move(page);
    this.#growStates(this.globals.statesPage.value, 1);
    this.#setSlots(slots);
    this.#rebuild();
  }

  #setSlots(slots: number): void {
    const { chunks, claimsRoom } = this.#model.map;
    const mostNumbers = slots * fullest + 2 * chunks * claimsRoom + 2;
    this.globals.slots.value = slots;
    this.globals.numberMask.value = 2 ** Math.ceil(Math.log2(mostNumbers)) - 1;
  }

  /** Moves all that stands behind table and dictionary to a page, or grows their memory up to it. */
  #makeRoomBefore(page: number): void {
    if (this.#options.wideFrom === null) this.#moveStates(page);
    else grow(this.memory, Number, page * pageBytes);
  }

  /** Makes room in the dictionary for the segments of some states. */
  #makeRoomForSegments(states: number): void {
    const dictionary = this.#dictionary;
    const slots = dictionary?.slotsFor(states * this.#model.folding!.segments.length) ?? null;
    if (dictionary === null || slots === null) return;
    this.#makeRoomBefore(dictionary.page + dictionary.pagesFor(slots));
    dictionary.enlarge(slots);
  }

  /** Grows the memory of states for so many that begin at a page. */
  #growStates(
    page: number,
    states: number,
    { stride = this.#model.map.stride, spares = [] }: StatesGrowth = {},
  ): void {
    const end = page * pageBytes + states * stride + rowMargin;
    grow(this.states, this.#options.wideFrom === null ? Number : BigInt, end, spares);
  }

  #moveStates(page: number): void {
    const [from, to, size] = [this.statesAt, page * pageBytes, this.count * this.#model.map.stride];
    grow(this.memory, Number, to + size + rowMargin);
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

/** The pages of all that stands before the states, a dictionary excepted. */
const pagesBefore = ({ table }: MemoryMap, slots: number): number =>
  Math.ceil((table + slots * slotBytes) / pageBytes);

type SavedTables = readonly { readonly count: number; readonly values: Uint8Array }[];

const doubled = (value: PartValues): PartValues => ({ ...value, known: 2 * value.known });

/** What is left of room beside some bytes. */
const without = ({ bytes, statesBytes, slots }: Room, taken: number): Room => ({
  bytes: bytes - taken,
  statesBytes: statesBytes - taken,
  slots,
});

function roomOf({ map }: CompiledModel, maxBytes: number, wideFrom: number | null): Room {
  const lineBytes = lineSlots * slotBytes;
  const narrow = mostPages * pageBytes - Math.max(areasBytes, map.table) - rowMargin;
  const wide = mostStatesPages * pageBytes - (wideFrom ?? 0) - rowMargin;
  const statesBytes = wideFrom === null ? narrow : wide;
  const bytes = Math.min(maxBytes, wideFrom === null ? narrow : narrow + wide);
  return { bytes, statesBytes, slots: Math.floor(narrow / lineBytes) * lineSlots };
}

/** What all workers know of the visited set: the globals of the same names. */
export interface SharedGlobals {
  readonly count: number;
  readonly slots: number;
  readonly numberMask: number;
  readonly statesPage: number;
}
