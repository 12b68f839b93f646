/** Whether states may have a memory of their own with addresses of 64 bits: Node has it from 24 on. */
import { encodeModule } from '../codegen/wasm/encode.ts';

let known: boolean | null = null;

export function canBeWide(): boolean {
  known ??= WebAssembly.validate(encodeModule({ functions: [], globals: [], shared: false, wide: true }));
  return known;
}
