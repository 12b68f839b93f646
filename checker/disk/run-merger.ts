/** Writes, reads and merges sorted runs of packed states. */
import {
  blockIsFull,
  mergeEnded,
  mergeMap,
  mergeModule,
  type MergeMap,
} from '../codegen/sorted-runs/merge-module.ts';
import { encodeModule, pageBytes } from '../codegen/wasm/encode.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { StorageError, type RunReader, type RunStorage, type RunWriter } from './storage.ts';

/** The most runs that are merged at once, and the most runs of known states beside them. */
export const mostMerged = 16;
export const mostKnown = 64;

const usualBlockBytes = 2 ** 18;

interface MergeCode {
  readonly begin: (stream: number, bytes: number) => void;
  readonly pack: (from: number, to: number) => number;
  readonly unpack: (stream: number) => number;
  readonly merge: (streams: number, known: number) => number;
  readonly cursor: WebAssembly.Global;
  readonly kept: WebAssembly.Global;
  readonly begun: WebAssembly.Global;
}

export class RunMerger {
  readonly #storage: RunStorage;
  readonly #map: MergeMap;
  readonly #code: MergeCode;
  readonly #bytes: Uint8Array;

  /** For states of so many words. */
  constructor(storage: RunStorage, words: number, blockBytes = usualBlockBytes) {
    const streams = mostMerged + mostKnown;
    const map = mergeMap(words, blockBytes, streams);
    const end = map.blocks + streams * map.blockRoom;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes) });
    const module = new WebAssembly.Module(encodeModule(mergeModule(map)));
    this.#code = new WebAssembly.Instance(module, { racewalk: { memory } }).exports as unknown as MergeCode;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#map = map;
    this.#storage = storage;
  }

  /** Writes packed states as a run: one sequence in order, or several, to be read and not to be merged. */
  write(run: string, sequences: Iterable<Uint8Array>): void {
    const writer = this.#storage.create(run);
    this.#beginBlock();
    let isComplete = false;
    try {
      for (const states of sequences) this.#append(states, writer);
      this.#flush(writer);
      writer.close();
      isComplete = true;
    } finally {
      if (!isComplete) writer.abandon();
    }
  }

  #append(states: Uint8Array, writer: RunWriter): void {
    const { states: at, mostStates, words } = this.#map;
    const most = mostStates * words * 8;
    for (let first = 0; first < states.length; first += most) {
      const some = states.subarray(first, first + most);
      this.#bytes.set(some, at);
      for (let from = at; from < at + some.length;) {
        from = this.#code.pack(from, at + some.length);
        if (from < at + some.length) this.#flush(writer);
      }
    }
  }

  /** Reads a run: packed states, some at a time, each part valid until the next one. */
  *read(run: string): Generator<Uint8Array> {
    const reader = this.#storage.open(run);
    try {
      const { unpacked, words } = this.#map;
      while (this.#refill(reader, 0))
        for (let some = this.#code.unpack(0); some > 0; some = this.#code.unpack(0))
          yield this.#bytes.subarray(unpacked, unpacked + some * words * 8);
    } finally {
      reader.close();
    }
  }

  /** Merges runs until one merge can take those that are left; removes the others. */
  *few(runs: readonly string[]): Cooperative<readonly string[]> {
    let left = runs;
    for (let merged = 0; left.length > mostMerged; merged++) {
      const run = `merged-${merged}`;
      const some = left.slice(0, mostMerged);
      yield* this.merge(some, [], run);
      for (const one of some) this.#storage.remove(one);
      left = [...left.slice(mostMerged), run];
    }
    return left;
  }

  /** Writes the states of some runs that are in none of the known ones, each once; returns their number. */
  *merge(runs: readonly string[], known: readonly string[], into: string): Cooperative<number> {
    if (runs.length > mostMerged || known.length > mostKnown)
      throw new Error(`${runs.length} runs and ${known.length} known ones are too many to merge`);
    const readers: RunReader[] = [];
    const writer = this.#storage.create(into);
    let isComplete = false;
    try {
      for (const run of [...runs, ...known]) readers.push(this.#storage.open(run));
      const total = yield* this.#merging(readers, runs.length, writer);
      writer.close();
      isComplete = true;
      return total;
    } finally {
      for (const reader of readers) reader.close();
      if (!isComplete) writer.abandon();
    }
  }

  *#merging(readers: readonly RunReader[], merged: number, writer: RunWriter): Cooperative<number> {
    const { merge, begun } = this.#code;
    this.#beginBlock();
    begun.value = 0;
    for (const [stream, reader] of readers.entries()) this.#refill(reader, stream);
    let total = 0;
    for (;;) {
      const wanted = merge(merged, readers.length - merged);
      if (wanted >= 0) this.#refill(readers[wanted]!, wanted);
      else total += this.#flush(writer);
      if (wanted === mergeEnded) return total;
      if (wanted === blockIsFull) yield;
    }
  }

  #beginBlock(): void {
    const { packed, last, words } = this.#map;
    this.#code.cursor.value = packed;
    this.#code.kept.value = 0;
    this.#bytes.fill(0, last, last + words * 8);
  }

  /** Writes the block so far; returns the number of its states. */
  #flush(writer: RunWriter): number {
    const kept = this.#code.kept.value;
    if (kept > 0) writer.write(this.#bytes.subarray(this.#map.packed, this.#code.cursor.value), kept);
    this.#beginBlock();
    return kept;
  }

  /** Loads the next block of a stream; whether there is one. */
  #refill(reader: RunReader, stream: number): boolean {
    const { blocks, blockRoom, blockBytes } = this.#map;
    const block = reader.next();
    if ((block?.length ?? 0) > blockBytes)
      throw new StorageError('a block of a run is longer than any that was written');
    if (block !== null) this.#bytes.set(block, blocks + stream * blockRoom);
    this.#code.begin(stream, block?.length ?? 0);
    return block !== null;
  }
}
