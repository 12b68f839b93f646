/**
 * Generated code of the visited set: exact states in the order of their insertion, and a hash table of their numbers.
 */
import type { WasmFunction } from '../wasm/code.ts';
import type { Folding } from '../layout/folding.ts';
import { areasGlobal, type MemoryEmitter } from '../memory-map.ts';
import { batchGlobals, BatchEmitter } from './batch.ts';
import { claimGlobals, ClaimEmitter } from './claim.ts';
import type { CompactOptions } from '../layout/compact-format.ts';
import { CompactStatesEmitter } from './compact-states.ts';
import { dictionaryGlobals, FoldedStatesEmitter } from './folded-states.ts';
import { HashTableEmitter, tableGlobals } from './hash-table.ts';
import { LookupEmitter } from './lookup.ts';
import { dropRecent } from './recent-cache.ts';
import { allBits } from './row.ts';

export interface VisitedSetOptions {
  readonly folding: Folding | null;
  readonly compact: CompactOptions | null;
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
  readonly #compact: CompactStatesEmitter | null;

  constructor(memory: MemoryEmitter, options: VisitedSetOptions) {
    const { folding, compact, isSymmetric, hashMask = allBits } = options;
    this.#memory = memory;
    this.table = new HashTableEmitter(memory, hashMask);
    this.#compact = compact === null ? null : new CompactStatesEmitter(this.table, compact);
    // Successors are made canonical before they are folded.
    this.#lookup = new LookupEmitter(this.table, isSymmetric && folding === null, this.#compact);
    this.#batch = new BatchEmitter(this.table, compact !== null);
    this.#folded =
      folding === null ? null : new FoldedStatesEmitter(this.table, { folding, isSymmetric, hashMask });
  }

  functions(steps: readonly WasmFunction[]): readonly WasmFunction[] {
    return [
      ...this.#lookup.functions(),
      ...this.table.functions(),
      ...(this.#folded?.functions() ?? []),
      ...(this.#compact?.functions() ?? []),
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
