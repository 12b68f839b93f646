/* SPDX-License-Identifier: MIT */
/*
 * UFFDIO_MOVE moves a folio of another VMA, because its swap entry was used again in between.
 *
 * move_pages_pte() finds a swap entry in the source pte, looks the entry up in the swap cache without a lock, locks the folio that
 * it finds, and moves pte and folio if the pte is still the entry. Meanwhile the page may have been swapped in, its entry freed and
 * used for a folio of another VMA, which the lookup finds; and that one swapped in again and the page swapped out into the same
 * entry. The pte is the same again. The other way round, a folio that enters the swap cache after a lookup that found none stays
 * behind when its pte is moved.
 *
 *   CPU 0: move_pages_pte                    CPU 1: reclaim and page faults
 *   entry := the source pte: S1
 *                                            swap A in; S1 is free
 *                                            swap B out into S1: the swap cache holds B
 *   folio := swap cache of S1: B
 *                                            swap B in; S1 is free
 *                                            swap A out into S1
 *   lock B; the pte is S1: unchanged
 *   move the pte, and B, which is another VMA's
 *
 * Kernel:  v6.8 to v6.15: v6.8; since v6.16: v6.16
 * About:   swap, reuse of a page
 * Exposed: any CPU
 * Source:  v6.15 mm/userfaultfd.c: move_pages_pte, move_swap_pte, is_pte_pages_stable
 * Broke:   adef440691ba (v6.8, UFFDIO_MOVE)
 * Fixed:   "fix race of userfaultfd_move and swap cache" (v6.16) -> CHECK_FOLIO, CHECK_CACHE
 * CVE:     CVE-2025-38242
 * Read:    the message and diff as posted (v2; it names adef440691ba), and that it was pulled between v6.15 and v6.16. Not verified:
 *          its commit id in the mainline, that v6.8 is the first release with adef440691ba, and the text of the CVE.
 * Omitted: the pte of the destination: nobody else fills it. The reference of the lookup: it keeps the folio. Direct swap-in, which
 *          shows no folio to the swap cache. The device: what is read and written there is another race (swapin-vs-swapin).
 */
#include <racewalk.h>

SUMMARY("UFFDIO_MOVE moves a folio of another VMA, whose swap entry was used again");

OPTION_FLAG(CHECK_FOLIO, fix, "the locked folio must be in the swap cache for the entry");
OPTION_FLAG(CHECK_CACHE, fix, "where the lookup found none, the swap cache must still have none under the page-table lock");

enum vma { SRC_VMA, DST_VMA, OTHER_VMA };
struct folio {
	spinlock_t lock;		/* folio_lock() */
	bool swapcache;			/* in the swap cache for S1 */
	enum vma vma;			/* mapping and index */
};
struct folio a = { .vma = SRC_VMA }, b = { .vma = OTHER_VMA };
struct folio *swap_cache;		/* of S1 */
struct folio *src_pte;			/* NULL: S1 */
DEFINE_SPINLOCK(ptl);
bool is_moved;

static void add_to_swap_cache(struct folio *folio)
{
	WRITE_ONCE(folio->swapcache, true);
	smp_store_release(&swap_cache, folio);
}

static void delete_from_swap_cache(struct folio *folio)
{
	WRITE_ONCE(swap_cache, NULL);
	WRITE_ONCE(folio->swapcache, false);
}

/* The pte of the source becomes the entry again, or its page. */
static bool set_src_pte(struct folio *pte)
{
	bool is_here;

	spin_lock(&ptl);
	is_here = !is_moved;
	if (is_here)
		WRITE_ONCE(src_pte, pte);
	spin_unlock(&ptl);
	return is_here;
}

static void move_swap_pte(struct folio *folio)
{
	spin_lock(&ptl);
	/* is_pte_pages_stable() */
	if (READ_ONCE(src_pte))
		goto unlock;
	if (folio) {
		CHECK(folio == &a, "UFFDIO_MOVE moves a folio of another VMA");
		WRITE_ONCE(folio->vma, DST_VMA);	/* folio_move_anon_rmap() */
		REACHED("a folio is moved with its pte");
	} else if (CHECK_CACHE && READ_ONCE(swap_cache)) {
		goto unlock;
	}
	is_moved = true;
	REACHED("the pte is moved");
unlock:
	spin_unlock(&ptl);
}

THREAD(move_pages_pte)
{
	struct folio *folio;

	if (READ_ONCE(src_pte))
		return;
	folio = READ_ONCE(swap_cache);			/* filemap_get_folio() */
	if (folio)
		spin_lock(&folio->lock);
	if (!folio || !CHECK_FOLIO || READ_ONCE(folio->swapcache))
		move_swap_pte(folio);
	if (folio)
		spin_unlock(&folio->lock);
}

THREAD(reclaim_and_faults)
{
	/* a page fault: do_swap_page() */
	if (!set_src_pte(&a))
		return;
	/* B is swapped out into S1, and in again. */
	if (ANY(2)) {
		spin_lock(&b.lock);
		add_to_swap_cache(&b);
		spin_unlock(&b.lock);
		spin_lock(&b.lock);
		delete_from_swap_cache(&b);
		spin_unlock(&b.lock);
	}
	/* A is swapped out into S1; it may stay in the swap cache. */
	spin_lock(&a.lock);
	add_to_swap_cache(&a);
	set_src_pte(NULL);
	if (ANY(2))
		delete_from_swap_cache(&a);
	spin_unlock(&a.lock);
}

FINALLY("a folio in the swap cache belongs to the VMA that has its pte",
	swap_cache != &a || a.vma == (is_moved ? DST_VMA : SRC_VMA));

SCENARIO(v6_8, VIOLATED);
SCENARIO(check_folio, VIOLATED, CHECK_FOLIO = true, WHY = "A enters the swap cache after the lookup, and stays behind");
SCENARIO(check_cache, VIOLATED, CHECK_CACHE = true);
SCENARIO(v6_16, HOLDS, CHECK_FOLIO = true, CHECK_CACHE = true);
SCENARIO(v6_16_tso, HOLDS, CHECK_FOLIO = true, CHECK_CACHE = true, MEMORY = tso);
SCENARIO(v6_16_arm64, HOLDS, CHECK_FOLIO = true, CHECK_CACHE = true, MEMORY = arm64);

SURVIVES("is_pte_pages_stable() finds it under the lock",
	 "move_pages_pte: if (READ_ONCE(src_pte)): never taken");
SURVIVES("UFFDIO_MOVE tries again too often",
	 "move_pages_pte: if (READ_ONCE(swap_cache)): always taken");
SURVIVES("nobody reads the source pte after the move",
	 "reclaim_and_faults: if (is_here): always taken");
SURVIVES("the other choice alone has the races as well",
	 "reclaim_and_faults: if (ANY(2)): always taken",
	 "reclaim_and_faults: ANY(2): left out",
	 "reclaim_and_faults: if (ANY(2)): never taken");
SURVIVES("nobody knows the folio before it is in the swap cache, and after that its lock orders what others look at",
	 "reclaim_and_faults: spin_lock(&b.lock);: does not wait",
	 "reclaim_and_faults: spin_lock(&b.lock);: after 'WRITE_ONCE(folio->swapcache, true);'",
	 "reclaim_and_faults: spin_lock(&b.lock);: relaxed, not acquire",
	 "reclaim_and_faults: spin_lock(&a.lock);: does not wait",
	 "reclaim_and_faults: spin_lock(&a.lock);: after 'WRITE_ONCE(folio->swapcache, true);'",
	 "reclaim_and_faults: spin_lock(&a.lock);: relaxed, not acquire");
SURVIVES("the lock of the folio orders it for those who look at it",
	 "reclaim_and_faults: WRITE_ONCE(folio->swapcache, true);: after 'smp_store_release(&swap_cache, folio);'",
	 "reclaim_and_faults: smp_store_release(&swap_cache, folio);: relaxed, not release",
	 "reclaim_and_faults: spin_lock(&b.lock);: after 'WRITE_ONCE(swap_cache, NULL);'",
	 "reclaim_and_faults: WRITE_ONCE(swap_cache, NULL);: after 'WRITE_ONCE(folio->swapcache, false);'");
SURVIVES("a folio that is not in the swap cache is refused",
	 "reclaim_and_faults: WRITE_ONCE(swap_cache, NULL);: left out");
