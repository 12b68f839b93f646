/** Growth of a WebAssembly memory. */
import { pageBytes } from '../codegen/wasm/encode.ts';
import { CapacityError } from '../state-space/state-space.ts';

/** Pages as a memory counts them: one with addresses of 64 bits in BigInt. */
type PageCount = (pages: number) => number | bigint;

/** Grows a memory to `bytes` bytes, and by the first of `spares` more that the system has. */
export function grow(
  memory: WebAssembly.Memory,
  count: PageCount,
  bytes: number,
  spares: readonly number[] = [],
): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return;
  const attempts = [...spares, 0].map((spare) => count(missing + Math.max(0, Math.ceil(spare / pageBytes))));
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
