/** The recent caches of workers, which begin as zeros and state 0. */
import type { MemoryMap } from '../codegen/memory-map.ts';

/** The memory of one worker, and the distance of its own areas from those of the first. */
export interface OwnMemory {
  readonly map: MemoryMap;
  readonly memory: WebAssembly.Memory;
  readonly areas: number;
}

interface StoredFirst {
  readonly states: WebAssembly.Memory;
  readonly code: { readonly open: (id: number) => void };
}

/** State 0 as a candidate of a worker before candidates are compacted; `at` is its address. Valid until memory grows. */
export function firstCandidate(
  { map, memory, states, code, areas }: OwnMemory & StoredFirst,
  at: number,
): Uint8Array {
  if (map.numbers.bytes === 0) return new Uint8Array(states.buffer, at, map.candidateStride);
  code.open(0);
  return new Uint8Array(memory.buffer, map.opened.at + areas, map.candidateStride);
}

/** Empties a worker's recent cache; assumes what `beginRecent` does. */
export function forgetRecent(own: OwnMemory, firstState: Uint8Array): void {
  const { map, memory, areas } = own;
  new Uint8Array(memory.buffer, map.recent.at + areas, map.recent.bytes).fill(0);
  beginRecent(own, firstState);
}

/**
 * Writes state 0 into the entry of the state of zeros, the only one whose zeros a candidate may equal.
 *
 * Assumes:  state 0 is stored.
 */
export function beginRecent({ map, memory, areas }: OwnMemory, firstState: Uint8Array): void {
  new Uint8Array(memory.buffer).set(firstState, map.recent.at + areas);
}
