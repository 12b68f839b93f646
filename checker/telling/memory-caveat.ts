/** What a proof under a memory model covers, and what it does not. */
import { memoryKey } from '../language/memory-name.ts';
import type { Choices } from '../search/compare.ts';
import type { Answer } from '../search/outcome.ts';

/** A sentence to stand beside the verdict on the chosen options; null where there is nothing to say. */
export function memoryCaveat(chosen: Choices, verdict: Answer['verdict']): string | null {
  if (verdict !== 'holds') return null;
  if (chosen[memoryKey] === 'arm64') return 'in every ARMv8 execution of this bounded model';
  return chosen[memoryKey] === 'weak'
    ? 'weak is stronger than ARMv8 in a few cases, among them late accesses in loops: docs/memory-models.md'
    : null;
}
