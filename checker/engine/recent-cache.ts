/** The candidates met lately, which `codegen/visited-set/recent-cache.ts` passes over, as the host sees them. */
import type { MemoryMap } from '../codegen/memory-map.ts';

/** Where states are stored: a memory, and where in it the first one stands. */
export interface StateStore {
  readonly states: WebAssembly.Memory;
  readonly firstState: number;
}

/**
 * Nothing has been met lately any more, but for state 0, which stands where the state of zeros would.
 *
 * Assumes:  state 0 is stored.
 */
export function forgetRecent(
  { recent, stride }: Pick<MemoryMap, 'recent' | 'stride'>,
  memory: WebAssembly.Memory,
  { states, firstState }: StateStore,
): void {
  const bytes = new Uint8Array(memory.buffer, recent.at, recent.bytes);
  bytes.fill(0);
  bytes.set(new Uint8Array(states.buffer, firstState, stride));
}
