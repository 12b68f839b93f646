/* SPDX-License-Identifier: MIT */
/* Stubs: pages and folios of one page each, their flags and reference counts. */
#ifndef RACEWALK_PAGE_H
#define RACEWALK_PAGE_H

#include <racewalk.h>

/* v6.12 include/linux/page-flags.h: enum pageflags */
enum pageflags { PG_locked, PG_referenced, PG_uptodate, PG_dirty, PG_lru, PG_active, PG_writeback, PG_swapbacked };

/* v6.12 include/linux/mm_types.h: struct page, struct folio; a folio begins with its page */
struct page {
	unsigned long flags;
	atomic_t _refcount;
	atomic_t _mapcount;
};
struct folio {
	struct page page;
};

/* All pages; a file that uses pfns defines it: struct folio mem_map[NR] = { ... } */
extern struct folio mem_map[];

/* v6.12 include/asm-generic/memory_model.h: the flat memory map */
static inline struct page *pfn_to_page(unsigned long pfn) { return &mem_map[pfn].page; }
static inline struct folio *pfn_folio(unsigned long pfn) { return &mem_map[pfn]; }

/* v6.12 include/linux/page-flags.h: page_folio, folio_page */
static inline struct folio *page_folio(struct page *page) { return container_of(page, struct folio, page); }
static inline struct page *folio_page(struct folio *folio, unsigned long n) { return &folio->page + n; }
static inline struct page *compound_head(struct page *page) { return page; }

/* v6.12 include/asm-generic/memory_model.h: page_to_pfn */
static inline unsigned long folio_pfn(struct folio *folio) { return folio - mem_map; }
static inline unsigned long page_to_pfn(struct page *page) { return folio_pfn(page_folio(page)); }

/* v6.12 include/linux/page-flags.h: TESTPAGEFLAG, SETPAGEFLAG, CLEARPAGEFLAG, TESTSETFLAG, TESTCLEARFLAG */
static inline bool folio_test_locked(struct folio *folio) { return test_bit(PG_locked, &folio->page.flags); }
static inline bool folio_test_referenced(struct folio *folio) { return test_bit(PG_referenced, &folio->page.flags); }
static inline void folio_set_referenced(struct folio *folio) { set_bit(PG_referenced, &folio->page.flags); }
static inline void folio_clear_referenced(struct folio *folio) { clear_bit(PG_referenced, &folio->page.flags); }
static inline bool folio_test_dirty(struct folio *folio) { return test_bit(PG_dirty, &folio->page.flags); }
static inline void folio_set_dirty(struct folio *folio) { set_bit(PG_dirty, &folio->page.flags); }
static inline void folio_clear_dirty(struct folio *folio) { clear_bit(PG_dirty, &folio->page.flags); }
static inline bool folio_test_set_dirty(struct folio *folio) { return test_and_set_bit(PG_dirty, &folio->page.flags); }
static inline bool folio_test_clear_dirty(struct folio *folio)
{
	return test_and_clear_bit(PG_dirty, &folio->page.flags);
}
static inline bool folio_test_lru(struct folio *folio) { return test_bit(PG_lru, &folio->page.flags); }
static inline void folio_set_lru(struct folio *folio) { set_bit(PG_lru, &folio->page.flags); }
static inline void folio_clear_lru(struct folio *folio) { clear_bit(PG_lru, &folio->page.flags); }
static inline bool folio_test_clear_lru(struct folio *folio) { return test_and_clear_bit(PG_lru, &folio->page.flags); }
static inline bool folio_test_writeback(struct folio *folio) { return test_bit(PG_writeback, &folio->page.flags); }
static inline bool folio_test_swapbacked(struct folio *folio) { return test_bit(PG_swapbacked, &folio->page.flags); }
static inline void folio_set_swapbacked(struct folio *folio) { set_bit(PG_swapbacked, &folio->page.flags); }
static inline void folio_clear_swapbacked(struct folio *folio) { clear_bit(PG_swapbacked, &folio->page.flags); }
/* v6.12 include/linux/page-flags.h: folio_test_uptodate (reads after it see the data), folio_mark_uptodate */
static inline bool folio_test_uptodate(struct folio *folio)
{
	bool uptodate = test_bit(PG_uptodate, &folio->page.flags);

	if (uptodate)
		smp_rmb();
	return uptodate;
}
static inline void folio_mark_uptodate(struct folio *folio)
{
	smp_wmb();
	set_bit(PG_uptodate, &folio->page.flags);
}

/* v6.12 include/linux/page_ref.h: folio_ref_count, folio_ref_add, folio_ref_freeze, folio_ref_unfreeze */
static inline int page_ref_count(const struct page *page) { return atomic_read(&page->_refcount); }
static inline int folio_ref_count(const struct folio *folio) { return page_ref_count(&folio->page); }
static inline int page_count(const struct page *page) { return page_ref_count(page); }
static inline void folio_ref_add(struct folio *folio, int n) { atomic_add(n, &folio->page._refcount); }
static inline void folio_ref_sub(struct folio *folio, int n) { atomic_sub(n, &folio->page._refcount); }
static inline bool folio_ref_freeze(struct folio *folio, int n)
{
	return atomic_cmpxchg(&folio->page._refcount, n, 0) == n;
}
static inline void folio_ref_unfreeze(struct folio *folio, int n)
{
	VM_BUG_ON(folio_ref_count(folio) != 0);
	VM_BUG_ON(n == 0);
	atomic_set_release(&folio->page._refcount, n);
}

/* v6.12 include/linux/page_ref.h: folio_try_get; include/linux/mm.h: folio_get, get_page, get_page_unless_zero */
static inline bool folio_try_get(struct folio *folio) { return atomic_add_unless(&folio->page._refcount, 1, 0); }
static inline bool get_page_unless_zero(struct page *page) { return atomic_add_unless(&page->_refcount, 1, 0); }
static inline void folio_get(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) <= 0, folio);
	atomic_inc(&folio->page._refcount);
}
static inline void get_page(struct page *page) { folio_get(page_folio(page)); }

/* v6.12 include/linux/mm.h: folio_put, put_page, put_page_testzero. A page with a count of 0 is free. */
static inline bool put_page_testzero(struct page *page)
{
	VM_BUG_ON_PAGE(page_ref_count(page) == 0, page);
	return atomic_dec_and_test(&page->_refcount);
}
static inline bool folio_put_testzero(struct folio *folio) { return put_page_testzero(&folio->page); }
static inline void folio_put(struct folio *folio)
{
	if (folio_put_testzero(folio))
		NOTE("the folio is free");
}
static inline void put_page(struct page *page) { folio_put(page_folio(page)); }

/* v6.12 include/linux/mm.h: folio_mapcount; mm/rmap.c adds and removes. The count of mappings begins at -1. */
static inline int folio_mapcount(const struct folio *folio) { return atomic_read(&folio->page._mapcount) + 1; }
static inline bool folio_mapped(const struct folio *folio) { return folio_mapcount(folio) >= 1; }
static inline void folio_dup_anon_rmap_pte(struct folio *folio) { atomic_inc(&folio->page._mapcount); }
static inline void folio_remove_rmap_pte(struct folio *folio) { atomic_dec(&folio->page._mapcount); }

/* v6.12 include/linux/pagemap.h: folio_trylock, folio_lock; mm/filemap.c: folio_unlock */
static inline bool folio_trylock(struct folio *folio)
{
	return likely(!test_and_set_bit_lock(PG_locked, &folio->page.flags));
}
static inline void folio_lock(struct folio *folio)
{
	might_sleep();
	WAIT_UNTIL(folio_trylock(folio));
}
static inline void folio_unlock(struct folio *folio)
{
	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	clear_bit_unlock(PG_locked, &folio->page.flags);
}
static inline bool trylock_page(struct page *page) { return folio_trylock(page_folio(page)); }
static inline void lock_page(struct page *page) { folio_lock(page_folio(page)); }
static inline void unlock_page(struct page *page) { folio_unlock(page_folio(page)); }
static inline bool PageLocked(struct page *page) { return folio_test_locked(page_folio(page)); }

#endif
