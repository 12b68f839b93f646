/* SPDX-License-Identifier: MIT */
/*
 * A reader of a seqcount returns two values of which a writer has changed one.
 *
 * The writer makes the sequence odd, changes the data, and makes it even; the reader reads the sequence, the data, and the
 * sequence again, and repeats if it was odd or has changed. That holds only while the stores of the writer and the loads of the
 * reader stay in this order: two write barriers and two read barriers, which the functions of the kernel contain.
 *
 *   CPU 0: reader                            CPU 1: writer
 *   sequence: 0
 *                                            a := 1 (before the sequence is seen odd)
 *   a: 1; b: 0; sequence: 0
 *   return 1 and 0
 *                                            sequence := 1; b := 1; sequence := 2
 *
 * Kernel:  since v3.0: seqlock
 * About:   barriers
 * Exposed: reordered stores
 * Source:  v6.12 include/linux/seqlock.h: raw_read_seqcount_begin, do_read_seqcount_retry, do_raw_write_seqcount_begin,
 *          do_raw_write_seqcount_end
 * Broke:   none in a release
 * Fixed:   never broken in a release -> WRITE_BARRIERS, READ_BARRIERS
 * CVE:     none
 * Read:    the functions from memory. Not verified: that v3.0 has them in this form.
 * Omitted: the lock of seqlock_t around the writer: there is one writer. Latches, and writers that preempt readers.
 */
#include <racewalk.h>

SUMMARY("a reader of a seqcount returns two values of which a writer has changed one");

OPTION_FLAG(WRITE_BARRIERS, fix, "smp_wmb() behind the odd sequence and before the even one", true);
OPTION_FLAG(READ_BARRIERS, fix, "smp_rmb() behind the first read of the sequence and before the second", true);
OPTION_INT(NR_READERS, size, "CPUs that read", 1, 3, 1);

unsigned int sequence;
int a, b;

THREADS(reader, NR_READERS)
{
	unsigned int start;
	int first, second;

	do {
		while ((start = READ_ONCE(sequence)) & 1)
			cpu_relax();
		if (READ_BARRIERS)
			smp_rmb();
		first = READ_ONCE(a);
		second = READ_ONCE(b);
		if (READ_BARRIERS)
			smp_rmb();
	} while (READ_ONCE(sequence) != start);
	CHECK(first == second, "CPU %d reads %d and %d", CPU, first, second);
	REACHED("a reader has both values");
}

THREAD(writer)
{
	WRITE_ONCE(sequence, 1);
	if (WRITE_BARRIERS)
		smp_wmb();
	WRITE_ONCE(a, 1);
	WRITE_ONCE(b, 1);
	if (WRITE_BARRIERS)
		smp_wmb();
	WRITE_ONCE(sequence, 2);
	REACHED("the writer is through");
}

SCENARIO(seqlock, HOLDS, PROVES = NR_READERS);
SCENARIO(seqlock_pso, HOLDS, MEMORY = pso, PROVES = NR_READERS);
SCENARIO(seqlock_arm64, HOLDS, MEMORY = arm64);
SCENARIO(two_readers, HOLDS, NR_READERS = 2);
SCENARIO(no_barriers_tso, HOLDS, WRITE_BARRIERS = false, READ_BARRIERS = false, MEMORY = tso,
	 WHY = "x86 keeps stores in order, and loads", PROVES = NR_READERS);
SCENARIO(no_write_barriers_pso, VIOLATED, WRITE_BARRIERS = false, MEMORY = pso);
SCENARIO(no_write_barriers_arm64, VIOLATED, WRITE_BARRIERS = false, MEMORY = arm64);
SCENARIO(no_read_barriers_arm64, VIOLATED, READ_BARRIERS = false, MEMORY = arm64);

SURVIVES("the order of the two values is no part of the protocol", "reader: first = READ_ONCE(a);: after 'second = READ_ONCE(b);'",
	 "writer: WRITE_ONCE(a, 1);: after 'WRITE_ONCE(b, 1);'");
SURVIVES("readers that wait for ever return no mixed values: a claim about runs would be needed",
	 "writer: WRITE_ONCE(sequence, 2);: left out");
