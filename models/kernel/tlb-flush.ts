/** The flush of the TLBs of all CPUs, as far as it makes anybody wait. */
import type { Text } from 'racewalk';
import { ifdef, note, smpMb, step } from 'racewalk';
import type { Interrupts } from './interrupts.ts';
import { sendIpiAndWait } from './interrupts.ts';

/** How the hardware flushes the TLBs of other CPUs; no hardware has the last, which shows what its barrier is for. */
export type FlushKind = 'broadcast' | 'ipi' | 'unordered broadcast';

/**
 * flush_tlb_range(): by IPI (x86) it waits for every CPU that has irqs off; by hardware broadcast (arm64, powerpc,
 * parisc) it waits for nobody.
 *
 * Assumes: no CPU of the model uses a TLB entry, so that nothing but the waiting is left; a broadcast ends with a
 *          full barrier of the issuer (arm64: dsb ish).
 * Source:  arch/x86/mm/tlb.c, native_flush_tlb_others; arch/arm64/include/asm/tlbflush.h, __flush_tlb_range
 */
export const flushTlbRange = (kind: FlushKind, mem: Interrupts, text = 'flush_tlb_range(vma, ...)'): Text => [
  ifdef(kind === 'ipi', ...sendIpiAndWait(text, mem)),
  ifdef(kind !== 'ipi', step(text), note('a broadcast: waits for no CPU'), ifdef(kind === 'broadcast', smpMb('dsb(ish)'))),
];
