/* SPDX-License-Identifier: MIT */
/*
 * Two page faults read the same swap entry, and the slower one installs a page that is older than the other's.
 *
 * For a synchronous device do_swap_page() skips the swap cache: each fault reads the entry into a page of its own, takes the
 * page-table lock, and installs its page if the pte is still the entry. Meanwhile the other fault may have installed its page
 * and freed the entry, the process may have written to the page, and reclaim may have swapped it out into the same entry. The pte
 * is the same again.
 *
 *   CPU 0: do_swap_page                      CPU 1: do_swap_page, user, reclaim
 *   read the entry into page A
 *                                            read the entry into page B
 *                                            pte := B; free the entry
 *                                            write to page B
 *                                            swap B out: pte := the same entry
 *   pte_same(): unchanged
 *   pte := A, without what was written
 *
 * Kernel:  v4.15 to v6.7: v4.15; since v6.8: v6.8
 * About:   swap, reuse of a page
 * Exposed: any CPU
 * Source:  v6.7 mm/memory.c: do_swap_page; mm/swapfile.c: swap_free, swapcache_prepare; the fix adds swapcache_clear
 * Broke:   0bcac06f27d7 (v4.15)
 * Fixed:   13ddaf26be32 (v6.8) -> PIN_ENTRY
 * CVE:     CVE-2024-26759
 * Read:    the message and diff of 13ddaf26be32 as posted (v3; it names 0bcac06f27d7), its hash in mm's branches. Not verified:
 *          that v4.15 is the first release with 0bcac06f27d7, and which commit the CVE is of.
 * Omitted: entries that several ptes hold: they go through the swap cache. zram, which discards the data of a free entry. The
 *          waiting of a fault that finds the entry pinned: it returns, and the access faults again. A fault that
 *          finds the page of reclaim in the swap cache: it maps that page. The cluster lock: each change of swap_map is atomic.
 */
#include <racewalk.h>

SUMMARY("a page fault installs a page that it has read from a swap entry before the entry was reused");

OPTION_FLAG(PIN_ENTRY, fix, "do_swap_page() pins the entry by SWAP_HAS_CACHE while it reads it");
OPTION_INT(NR_FAULTS, size, "CPUs that fault", 2, 3, 2);

#define SWAP_HAS_CACHE 0x40

struct page {
	int data;		/* the number of stores that it contains */
};
struct page pages[NR_FAULTS], old;
struct page *pte;		/* NULL: the swap entry */
DEFINE_SPINLOCK(ptl);
atomic_t swap_map = ATOMIC_INIT(1);
int slot;			/* the data on the device */
GHOST int stores;

static bool swapcache_prepare(void)
{
	return atomic_cmpxchg(&swap_map, 1, 1 | SWAP_HAS_CACHE) != 1;
}

static void swapcache_clear(void)
{
	(void)atomic_fetch_sub_release(SWAP_HAS_CACHE, &swap_map);	/* unlock_cluster_or_swap_info() */
}

static void do_swap_page(struct page *page)
{
	if (atomic_read(&swap_map) & SWAP_HAS_CACHE)	/* swap_cache_get_folio() finds the page of reclaim */
		return;
	if (PIN_ENTRY && swapcache_prepare())
		return;
	WRITE_ONCE(page->data, READ_ONCE(slot));	/* swap_read_folio() */
	smp_wmb();					/* __folio_mark_uptodate() */
	spin_lock(&ptl);
	if (!READ_ONCE(pte)) {				/* pte_same() */
		atomic_dec(&swap_map);			/* swap_free() */
		WRITE_ONCE(pte, page);
		REACHED("a fault installs its page");
	}
	spin_unlock(&ptl);
	if (PIN_ENTRY)
		swapcache_clear();
}

THREADS(fault, NR_FAULTS)
{
	if (!READ_ONCE(pte))
		do_swap_page(&pages[CPU]);
	ATOMICALLY("a CPU translates an address and stores at once") {
		struct page *page = READ_ONCE(pte);

		if (page) {
			WRITE_ONCE(page->data, READ_ONCE(page->data) + 1);
			stores++;
		}
	}
}

THREAD(reclaim)
{
	struct page *page;

	/* add_to_swap() */
	if (atomic_cmpxchg(&swap_map, 0, SWAP_HAS_CACHE) != 0)
		return;
	/* try_to_unmap() */
	spin_lock(&ptl);
	page = READ_ONCE(pte);
	if (page) {
		atomic_inc(&swap_map);			/* swap_duplicate() */
		/* ptep_clear_flush(): the flush ends with a full barrier, and no CPU stores to the page any more */
		WRITE_ONCE(pte, NULL);
		smp_mb();
	}
	spin_unlock(&ptl);
	/* swap_writepage(), __remove_mapping() */
	if (page) {
		WRITE_ONCE(slot, READ_ONCE(page->data));
		REACHED("reclaim uses the entry again");
	}
	swapcache_clear();
}

FINALLY("no store is lost", (pte ? pte->data : slot) == stores);
FINALLY("the entry is in use by the pte alone", atomic_read(&swap_map) == (pte ? 0 : 1));

SCENARIO(v4_15, VIOLATED);
SCENARIO(v6_8, HOLDS, PIN_ENTRY = true);
SCENARIO(v6_8_tso, HOLDS, PIN_ENTRY = true, MEMORY = tso);
SCENARIO(v6_8_arm64, HOLDS, PIN_ENTRY = true, MEMORY = arm64);

SURVIVES("the pte is looked at under the lock, and the pinned entry keeps others from changing it",
	 "fault: if (READ_ONCE(pte)): never taken");
SURVIVES("swapcache_prepare() finds the flag as well",
	 "fault: if (atomic_read(&swap_map) & SWAP_HAS_CACHE): never taken");
SURVIVES("SWAP_HAS_CACHE excludes other faults and reclaim, also under arm64; the page-table lock is for what else changes ptes",
	 "fault: spin_lock(&ptl);: left out",
	 "fault: spin_lock(&ptl);: does not wait",
	 "fault: spin_lock(&ptl);: after 'if (!READ_ONCE(pte))'",
	 "fault: spin_lock(&ptl);: relaxed, not acquire",
	 "reclaim: spin_lock(&ptl);: left out",
	 "reclaim: spin_lock(&ptl);: does not wait",
	 "reclaim: spin_lock(&ptl);: after 'page = READ_ONCE(pte);'",
	 "reclaim: spin_lock(&ptl);: relaxed, not acquire",
	 "fault: atomic_dec(&swap_map);: after 'WRITE_ONCE(pte, page);'",
	 "reclaim: atomic_inc(&swap_map);: after 'WRITE_ONCE(pte, NULL);'");
SURVIVES("the unlock or the release of swap_map orders the page and the pte: one is enough, also under arm64",
	 "fault: spin_unlock(&ptl);: relaxed, not release",
	 "reclaim: spin_unlock(&ptl);: relaxed, not release",
	 "fault: (void)atomic_fetch_sub_release(SWAP_HAS_CACHE, &swap_map);: relaxed, not release");
SURVIVES("swap_map is 0 only while the pte maps a page",
	 "reclaim: if (page): always taken");
