/* SPDX-License-Identifier: MIT */
/*
 * A process gets a global ASID, and one of its CPUs keeps TLB entries of its own ASID that no broadcast flushes.
 *
 * With INVLPGB a flush reaches the global ASID of a process, on all CPUs. CPUs that still use an ASID of their own are found by
 * finish_asid_transition(), which waits for those that are switching and sends an IPI to those that run the process with
 * another ASID. A CPU that switches stores LOADED_MM_SWITCHING and then reads the generation and the global ASID: store
 * buffering. If it is in mm_cpumask() already, no barrier lies between the two, and the flush misses it.
 *
 *   CPU 0: switch_mm_irqs_off                CPU 1: use_global_asid, zap
 *   loaded_mm := SWITCHING (waits in the store buffer)
 *   read tlb_gen: 0; global ASID: none
 *                                            global ASID := 2; clear the pte
 *                                            tlb_gen + 1; INVLPGB of ASID 2
 *                                            CPU 0 has another mm: transition done
 *                                            free the page
 *   loaded_mm := next with the old ASID
 *   access through the old TLB entry
 *
 * Kernel:  v6.15 to v6.17: v6.15; since v6.18: v6.18
 * About:   TLB flush, barriers
 * Exposed: store buffers (x86: the code is its own)
 * Source:  v6.15 arch/x86/mm/tlb.c: use_global_asid, choose_new_asid, switch_mm_irqs_off, broadcast_tlb_flush,
 *          finish_asid_transition
 * Broke:   unknown
 * Fixed:   83b0177a6c48 (v6.18) -> BARRIER: it names should_flush_tlb() alone, and is the barrier that this needs as well
 * CVE:     unknown
 * Read:    finish_asid_transition() as merged for v6.15, on the list; the message and diff of 83b0177a6c48. Not verified: that
 *          the race is known to anybody: it follows from the model.
 * Omitted: other CPUs of the process, the queue of ASIDs, and PTI. The memory order of other architectures: the code is
 *          x86's own.
 */
#include <racewalk.h>

SUMMARY("a CPU keeps TLB entries of its own ASID while its process gets a global one");

OPTION_FLAG(BARRIER, fix, "smp_mb() behind LOADED_MM_SWITCHING where the CPU is in mm_cpumask()");
OPTION_FLAG(IN_MASK, variant, "the CPU is in mm_cpumask(next): no cpumask_set_cpu()", true);
OPTION_FLAG(WAIT_SWITCHING, variant, "finish_asid_transition() waits for CPUs that are switching", true);

#define OWN_ASID 1
#define GLOBAL_ASID 2

enum mm { PREV_MM, LOADED_MM_SWITCHING, NEXT_MM };
struct tlb_state {
	enum mm loaded_mm;
	int loaded_mm_asid;
	bool entry;			/* in the TLB with OWN_ASID: the page */
} cpu_tlbstate = { PREV_MM, 0, true };
atomic_t tlb_gen;
int global_asid;
bool pte_present = true, page_is_free, in_mask = IN_MASK;

static void flush_tlb_func(void *info)
{
	/* "Reload the ASID if transitioning into or out of a global ASID" */
	if (READ_ONCE(cpu_tlbstate.loaded_mm) == NEXT_MM)
		WRITE_ONCE(cpu_tlbstate.loaded_mm_asid, READ_ONCE(global_asid));
}

THREAD(switch_mm_irqs_off)
{
	unsigned long flags;
	int next_tlb_gen, asid;

	local_irq_save(flags);
	WRITE_ONCE(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);
	if (!IN_MASK)
		xchg(&in_mask, true);	/* cpumask_set_cpu(): an atomic operation is a full barrier on x86 */
	else if (BARRIER)
		smp_mb();
	next_tlb_gen = atomic_read(&tlb_gen);
	/* choose_new_asid() */
	asid = READ_ONCE(global_asid);
	if (!asid) {
		asid = OWN_ASID;
		if (next_tlb_gen)
			WRITE_ONCE(cpu_tlbstate.entry, false);
	}
	WRITE_ONCE(cpu_tlbstate.loaded_mm, NEXT_MM);
	WRITE_ONCE(cpu_tlbstate.loaded_mm_asid, asid);
	local_irq_restore(flags);
	if (asid == OWN_ASID)
		REACHED("the CPU runs with an ASID of its own");
	else
		REACHED("the CPU runs with the global ASID");
	ATOMICALLY("the CPU translates an address, by the TLB or a walk, and accesses the page at once") {
		if (READ_ONCE(pte_present) ||
		    (READ_ONCE(cpu_tlbstate.loaded_mm_asid) == OWN_ASID && READ_ONCE(cpu_tlbstate.entry)))
			CHECK(!page_is_free, "the CPU uses a free page through an entry that no broadcast flushes");
	}
}

static void finish_asid_transition(void)
{
	if (WAIT_SWITCHING) {
		while (READ_ONCE(cpu_tlbstate.loaded_mm) == LOADED_MM_SWITCHING)
			cpu_relax();
	}
	if (READ_ONCE(cpu_tlbstate.loaded_mm) != NEXT_MM)
		return;
	if (READ_ONCE(cpu_tlbstate.loaded_mm_asid) != GLOBAL_ASID)
		smp_call_function(flush_tlb_func, NULL, 1);
}

THREAD(zap)
{
	/* use_global_asid() */
	smp_store_release(&global_asid, GLOBAL_ASID);
	WRITE_ONCE(pte_present, false);
	/* flush_tlb_mm_range(): broadcast_tlb_flush() flushes GLOBAL_ASID, which has no entry here */
	atomic_inc_return(&tlb_gen);
	finish_asid_transition();
	WRITE_ONCE(page_is_free, true);
}

EVENTUALLY(switch_mm_irqs_off);
EVENTUALLY(zap);

SCENARIO(v6_15, HOLDS, WHY = "under sequential consistency");
SCENARIO(v6_15_tso, VIOLATED, MEMORY = tso);
SCENARIO(v6_15_outside_tso, HOLDS, IN_MASK = false, MEMORY = tso);
SCENARIO(v6_18, HOLDS, BARRIER = true);
SCENARIO(v6_18_tso, HOLDS, BARRIER = true, MEMORY = tso);
SCENARIO(does_not_wait, VIOLATED, BARRIER = true, WAIT_SWITCHING = false);

SURVIVES("no IPI is sent to a CPU whose loaded_mm is LOADED_MM_SWITCHING",
	 "switch_mm_irqs_off: local_irq_save(flags);: after 'WRITE_ONCE(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);'");
SURVIVES("atomic operations and stores of x86 are ordered as the mutant leaves them",
	 "switch_mm_irqs_off: xchg(&in_mask, true);: relaxed, not full",
	 "zap: smp_store_release(&global_asid, GLOBAL_ASID);: relaxed, not release",
	 "zap: atomic_inc_return(&tlb_gen);: relaxed, not full");
SURVIVES("a CPU that reads the new generation reads the global ASID, which was stored before",
	 "switch_mm_irqs_off: next_tlb_gen = atomic_read(&tlb_gen);: after 'asid = READ_ONCE(global_asid);'",
	 "switch_mm_irqs_off: if (next_tlb_gen): never taken",
	 "switch_mm_irqs_off: WRITE_ONCE(cpu_tlbstate.entry, false);: left out",
	 "switch_mm_irqs_off: if (READ_ONCE(cpu_tlbstate.entry)): always taken");
SURVIVES("a CPU that runs the mm and has no global ASID yet gets an IPI too many",
	 "switch_mm_irqs_off: WRITE_ONCE(cpu_tlbstate.loaded_mm, NEXT_MM);: after 'WRITE_ONCE(cpu_tlbstate.loaded_mm_asid, asid);'",
	 "zap: if (READ_ONCE(cpu_tlbstate.loaded_mm_asid) != GLOBAL_ASID): always taken");
SURVIVES("no page is free whose pte is present",
	 "switch_mm_irqs_off: if (READ_ONCE(pte_present)): never taken");
SURVIVES("the CPUs are waited for after all three stores",
	 "zap: smp_store_release(&global_asid, GLOBAL_ASID);: after 'WRITE_ONCE(pte_present, false);'",
	 "zap: WRITE_ONCE(pte_present, false);: after 'atomic_inc_return(&tlb_gen);'");
SURVIVES("only a CPU that runs the mm gets the IPI",
	 "IPI flush_tlb_func on switch_mm_irqs_off: if (READ_ONCE(cpu_tlbstate.loaded_mm) == NEXT_MM): always taken");
SURVIVES("nobody sends zap an IPI",
	 "IPI flush_tlb_func on zap: if (READ_ONCE(cpu_tlbstate.loaded_mm) == NEXT_MM): never taken",
	 "IPI flush_tlb_func on zap: if (READ_ONCE(cpu_tlbstate.loaded_mm) == NEXT_MM): always taken",
	 "IPI flush_tlb_func on zap: WRITE_ONCE(cpu_tlbstate.loaded_mm_asid, READ_ONCE(global_asid));: left out");
