/** What a proof under a memory model covers. */
import { acquireOption, memoryKey } from '../language/memory-name.ts';
import type { Choices } from '../study/compare/compare.ts';
import type { Answer } from '../state-space/outcome.ts';

/** A restriction to print after the verdict; null: none. */
export const memoryCaveat = (chosen: Choices, verdict: Answer['verdict']): string | null =>
  verdict === 'holds' && chosen[memoryKey] === 'arm64'
    ? `in every ARMv8 execution of this bounded model, smp_load_acquire() being ${String(chosen['acquire'] ?? acquireOption.fallback)}`
    : null;
