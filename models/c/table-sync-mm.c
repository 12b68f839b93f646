/* SPDX-License-Identifier: MIT */
/*
 * A targeted IPI misses a CPU that has just begun to walk page tables.
 *
 * A patch on linux-mm (February 2026) sends the IPI that waits for lockless walkers only to CPUs that walk: each stores its mm in
 * active_lockless_pt_walk_mm, with smp_mb() behind it, and tlb_remove_table_sync_mm() reads these variables after an smp_rmb().
 * That is store buffering: the walker stores and then loads, the other side stores the pmd and then loads, and smp_rmb() does not
 * order a store before a load. It is sound only where a full barrier follows the store of the pmd.
 *
 *   CPU 0: gup_fast                          CPU 1: tlb_remove_table_sync_mm
 *                                            pmd := none (waits in the store buffer)
 *                                            smp_rmb; CPU 0 does not walk: no IPI
 *   irqs off; active := mm; smp_mb
 *   read pmd: table
 *                                            free the table
 *   read a pte of the freed table
 *
 * Kernel:  since v6.16: sync-one
 * About:   lockless walk, freeing of page tables, barriers
 * Exposed: store buffers
 * Source:  "[PATCH v4 1/3] mm: use targeted IPIs for TLB sync with lockless page table walkers" on linux-mm, 2 February 2026
 *          (Message-ID 20260202074557.16544-2-lance.yang@linux.dev): pt_walk_lockless_start, pt_walk_lockless_end,
 *          tlb_remove_table_sync_mm. It was dropped in v5 for its cost. v6.16 mm/hugetlb.c: huge_pmd_unshare.
 * Broke:   none in a release
 * Fixed:   never merged. With -> FULL_BARRIER it is sound; a flush of the TLB between the two is such a barrier on x86 and arm64
 *          -> FLUSH_FIRST, but huge_pmd_unshare of v6.16 syncs before it flushes. The mainline sends the IPI to every CPU -> TARGETED
 * CVE:     none
 * Read:    the patch on the list, which is in no release.
 * Omitted: other mms: a CPU that walks another one is a CPU that does not walk. alloc_cpumask_var: without memory, every CPU gets
 *          the IPI.
 */
#include <racewalk.h>

SUMMARY("a targeted IPI misses a CPU that has just begun to walk page tables");

OPTION_FLAG(TARGETED, variant, "the IPI goes to CPUs in active_lockless_pt_walk_mm alone", true);
OPTION_FLAG(FULL_BARRIER, fix, "tlb_remove_table_sync_mm() has smp_mb() in place of smp_rmb()");
OPTION_FLAG(FLUSH_FIRST, fix, "a flush of the TLB, which ends with a full barrier, comes before the sync");
OPTION_FLAG(WALKER_BARRIER, variant, "smp_mb() in pt_walk_lockless_start()", true);

bool pmd_present = true, table_is_free;
bool active_lockless_pt_walk_mm;	/* of the CPU in gup_fast: it walks this mm */

static void tlb_remove_table_smp_sync(void *arg)
{
}

static void tlb_remove_table_sync_mm(void)
{
	bool found_any = true;

	if (TARGETED) {
		if (FULL_BARRIER)
			smp_mb();
		else
			smp_rmb();
		found_any = READ_ONCE(active_lockless_pt_walk_mm);
	}
	if (found_any)
		smp_call_function(tlb_remove_table_smp_sync, NULL, 1);
}

THREAD(gup_fast)
{
	unsigned long flags;

	local_irq_save(flags);
	/* pt_walk_lockless_start() */
	WRITE_ONCE(active_lockless_pt_walk_mm, true);
	if (WALKER_BARRIER)
		smp_mb();
	if (READ_ONCE(pmd_present)) {
		REACHED("gup_fast walks the table");
		CHECK(!READ_ONCE(table_is_free), "gup_fast reads a pte of a page table that is free");
	}
	/* pt_walk_lockless_end() */
	smp_store_release(&active_lockless_pt_walk_mm, false);
	local_irq_restore(flags);
}

THREAD(unmap)
{
	WRITE_ONCE(pmd_present, false);
	if (FLUSH_FIRST)
		smp_mb();
	tlb_remove_table_sync_mm();
	smp_store_release(&table_is_free, true);
}

SCENARIO(sync_one, HOLDS, TARGETED = false);
SCENARIO(sync_one_tso, HOLDS, TARGETED = false, MEMORY = tso);
SCENARIO(sync_one_arm64, HOLDS, TARGETED = false, MEMORY = arm64);
SCENARIO(patch, HOLDS, WHY = "under sequential consistency");
SCENARIO(patch_tso, VIOLATED, MEMORY = tso);
SCENARIO(patch_arm64, VIOLATED, MEMORY = arm64);
SCENARIO(full_barrier_tso, HOLDS, FULL_BARRIER = true, MEMORY = tso);
SCENARIO(full_barrier_arm64, HOLDS, FULL_BARRIER = true, MEMORY = arm64);
SCENARIO(flush_first_tso, HOLDS, FLUSH_FIRST = true, MEMORY = tso);
SCENARIO(flush_first_arm64, HOLDS, FLUSH_FIRST = true, MEMORY = arm64);
SCENARIO(no_walker_barrier_tso, VIOLATED, FULL_BARRIER = true, WALKER_BARRIER = false, MEMORY = tso);

SURVIVES("a CPU that takes the IPI before irqs are off reads the pmd afterwards",
	 "gup_fast: local_irq_save(flags);: after 'WRITE_ONCE(active_lockless_pt_walk_mm, true);'");
SURVIVES("a CPU that does not walk any more gets an IPI too many",
	 "gup_fast: smp_store_release(&active_lockless_pt_walk_mm, false);: left out",
	 "gup_fast: smp_store_release(&active_lockless_pt_walk_mm, false);: after 'local_irq_restore(flags);'");
SURVIVES("it does not order the store of the pmd before the load, which is the race; with a full barrier before it nothing is left to order",
	 "unmap: smp_rmb(): left out");
SURVIVES("the full barrier or the IPI before it orders it",
	 "unmap: smp_store_release(&table_is_free, true);: relaxed, not release");
