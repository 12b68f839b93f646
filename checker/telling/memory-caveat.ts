/** What a proof under a memory model does not cover. */
import { memoryKey } from '../language/memory-name.ts';
import type { Choices } from '../search/compare.ts';
import type { Answer } from '../search/outcome.ts';

/** A sentence to stand beside the verdict on the chosen options; null where there is nothing to say. */
export const memoryCaveat = (chosen: Choices, verdict: Answer['verdict']): string | null =>
  chosen[memoryKey] === 'weak' && verdict === 'holds'
    ? 'weak is stronger than ARMv8 in a few cases, among them late accesses in loops: docs/memory-models.md'
    : null;
