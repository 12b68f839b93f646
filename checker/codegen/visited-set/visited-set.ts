/**
 * Generated code of the visited set: exact states in the order of their insertion, and a hash table of their numbers.
 */
import type { WasmFunction } from '../wasm/code.ts';
import type { Folding } from '../layout/folding.ts';
import { areasGlobal, type MemoryEmitter } from '../memory-map.ts';
import { batchGlobals, BatchEmitter } from './batch.ts';
import { claimGlobals, ClaimEmitter } from './claim.ts';
import { dictionaryGlobals, FoldedStatesEmitter } from './folded-states.ts';
import { HashTableEmitter, tableGlobals } from './hash-table.ts';
import { LookupEmitter } from './lookup.ts';
import { dropRecent } from './recent-cache.ts';
import { allBits } from './row.ts';

export interface VisitedSetOptions {
  /** 64-bit words of a stored state. */
  readonly words: number;
  readonly folding: Folding | null;
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
  readonly #folded: FoldedStatesEmitter | null;

  constructor(memory: MemoryEmitter, options: VisitedSetOptions) {
    const { words, folding, isSymmetric, hashMask = allBits } = options;
    this.#memory = memory;
    this.table = new HashTableEmitter(memory, words, hashMask);
    // Successors are made canonical before they are folded.
    this.#lookup = new LookupEmitter(this.table, isSymmetric && folding === null);
    this.#batch = new BatchEmitter(this.table);
    this.#folded =
      folding === null ? null : new FoldedStatesEmitter(this.table, { folding, isSymmetric, hashMask });
  }

  functions(steps: readonly WasmFunction[]): readonly WasmFunction[] {
    return [
      ...this.#lookup.functions(),
      ...this.table.functions(),
      ...(this.#folded?.functions() ?? []),
      dropRecent(this.table, this.#lookup),
      ...this.#batch.functions(steps),
      ...(this.#memory.isShared ? new ClaimEmitter(this.table, this.#batch).functions() : []),
    ];
  }

  get globals(): readonly string[] {
    const shared = this.#memory.isShared ? [areasGlobal, ...claimGlobals] : [];
    const folded = this.#folded === null ? [] : dictionaryGlobals;
    return [...tableGlobals, ...batchGlobals, ...folded, ...shared];
  }
}
