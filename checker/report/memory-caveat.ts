/** What a proof under a memory model covers. */
import { acquireOption, memoryKey } from '../language/memory-name.ts';
import type { Choices } from '../study/compare/compare.ts';
import type { Model } from '../language/model.ts';
import type { Answer } from '../state-space/outcome.ts';

/** A restriction to print after the verdict; null: none. */
export function memoryCaveat(chosen: Choices, verdict: Answer['verdict'], model: Model): string | null {
  if (verdict !== 'holds' || chosen[memoryKey] !== 'arm64') return null;
  const acquire = String(chosen['acquire'] ?? acquireOption.fallback);
  const covers = `in every ARMv8 execution of this bounded model, smp_load_acquire() being ${acquire}`;
  return model.isUnwatched === true
    ? `${covers}; races of plain reads, and reads of what nobody has written, are found under sc, tso and pso alone`
    : covers;
}
