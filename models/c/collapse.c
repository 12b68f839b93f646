/* SPDX-License-Identifier: MIT */
/*
 * gup_fast pins a page that khugepaged is replacing with a huge page: models/gup-fast-vs-collapse.ts in the kernel's C.
 *
 *   CPU 0: gup_fast                          CPU 1: collapse_huge_page
 *   irqs off; read pmd; read pte
 *                                            pmd := none; flush (does not wait)
 *                                            isolate: page_count(page) == 1
 *   count 1 -> 2; pte unchanged; return
 *                                            copy; clear the pte; put the page; pmd := huge
 *
 * Source:  v3.18 mm/gup.c: gup_pte_range, __get_user_pages_fast; mm/huge_memory.c: collapse_huge_page,
 *          __collapse_huge_page_isolate, __collapse_huge_page_copy. Reported on linux-mm on 26 October 2014 (Message-ID
 *          20141027001842.GU6911@redhat.com).
 * Fixed:   70cbc3cc78a9 (v6.0) -> RECHECK_PMD; 2ba99c5e0881 (v6.1) -> SYNC_IPI
 * Omitted: what the TypeScript model omits, for the reasons that it gives.
 */
#include <racewalk.h>

SUMMARY("gup_fast pins a page that collapse_huge_page is replacing");

OPTION_ENUM(flush, machine, "how other CPUs' TLBs are flushed", broadcast, ipi);
OPTION_FLAG(RECHECK_PTE, fix, "gup_fast rechecks the pte after it takes the reference", true);
OPTION_FLAG(RECHECK_PMD, fix, "gup_fast rechecks the pmd after it takes the reference (2022)");
OPTION_FLAG(SYNC_IPI, fix, "collapse sends an IPI after pmdp_clear_flush and waits for it");
OPTION_ENUM(second_pin_check, fix, "collapse checks for pins again after it clears ptes, and can roll back",
	    none, per_page, all_pages);
OPTION_ENUM(walker, variant, "what protects the page-table walk of gup_fast", irqs_off, rcu_only);
OPTION_FLAG(FLUSH_BARRIER, variant, "a broadcast ends with a full barrier of the CPU that issues it (arm64: dsb ish)",
	    true);
OPTION_FLAG(CHECK_BARRIER, variant, "smp_mb between clearing the ptes and the second pin check", true);
OPTION_ENUM(reference, variant, "how gup_fast takes its reference", unless_zero, unconditional);
OPTION_INT(NR_GUP, size, "CPUs in gup_fast", 1, 16, 1);
OPTION_INT(NR_PTES, size, "ptes of the huge page range; gup_fast may walk any", 1, 512, 2);

struct page {
	atomic_t _refcount;		/* 1 is the mapping */
	bool locked;			/* PG_locked */
	bool copied;			/* the huge page holds the data of the small page */
};
enum pmd { PMD_NONE, PMD_TABLE, PMD_HUGE };
enum scan_result { SCAN_RUNNING, SCAN_FAIL, SCAN_SUCCEED };

struct page pages[NR_PTES] = { [0 ... NR_PTES - 1] = { ._refcount = ATOMIC_INIT(1) } };
struct page *pte[NR_PTES] = INIT_EACH(i, &pages[i]);
enum pmd pmd = PMD_TABLE;
GHOST enum scan_result result;

static inline int page_count(struct page *page)
{
	return atomic_read(&page->_refcount);
}

static inline void get_page(struct page *page)
{
	VM_BUG_ON_PAGE(page_count(page) <= 0, page);
	atomic_inc(&page->_refcount);
}

static inline bool get_page_unless_zero(struct page *page)
{
	return atomic_inc_not_zero(&page->_refcount);
}

static inline void put_page(struct page *page)
{
	if (atomic_dec_and_test(&page->_refcount))
		NOTE("the page is free");
}

static struct page *gup_pte_range(int nr)
{
	enum pmd old_pmd = READ_ONCE(pmd);
	struct page *page;

	if (old_pmd != PMD_TABLE)
		return NULL;
	page = READ_ONCE(pte[nr]);
	if (!page)
		return NULL;
	if (reference == unconditional)
		get_page(page);
	else if (!get_page_unless_zero(page))
		return NULL;
	if ((RECHECK_PMD && unlikely(old_pmd != READ_ONCE(pmd))) ||
	    (RECHECK_PTE && unlikely(page != READ_ONCE(pte[nr])))) {
		put_page(page);
		return NULL;
	}
	return page;
}

static struct page *gup_fast(int nr)
{
	unsigned long flags;
	struct page *page;

	if (walker == rcu_only) {
		rcu_read_lock();
		page = gup_pte_range(nr);
		rcu_read_unlock();
	} else {
		local_irq_save(flags);
		page = gup_pte_range(nr);
		local_irq_restore(flags);
	}
	return page;
}

static void flush_tlb_func(void *info)
{
}

/* x86 sends an IPI; other machines broadcast, which waits for no CPU. */
static void flush_tlb_range(void)
{
	if (flush == ipi)
		smp_call_function(flush_tlb_func, NULL, 1);
	else if (FLUSH_BARRIER)
		smp_mb();
}

static enum scan_result __collapse_huge_page_isolate(void)
{
	int i;

	for (i = 0; i < NR_PTES; i++) {
		if (page_count(pte[i]) != 1)
			goto out;
		pte[i]->locked = true;
	}
	return SCAN_SUCCEED;
out:
	while (--i >= 0)
		pte[i]->locked = false;
	return SCAN_FAIL;
}

static enum scan_result __collapse_huge_page_copy(void)
{
	struct page *saved[NR_PTES];
	int i;

	for (i = 0; i < NR_PTES; i++) {
		struct page *src_page = pte[i];

		src_page->copied = true;
		src_page->locked = false;
		saved[i] = src_page;
		WRITE_ONCE(pte[i], NULL);
		if (second_pin_check == per_page) {
			if (CHECK_BARRIER)
				smp_mb();
			if (page_count(src_page) != 1)
				goto rollback;
		}
		if (second_pin_check != all_pages)
			put_page(src_page);
	}
	if (second_pin_check == all_pages) {
		if (CHECK_BARRIER)
			smp_mb();
		for (i = 0; i < NR_PTES; i++) {
			if (page_count(saved[i]) != 1) {
				i = NR_PTES - 1;
				goto rollback;
			}
		}
		for (i = 0; i < NR_PTES; i++)
			put_page(saved[i]);
	}
	return SCAN_SUCCEED;
rollback:
	for (; i >= 0; i--)
		WRITE_ONCE(pte[i], saved[i]);
	return SCAN_FAIL;
}

static enum scan_result collapse_huge_page(void)
{
	WRITE_ONCE(pmd, PMD_NONE);
	flush_tlb_range();
	if (SYNC_IPI)
		smp_call_function(flush_tlb_func, NULL, 1);
	if (__collapse_huge_page_isolate() == SCAN_FAIL || __collapse_huge_page_copy() == SCAN_FAIL) {
		/* pmd_populate: the unlock of pte_ptl and the lock of pmd_ptl order the restored ptes before it. */
		smp_store_release(&pmd, PMD_TABLE);
		return SCAN_FAIL;
	}
	WRITE_ONCE(pmd, PMD_HUGE);
	return SCAN_SUCCEED;
}

THREADS(gup, NR_GUP)
{
	struct page *page = gup_fast(ANY(NR_PTES));

	if (page) {
		REACHED("gup_fast pins a page");
		HOLDS_HERE(pmd != PMD_HUGE, "gup_fast on CPU %d holds page %p, but the address maps the huge page's copy",
			   CPU, page);
		put_page(page);
	}
}

THREAD(khugepaged)
{
	result = collapse_huge_page();
}

ALWAYS("a mapped page is not free",
       FOR_ALL(i, NR_PTES, !(pmd == PMD_TABLE && pte[i] && atomic_read(&pages[i]._refcount) == 0)));
ALWAYS("the huge page holds the data of every small page", FOR_ALL(i, NR_PTES, pmd != PMD_HUGE || pages[i].copied));
FINALLY("no reference leaks",
	FOR_ALL(i, NR_PTES, atomic_read(&pages[i]._refcount) == (result == SCAN_SUCCEED ? 0 : 1)));
FINALLY("a failed collapse restores every pte", FOR_ALL(i, NR_PTES, result == SCAN_SUCCEED || pte[i]));
/* The rollback of per_page, which is violated earlier, leaves the pages locked that it does not reach. */
FINALLY("no page stays locked", second_pin_check == per_page || FOR_ALL(i, NR_PTES, !pages[i].locked));
REACHABLE("collapse succeeds", result == SCAN_SUCCEED);
REACHABLE("collapse fails", result == SCAN_FAIL);
REACHABLE("collapse fails while the last page is pinned",
	  result == SCAN_FAIL && atomic_read(&pages[NR_PTES - 1]._refcount) != 1);

SCENARIO(email, VIOLATED);
SCENARIO(flush_by_ipi, HOLDS, flush = ipi, PROVES = NR_GUP);
SCENARIO(flush_by_ipi_alone, HOLDS, flush = ipi, RECHECK_PTE = false);
SCENARIO(sync_ipi, HOLDS, SYNC_IPI = true, PROVES = NR_GUP);
SCENARIO(recheck_pmd, HOLDS, RECHECK_PMD = true, PROVES = NR_GUP);
SCENARIO(recheck_pmd_alone, HOLDS, RECHECK_PMD = true, RECHECK_PTE = false);
SCENARIO(second_check, HOLDS, second_pin_check = all_pages, PROVES = NR_GUP);
SCENARIO(second_check_alone, VIOLATED, second_pin_check = all_pages, RECHECK_PTE = false);
SCENARIO(second_check_no_barrier, HOLDS, second_pin_check = all_pages, CHECK_BARRIER = false);
SCENARIO(per_page_check, VIOLATED, second_pin_check = per_page);
SCENARIO(per_page_one_pte, HOLDS, second_pin_check = per_page, NR_PTES = 1, PROVES = NR_GUP);
SCENARIO(second_check_three_ptes, HOLDS, second_pin_check = all_pages, NR_PTES = 3);
SCENARIO(recheck_pmd_three_ptes, HOLDS, RECHECK_PMD = true, NR_PTES = 3);
SCENARIO(rcu_walker, VIOLATED, flush = ipi, walker = rcu_only);
SCENARIO(get_page_always, VIOLATED, reference = unconditional);
SCENARIO(two_cpus_email, VIOLATED, NR_GUP = 2);
SCENARIO(two_cpus_sync_ipi, HOLDS, NR_GUP = 2, SYNC_IPI = true);
SCENARIO(two_cpus_second_check, HOLDS, NR_GUP = 2, second_pin_check = all_pages);
SCENARIO(email_tso, VIOLATED, MEMORY = tso);
SCENARIO(sync_ipi_tso, HOLDS, SYNC_IPI = true, MEMORY = tso, PROVES = NR_GUP);
SCENARIO(recheck_pmd_tso, HOLDS, RECHECK_PMD = true, MEMORY = tso, PROVES = NR_GUP);
SCENARIO(recheck_pmd_no_flush_barrier, HOLDS, RECHECK_PMD = true, FLUSH_BARRIER = false);
SCENARIO(recheck_pmd_no_flush_barrier_tso, VIOLATED, RECHECK_PMD = true, FLUSH_BARRIER = false, MEMORY = tso);
SCENARIO(second_check_tso, HOLDS, second_pin_check = all_pages, MEMORY = tso, PROVES = NR_GUP);
SCENARIO(second_check_pso, HOLDS, second_pin_check = all_pages, MEMORY = pso);
SCENARIO(second_check_no_barrier_tso, VIOLATED, second_pin_check = all_pages, CHECK_BARRIER = false, MEMORY = tso);
SCENARIO(email_arm64, VIOLATED, MEMORY = arm64);
SCENARIO(sync_ipi_arm64, HOLDS, SYNC_IPI = true, MEMORY = arm64);
SCENARIO(recheck_pmd_arm64, HOLDS, RECHECK_PMD = true, MEMORY = arm64);
