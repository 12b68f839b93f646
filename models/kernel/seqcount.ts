/** Sequence counts: a reader detects a concurrent writer without waiting for it. */
import type { Text, Variable } from 'racewalk';
import { add, set, smpRmb, smpWmb, step } from 'racewalk';

/**
 * raw_write_seqcount_begin(): makes the count odd; `own` is a local of the writer.
 *
 * Assumes: one writer at a time; s->sequence++ is a plain load and a plain store.
 * Source:  v5.11 include/linux/seqlock.h, raw_write_seqcount_t_begin
 */
export const rawWriteSeqcountBegin = (sequence: Variable<number>, own: Variable<number>): Text => [
  step('seq = s->sequence', set(own, sequence)),
  step('s->sequence = seq + 1', set(sequence, add(own, 1))),
  smpWmb(),
];

/**
 * raw_write_seqcount_end(): makes the count even again.
 *
 * Source:  v5.11 include/linux/seqlock.h, raw_write_seqcount_t_end
 */
export const rawWriteSeqcountEnd = (sequence: Variable<number>, own: Variable<number>): Text => [
  smpWmb(),
  step('s->sequence = seq + 2', set(sequence, add(own, 2))),
];

/**
 * raw_read_seqcount(): reads the count for a later comparison; an odd count means that a writer is active.
 *
 * Source:  v5.11 include/linux/seqlock.h, raw_read_seqcount
 */
export const rawReadSeqcount = (sequence: Variable<number>, seen: Variable<number>): Text => [
  step('seq = raw_read_seqcount(s)', set(seen, sequence)),
  smpRmb(),
];
