/* SPDX-License-Identifier: MIT */
/*
 * A write fault takes a huge page for its own while another process splits its pmd.
 *
 * A write fault on a huge page that is shared copy-on-write reuses the page if page_trans_huge_mapcount() is 1.
 * __split_huge_pmd_locked() of the other process moves its part of the mapcount from the head to the tails; who reads the tails
 * before and the head after misses it, and writes to a page that two processes map.
 *
 *   CPU 0: do_huge_pmd_wp_page (A)           CPU 1: __split_huge_pmd_locked (B)
 *   _mapcount of the tails: 0
 *                                            tails: +1 for each pte of B
 *                                            double map: tails +1
 *                                            compound_mapcount: 2 -> 1
 *   compound_mapcount: 1
 *   mapcount is 1: write to the shared page
 *
 * Kernel:  v4.6 to v5.7: v4.6; v5.8 to v5.16: v5.8
 * About:   huge pages, copy-on-write
 * Exposed: any CPU
 * Source:  v5.7 mm/huge_memory.c: page_trans_huge_mapcount, __split_huge_pmd, __split_huge_pmd_locked, do_huge_pmd_wp_page;
 *          mm/swapfile.c: reuse_swap_page.
 * Broke:   6d0a07edd17c (v4.6, page_trans_huge_mapcount)
 * Fixed:   c444eb564fb1 (v5.8) -> LOCK_PAGE. Since v5.17 a write fault does not look at mapcounts.
 * CVE:     CVE-2020-29368
 * Read:    the message of c444eb564fb1 (it names 6d0a07edd17c; 5.8, and 5.7.5), and the advisory. Not verified: that
 *          6d0a07edd17c is in v4.6 first.
 * Omitted: swap: the page is not in the swap cache. The pmd lock: each process has its own. split_huge_page(): it holds the page
 *          lock. A fault that does not get the page lock waits for it.
 */
#include <racewalk.h>

SUMMARY("a write fault takes a huge page for its own while another process splits its pmd");

OPTION_FLAG(LOCK_PAGE, fix, "__split_huge_pmd() holds the page lock");
OPTION_INT(NR_PAGES, size, "small pages of the huge page: HPAGE_PMD_NR", 1, 4, 2);
OPTION_INT(NR_SPLITS, size, "processes that split their pmd", 1, 2, 1);

/* The counts of the kernel begin at -1. */
atomic_t _mapcount[NR_PAGES] = { [0 ... NR_PAGES - 1] = ATOMIC_INIT(-1) };
atomic_t compound_mapcount = ATOMIC_INIT(NR_SPLITS);	/* A and those that split */
unsigned long flags;
#define PG_double_map 0
DEFINE_SPINLOCK(page_lock);

static int page_trans_huge_mapcount(void)
{
	int i, mapcount, ret = 0;

	for (i = 0; i < NR_PAGES; i++) {
		mapcount = atomic_read(&_mapcount[i]) + 1;
		ret = mapcount > ret ? mapcount : ret;
	}
	if (test_bit(PG_double_map, &flags))
		ret -= 1;
	ret += atomic_read(&compound_mapcount) + 1;
	return ret;
}

static void __split_huge_pmd_locked(void)
{
	int i;

	for (i = 0; i < NR_PAGES; i++)
		atomic_inc(&_mapcount[i]);
	if (atomic_read(&compound_mapcount) + 1 > 1 && !test_and_set_bit(PG_double_map, &flags)) {
		for (i = 0; i < NR_PAGES; i++)
			atomic_inc(&_mapcount[i]);
	}
	/* atomic_add_negative(-1, compound_mapcount_ptr(page)): A keeps its mapping, so the last is never gone */
	VM_BUG_ON(atomic_dec_return(&compound_mapcount) < 0);
}

THREAD(write_fault)
{
	spin_lock(&page_lock);
	/* reuse_swap_page() */
	if (page_trans_huge_mapcount() == 1)
		CHECK(false, "the write fault reuses a page that another process maps");
	REACHED("the write fault copies the page");
	spin_unlock(&page_lock);
}

THREADS(split, NR_SPLITS)
{
	if (LOCK_PAGE)
		spin_lock(&page_lock);
	__split_huge_pmd_locked();
	if (LOCK_PAGE)
		spin_unlock(&page_lock);
}

FINALLY("every small page is mapped by A and by all who have split",
	FOR_ALL(i, NR_PAGES, atomic_read(&_mapcount[i]) + 1 == NR_SPLITS + 1) && atomic_read(&compound_mapcount) == 0);

SCENARIO(v4_6, VIOLATED);
SCENARIO(v5_8, HOLDS, LOCK_PAGE = true);
SCENARIO(two_splits, HOLDS, LOCK_PAGE = true, NR_SPLITS = 2);
SCENARIO(four_pages, HOLDS, LOCK_PAGE = true, NR_PAGES = 4);
SCENARIO(v5_8_tso, HOLDS, LOCK_PAGE = true, MEMORY = tso);
SCENARIO(v5_8_arm64, HOLDS, LOCK_PAGE = true, MEMORY = arm64);
SCENARIO(two_splits_arm64, HOLDS, LOCK_PAGE = true, NR_SPLITS = 2, MEMORY = arm64);

SURVIVES("under the page lock all pages have the same count",
	 "write_fault: if (mapcount > ret): always taken");
SURVIVES("a count that is too high copies the page, which is safe",
	 "write_fault: if (test_bit(PG_double_map, &flags)): never taken");
SURVIVES("A keeps its mapping, so the count is always above 1",
	 "split: if (atomic_read(&compound_mapcount) + 1 > 1): always taken");
SURVIVES("the section stores alone, behind the branch that waits for the lock, and ends with atomic_dec_return(), which is fully ordered: checked under arm64",
	 "split: spin_lock(&page_lock);: relaxed, not acquire",
	 "split: spin_unlock(&page_lock);: relaxed, not release",
	 "split: if (atomic_read(&compound_mapcount) + 1 > 1 && !test_and_set_bit(PG_double_…): relaxed, not full");
