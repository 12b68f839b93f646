/** The candidates met lately, which `state/wasm-recent.ts` passes over, as the host sees them. */
import type { MemoryMap } from '../state/wasm-memory.ts';

/**
 * Nothing has been met lately any more, but for state 0, which stands where the state of zeros would.
 *
 * Assumes:  state 0 is stored, at address `firstState`.
 */
export function forgetRecent(
  { recent, stride }: MemoryMap,
  memory: WebAssembly.Memory,
  firstState: number,
): void {
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0, recent.at, recent.at + recent.bytes);
  bytes.copyWithin(recent.at, firstState, firstState + stride);
}
