/** The flush of the TLBs of all CPUs, reduced to its waiting. */
import type { Text } from 'racewalk';
import { ifdef, note, smpMb, step } from 'racewalk';
import type { Interrupts } from './interrupts.ts';
import { sendIpiAndWait } from './interrupts.ts';

/** How the hardware flushes the TLBs of other CPUs; no hardware has `unordered broadcast`, which shows what the barrier is for. */
export type FlushKind = 'broadcast' | 'ipi' | 'unordered broadcast';

/**
 * flush_tlb_range(): an IPI (x86) waits for every CPU that has irqs off; a hardware broadcast (arm64, powerpc,
 * parisc) does not wait.
 *
 * Assumes: no CPU of the model uses a TLB entry, so only the waiting matters; the issuer ends a broadcast with a
 *          full barrier (arm64: dsb ish).
 * Source:  arch/x86/mm/tlb.c, native_flush_tlb_others; arch/arm64/include/asm/tlbflush.h, __flush_tlb_range
 */
export const flushTlbRange = (kind: FlushKind, mem: Interrupts, text = 'flush_tlb_range(vma, ...)'): Text => [
  ifdef(kind === 'ipi', ...sendIpiAndWait(text, mem)),
  ifdef(kind !== 'ipi', step(text), note('a broadcast: waits for no CPU'), ifdef(kind === 'broadcast', smpMb('dsb(ish)'))),
];
