/**
 * Generated code of the visited set: exact states in the order of their insertion, and a hash table of their numbers.
 */
import type { WasmFunction } from '../wasm/code.ts';
import { areasGlobal, type MemoryEmitter } from '../memory-map.ts';
import { batchGlobals, BatchEmitter } from './batch.ts';
import { claimGlobals, ClaimEmitter } from './claim.ts';
import { allBits, HashTableEmitter, tableGlobals } from './hash-table.ts';
import { LookupEmitter } from './lookup.ts';
import { dropRecent } from './recent-cache.ts';

export interface VisitedSetOptions {
  /** 64-bit words of a state. */
  readonly words: number;
  /** Whether the function `canonical` is called on candidates before they are looked up. */
  readonly isSymmetric: boolean;
  /** The bits of a hash that count, for tests in which states collide. */
  readonly hashMask?: bigint | undefined;
}

/** Emits the functions of the visited set, which gather the successors that `steps` generate. */
export class VisitedSetEmitter {
  readonly #memory: MemoryEmitter;
  readonly table: HashTableEmitter;
  readonly #lookup: LookupEmitter;
  readonly #batch: BatchEmitter;

  constructor(memory: MemoryEmitter, { words, isSymmetric, hashMask = allBits }: VisitedSetOptions) {
    this.#memory = memory;
    this.table = new HashTableEmitter(memory, words, hashMask);
    this.#lookup = new LookupEmitter(this.table, isSymmetric);
    this.#batch = new BatchEmitter(this.table);
  }

  functions(steps: readonly WasmFunction[]): readonly WasmFunction[] {
    return [
      ...this.#lookup.functions(),
      ...this.table.functions(),
      dropRecent(this.table, this.#lookup),
      ...this.#batch.functions(steps),
      ...(this.#memory.isShared ? new ClaimEmitter(this.table, this.#batch).functions() : []),
    ];
  }

  get globals(): readonly string[] {
    const shared = this.#memory.isShared ? [areasGlobal, ...claimGlobals] : [];
    return [...tableGlobals, ...batchGlobals, ...shared];
  }
}
