/* SPDX-License-Identifier: MIT */
/*
 * gup_fast walks a page table that x86 frees behind INVLPGB.
 *
 * On bare metal x86 freed page tables as soon as the TLB flush was over: the flush was an IPI, for which a gup_fast with
 * interrupts off was waited. INVLPGB (v6.15) flushes by broadcast and waits for no CPU: the question of the email of 2014, on
 * x86. MMU_GATHER_RCU_TABLE_FREE, until then for paravirt alone, frees a table after a grace period of RCU, which the
 * interrupts of gup_fast hold up, or, without memory for a batch, after an IPI of its own.
 *
 *   CPU 0: gup_fast                          CPU 1: munmap
 *   irqs off; read pmd: table
 *                                            pmd := none; INVLPGB, TLBSYNC (waits for no CPU)
 *                                            free the table
 *   read a pte of the freed table
 *
 * Kernel:  since v6.15: v6.15
 * About:   lockless walk, freeing of page tables, TLB flush
 * Exposed: broadcast flush
 * Source:  v6.14 and v6.15 arch/x86/mm/pgtable.c: ___pte_free_tlb; arch/x86/mm/tlb.c: flush_tlb_mm_range,
 *          broadcast_tlb_flush; mm/mmu_gather.c: tlb_remove_table, tlb_remove_table_one, tlb_table_flush; mm/gup.c:
 *          gup_fast_pte_range
 * Broke:   none in a release
 * Fixed:   a37259732a7d (v6.15, before INVLPGB is used) -> RCU_TABLE_FREE
 * CVE:     none
 * Read:    the message of a37259732a7d. Not verified: that v6.15 is its first release.
 * Omitted: what the ptes map: gup-fast-vs-unmap. Batching: it delays the freeing. Global ASIDs: should-flush-tlb is about
 *          which CPUs a flush reaches. call_rcu() is synchronize_rcu() by the CPU that unmaps: it frees no earlier.
 */
#include <racewalk.h>

SUMMARY("gup_fast walks a page table that x86 frees behind INVLPGB");

OPTION_ENUM(flush, machine, "how other CPUs' TLBs are flushed: broadcast is INVLPGB", broadcast, ipi);
OPTION_FLAG(RCU_TABLE_FREE, fix, "MMU_GATHER_RCU_TABLE_FREE: page tables are freed after a grace period");
OPTION_FLAG(BATCH, variant, "there is memory for a batch of tables", true);
OPTION_INT(NR_GUP, size, "CPUs in gup_fast", 1, 4, 1);

struct page {
	atomic_t _refcount;
};
struct ptdesc {
	struct page *pte;
};
struct page memory = { ATOMIC_INIT(1) };
POOL(struct ptdesc, 1);
struct ptdesc *pmd;

static void put_page(struct page *page)
{
	if (atomic_dec_and_test(&page->_refcount))
		NOTE("the page is free");
}

static struct page *gup_fast_pte_range(void)
{
	struct ptdesc *pt = READ_ONCE(pmd);
	struct page *page;

	if (!pt)
		return NULL;
	page = READ_ONCE(pt->pte);
	if (!page)
		return NULL;
	if (!atomic_inc_not_zero(&page->_refcount))
		return NULL;
	if (unlikely(pt != READ_ONCE(pmd)) || unlikely(page != READ_ONCE(pt->pte))) {
		put_page(page);
		return NULL;
	}
	return page;
}

static void flush_tlb_func(void *info)
{
}

static void tlb_remove_table_smp_sync(void *arg)
{
}

static void flush_tlb_mm_range(void)
{
	/* inc_mm_tlb_gen() orders the page tables before the flush. */
	smp_mb();
	if (flush == ipi)
		smp_call_function(flush_tlb_func, NULL, 1);
}

static void tlb_finish_mmu(struct ptdesc *table)
{
	flush_tlb_mm_range();
	if (RCU_TABLE_FREE) {
		if (BATCH)
			synchronize_rcu();
		else
			smp_call_function(tlb_remove_table_smp_sync, NULL, 1);
	}
	kfree(table);
}

THREADS(gup_fast, NR_GUP)
{
	unsigned long flags;
	struct page *page;

	local_irq_save(flags);
	page = gup_fast_pte_range();
	local_irq_restore(flags);
	if (page) {
		REACHED("gup_fast pins a page");
		put_page(page);
	}
}

THREAD(munmap)
{
	struct ptdesc *table = kmalloc(sizeof(*table), GFP_KERNEL);

	/* a page fault: pte_alloc(), set_pte_at() */
	table->pte = &memory;
	smp_store_release(&pmd, table);
	/* zap_pte_range(), free_pte_range() */
	WRITE_ONCE(table->pte, NULL);
	WRITE_ONCE(pmd, NULL);
	tlb_finish_mmu(table);
}

FINALLY("no reference leaks", atomic_read(&memory._refcount) == 1);

SCENARIO(v6_14, VIOLATED, WHY = "no such kernel ran: INVLPGB came after the fix");
SCENARIO(v6_14_ipi, HOLDS, flush = ipi, PROVES = NR_GUP);
SCENARIO(v6_14_ipi_tso, HOLDS, flush = ipi, MEMORY = tso);
SCENARIO(v6_15, HOLDS, RCU_TABLE_FREE = true, PROVES = NR_GUP);
SCENARIO(v6_15_tso, HOLDS, RCU_TABLE_FREE = true, MEMORY = tso, PROVES = NR_GUP);
SCENARIO(no_batch, HOLDS, RCU_TABLE_FREE = true, BATCH = false, PROVES = NR_GUP);
SCENARIO(no_batch_tso, HOLDS, RCU_TABLE_FREE = true, BATCH = false, MEMORY = tso);
SCENARIO(two_gup, HOLDS, RCU_TABLE_FREE = true, NR_GUP = 2);

SURVIVES("the page is always in use",
	 "gup_fast: if (atomic_inc_not_zero(&page->_refcount)): never taken",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): relaxed, not full",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): never taken",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): always taken");
SURVIVES("they are for a page that is freed or replaced: gup-fast-vs-unmap, gup-fast-vs-collapse",
	 "gup_fast: if (pt != READ_ONCE(pmd)): never taken",
	 "gup_fast: if (page != READ_ONCE(pt->pte)): never taken");
SURVIVES("x86 performs stores in order",
	 "munmap: smp_store_release(&pmd, table);: relaxed, not release");
SURVIVES("the table is not read any more once it is free",
	 "munmap: WRITE_ONCE(table->pte, NULL);: left out",
	 "munmap: WRITE_ONCE(table->pte, NULL);: after 'WRITE_ONCE(pmd, NULL);'");
SURVIVES("the IPI or the grace period behind it is a full barrier; a broadcast alone is violated with or without it",
	 "munmap: smp_mb(): left out");
