/* SPDX-License-Identifier: MIT */
/*
 * gup_fast walks a page table of hugetlb that its process has given up.
 *
 * Processes that map the same file of hugetlb share a table of pmds. huge_pmd_unshare() clears the pud of its process and
 * drops the share; the last process owns the table alone and may map anything there. gup_fast of a process that has given the
 * table up can still stand in it, and returns a page of another process. As in the email of 2014, a TLB flush by IPI waits
 * for it, if the flush comes before i_mmap_rwsem is released; a broadcast does not.
 *
 *   CPU 0: gup_fast (A)          CPU 1: huge_pmd_unshare (A)   CPU 2: the last sharer (B)
 *   irqs off; read pud: table
 *                                pud := none; share count 1 -> 0
 *                                flush (does not wait); unlock
 *                                                              not shared: pmd := a page of B
 *   read pmd; pin; pmd unchanged
 *
 * Kernel:  v2.6.27 to v6.15: v6.15; since v6.16: v6.16
 * About:   lockless walk, huge pages, freeing of page tables
 * Exposed: broadcast flush
 * Source:  v6.15 and v6.16 mm/hugetlb.c: huge_pmd_unshare, __unmap_hugepage_range; mm/gup.c: gup_fast_pmd_range,
 *          gup_fast_pmd_leaf; mm/mmu_gather.c: tlb_remove_table_sync_one.
 * Broke:   39dde65c9940 (v2.6.20, shared page tables) with the first gup_fast
 * Fixed:   1013af4f585f (v6.16) -> sync always. "fix excessive IPI broadcasts when unsharing PMD tables using mmu_gather"
 *          (December 2025) -> sync last_sharer; its message names -> RECHECK_PUD as another way.
 * CVE:     CVE-2025-38085
 * Read:    the message and diff of 1013af4f585f (it names 39dde65c9940), and the advisory: 2.6.20 to 6.15.3. Not verified:
 *          that v2.6.27 has the first gup_fast.
 * Omitted: pmd_lock: gup_fast does not take it, and i_mmap_rwsem is held around it. The vma lock of hugetlb: it excludes
 *          faults, not gup_fast. The reference that the page cache holds on the shared page: the race is about the table.
 *          The TLB flush of the last sharer: its IPIs go to the CPUs of its mm, none of which is in gup_fast here.
 */
#include <racewalk.h>

SUMMARY("gup_fast walks a page table of hugetlb that its process has given up");

OPTION_ENUM(flush, machine, "how other CPUs' TLBs are flushed", broadcast, ipi);
OPTION_ENUM(sync, fix, "who sends the IPI that waits for gup_fast: tlb_remove_table_sync_one()", none, always, last_sharer);
OPTION_FLAG(RECHECK_PUD, fix, "gup_fast compares the pud again once it has its reference");
OPTION_FLAG(LATE_FLUSH, variant, "flush_tlb_range() comes after i_mmap_unlock_write()");
OPTION_INT(NR_GUP, size, "CPUs in gup_fast", 1, 4, 1);
OPTION_INT(NR_UNSHARERS, size, "processes that give the table up", 1, 3, 1);

struct page {
	atomic_t _refcount;
};
struct page of_file = { ATOMIC_INIT(1) }, of_last = { ATOMIC_INIT(1) };
struct ptdesc {
	atomic_t pt_share_count;	/* sharers beside the last */
	struct page *pmd;
} table = { ATOMIC_INIT(NR_UNSHARERS), &of_file };
struct ptdesc *pud[NR_UNSHARERS] = INIT_EACH(i, &table);
DECLARE_RWSEM(i_mmap_rwsem);

static void put_page(struct page *page)
{
	if (atomic_dec_and_test(&page->_refcount))
		NOTE("the page is free");
}

/* gup_fast_pmd_range(), gup_fast_pmd_leaf() */
static struct page *gup_fast_pmd_leaf(struct ptdesc **pudp)
{
	struct ptdesc *pt = READ_ONCE(*pudp);
	struct page *page;

	if (!pt)
		return NULL;
	page = READ_ONCE(pt->pmd);
	if (!page)
		return NULL;
	if (!atomic_inc_not_zero(&page->_refcount))
		return NULL;
	if (unlikely(page != READ_ONCE(pt->pmd)) || (RECHECK_PUD && unlikely(pt != READ_ONCE(*pudp)))) {
		put_page(page);
		return NULL;
	}
	return page;
}

static void tlb_remove_table_smp_sync(void *arg)
{
}

static void tlb_remove_table_sync_one(void)
{
	smp_call_function(tlb_remove_table_smp_sync, NULL, 1);
}

static void flush_tlb_func(void *info)
{
}

static void flush_tlb_range(void)
{
	if (flush == ipi)
		smp_call_function(flush_tlb_func, NULL, 1);
	else
		smp_mb();
}

/* true: the table was shared, and the process has given it up. */
static bool huge_pmd_unshare(struct ptdesc **pudp)
{
	if (!atomic_read(&table.pt_share_count))
		return false;
	WRITE_ONCE(*pudp, NULL);
	if (sync == always)
		tlb_remove_table_sync_one();
	atomic_dec(&table.pt_share_count);
	return true;
}

THREADS(gup_fast, NR_GUP)
{
	unsigned long flags;
	struct page *page;

	local_irq_save(flags);
	page = gup_fast_pmd_leaf(&pud[0]);
	local_irq_restore(flags);
	if (page) {
		REACHED("gup_fast pins a page");
		HOLDS_HERE(page != &of_last, "gup_fast on CPU %d returns a page of another process", CPU);
		put_page(page);
	}
}

THREADS(unsharer, NR_UNSHARERS)
{
	bool unshared;

	down_write(&i_mmap_rwsem);
	unshared = huge_pmd_unshare(&pud[CPU]);
	if (unshared) {
		if (!LATE_FLUSH)
			flush_tlb_range();
		/* tlb_flush_unshared_tables(): fully_unshared_tables */
		if (sync == last_sharer && !atomic_read(&table.pt_share_count))
			tlb_remove_table_sync_one();
	}
	up_write(&i_mmap_rwsem);
	if (unshared && LATE_FLUSH)
		flush_tlb_range();
}

THREAD(last)
{
	bool is_shared;

	down_write(&i_mmap_rwsem);
	is_shared = atomic_read(&table.pt_share_count);
	if (!is_shared)
		WRITE_ONCE(table.pmd, NULL);
	up_write(&i_mmap_rwsem);
	if (!is_shared) {
		WRITE_ONCE(table.pmd, &of_last);
		REACHED("the table is used again");
	}
}

ALWAYS("a table that others share keeps its page", atomic_read(&table.pt_share_count) == 0 || table.pmd == &of_file);
FINALLY("no reference leaks", atomic_read(&of_file._refcount) == 1 && atomic_read(&of_last._refcount) == 1);

SCENARIO(v6_15, VIOLATED);
SCENARIO(v6_15_ipi, HOLDS, flush = ipi, PROVES = NR_GUP,
	 WHY = "the flush waits, and the table is shared until i_mmap_rwsem is released");
SCENARIO(v6_15_ipi_late, VIOLATED, flush = ipi, LATE_FLUSH = true, WHY = "the table is used before the flush waits");
SCENARIO(v6_16, HOLDS, sync = always, PROVES = NR_GUP);
SCENARIO(last_sharer, HOLDS, sync = last_sharer, NR_UNSHARERS = 2,
	 WHY = "a table that others share is no other process's alone");
SCENARIO(recheck_pud, HOLDS, PROVES = NR_GUP, RECHECK_PUD = true,
	 WHY = "atomic_inc_not_zero() orders the read of the pmd before the second read of the pud: no barrier is needed");
SCENARIO(two_gup_v6_16, HOLDS, sync = always, NR_GUP = 2);
SCENARIO(v6_16_tso, HOLDS, sync = always, MEMORY = tso);
SCENARIO(v6_16_arm64, HOLDS, sync = always, MEMORY = arm64);
SCENARIO(last_sharer_arm64, HOLDS, sync = last_sharer, NR_UNSHARERS = 2, MEMORY = arm64);
SCENARIO(recheck_pud_arm64, HOLDS, RECHECK_PUD = true, MEMORY = arm64);

SURVIVES("the pages are always in use",
	 "gup_fast: if (atomic_inc_not_zero(&page->_refcount)): never taken",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): relaxed, not full",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): never taken",
	 "gup_fast: if (atomic_dec_and_test(&page->_refcount)): always taken");
SURVIVES("a table that gup_fast may still read is not used by another process: what changes in the table is another race",
	 "gup_fast: if (page != READ_ONCE(pt->pmd)): never taken");
SURVIVES("an unsharer has its share until it gives it up: the count is above 0",
	 "unsharer: down_write(&i_mmap_rwsem);: after 'if (!atomic_read(&table.pt_share_count))'",
	 "unsharer: if (atomic_read(&table.pt_share_count)): always taken",
	 "unsharer: if (unshared): always taken");
SURVIVES("the flush after the unlock is too late with or without the change",
	 "unsharer: if (unshared): never taken");
SURVIVES("it reads only the count, which the lock of the last process orders",
	 "unsharer: down_write(&i_mmap_rwsem);: relaxed, not acquire");
SURVIVES("parts of what racewalk waits for in a call of another CPU",
	 "unsharer: smp_call_function(tlb_remove_table_smp_sync, NULL, 1): without '!mem.ipi.tlb_remove_table_smp_sync.last.0[0]'",
	 "unsharer: smp_call_function(tlb_remove_table_smp_sync, NULL, 1): without 'all i in 0..1: (i == cpu || !mem.ipi.tlb_remove_table_smp_sync.unsharer.0[i])'",
	 "unsharer: smp_call_function(tlb_remove_table_smp_sync, NULL, 1): without 'i == cpu'",
	 "unsharer: smp_call_function(flush_tlb_func, NULL, 1): without '!mem.ipi.flush_tlb_func.last.0[0]'");
SURVIVES("the barrier of the flush or the release of the unlock orders the pud before the table is used again: one is enough, also under arm64",
	 "unsharer: smp_mb(): left out",
	 "unsharer: up_write(&i_mmap_rwsem);: relaxed, not release",
	 "last: up_write(&i_mmap_rwsem);: relaxed, not release");
SURVIVES("the last process waits for the lock before it changes the table",
	 "last: down_write(&i_mmap_rwsem);: after 'is_shared = atomic_read(&table.pt_share_count);'",
	 "last: down_write(&i_mmap_rwsem);: relaxed, not acquire");
SURVIVES("an IPI too many",
	 "unsharer: if (atomic_read(&table.pt_share_count)): never taken");
SURVIVES("the next store replaces the page as well",
	 "last: WRITE_ONCE(table.pmd, NULL);: left out",
	 "last: if (is_shared): always taken");
