/* SPDX-License-Identifier: MIT */
/*
 * A grace period ends although a CPU has left idle and reads.
 *
 * A CPU in idle is no reader of RCU and answers nobody: the grace period reads its counter instead. The CPU adds to the counter
 * on its way into idle and out of it, each time with full order; odd is busy, even is idle. If the counter is even, or has changed,
 * the CPU has been out of every read section since the grace period began.
 *
 *   CPU 0: leaves idle, reads                CPU 1: grace period
 *   counter 0 -> 1 (waits in the store buffer)
 *   rcu_dereference: the object
 *                                            pointer := NULL; smp_mb
 *                                            counter is even: CPU 0 is idle
 *                                            free the object
 *   read the object
 *
 * Kernel:  since v2.6.29: ordered
 * About:   barriers, RCU
 * Exposed: store buffers
 * Source:  v5.10 kernel/rcu/tree.c: rcu_dynticks_eqs_enter, rcu_dynticks_eqs_exit, rcu_dynticks_snap, rcu_dynticks_in_eqs_since;
 *          Documentation/RCU/Design/Requirements; the counter's proof in Promela, McKenney, "Is Parallel Programming Hard",
 *          Formal Verification
 * Broke:   none in a release
 * Fixed:   never broken in a release -> ORDERED
 * CVE:     none
 * Read:    Documentation/RCU/Design/Requirements. Not verified: that the counter is in v2.6.29.
 * Omitted: interrupts and NMIs, which nest. The tree: one CPU is asked, by the grace period itself. The bit of the special action.
 */
#include <racewalk.h>

SUMMARY("a grace period ends although a CPU has left idle and reads");

OPTION_FLAG(ORDERED, fix, "the counter changes by an atomic operation with full order", true);
OPTION_FLAG(SNAP_BARRIER, variant, "smp_mb() before the grace period reads the counter", true);
OPTION_INT(NR_CPUS, size, "CPUs that leave idle", 1, 2, 1);

atomic_t dynticks[NR_CPUS];		/* even: the CPU is idle */
bool linked = true, freed, reads[NR_CPUS];

/* Both directions; with a read section there is no other order. */
static void rcu_dynticks_inc(int cpu)
{
	if (ORDERED)
		atomic_add_return(1, &dynticks[cpu]);
	else
		WRITE_ONCE(dynticks[cpu].counter, atomic_read(&dynticks[cpu]) + 1);
}

THREADS(cpu, NR_CPUS)
{
	rcu_dynticks_inc(CPU);		/* rcu_dynticks_eqs_exit() */
	if (READ_ONCE(linked)) {
		REACHED("a CPU reads the object");
		WRITE_ONCE(reads[CPU], true);
		CHECK(!READ_ONCE(freed), "CPU %d reads an object that is free", CPU);
		WRITE_ONCE(reads[CPU], false);
	}
	rcu_dynticks_inc(CPU);		/* rcu_dynticks_eqs_enter() */
}

THREAD(grace_period)
{
	int snap[NR_CPUS];
	int i;

	WRITE_ONCE(linked, false);
	if (SNAP_BARRIER)
		smp_mb();
	for (i = 0; i < NR_CPUS; i++)
		snap[i] = atomic_read_acquire(&dynticks[i]);	/* rcu_dynticks_snap() */
	for (i = 0; i < NR_CPUS; i++) {
		/* rcu_dynticks_in_eqs(), rcu_dynticks_in_eqs_since() */
		if (snap[i] & 1) {
			REACHED("a CPU is waited for");
			WAIT_UNTIL(atomic_read_acquire(&dynticks[i]) != snap[i]);
		}
	}
	smp_mb();
	for (i = 0; i < NR_CPUS; i++)
		CHECK(!READ_ONCE(reads[i]), "the grace period is over, and does not see that CPU %d has read the object", i);
	WRITE_ONCE(freed, true);
}


SCENARIO(ordered, HOLDS);
SCENARIO(ordered_tso, HOLDS, MEMORY = tso);
SCENARIO(ordered_arm64, HOLDS, MEMORY = arm64);
SCENARIO(two_cpus, HOLDS, NR_CPUS = 2);
SCENARIO(plain, HOLDS, ORDERED = false, WHY = "under sequential consistency");
SCENARIO(plain_tso, VIOLATED, ORDERED = false, MEMORY = tso);
SCENARIO(plain_arm64, VIOLATED, ORDERED = false, MEMORY = arm64);
SCENARIO(no_snap_barrier_tso, VIOLATED, SNAP_BARRIER = false, MEMORY = tso);

SURVIVES("the claim about freed objects detects the same races",
	 "cpu: WRITE_ONCE(reads[CPU], true);: left out",
	 "cpu: WRITE_ONCE(reads[CPU], true);: after 'CHECK(!READ_ONCE(freed), \"CPU %d reads an object that is free\", CPU);'",
	 "grace_period: if (i < NR_CPUS): never taken");
SURVIVES("the claim about CPUs that have read the object detects the same races",
	 "grace_period: WRITE_ONCE(freed, true);: left out");
SURVIVES("either smp_mb() behind the reads of the counter or the acquire of both is enough, also under arm64",
	 "grace_period: snap[i] = atomic_read_acquire(&dynticks[i]);: relaxed, not acquire",
	 "grace_period: WAIT_UNTIL(atomic_read_acquire(&dynticks[i]) != snap[i]);: relaxed, not acquire",
	 "grace_period: smp_mb(): left out");
