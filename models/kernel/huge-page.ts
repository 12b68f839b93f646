/** A huge page before v4.5: a reference to a tail raises the head's count and the tail's mapcount. */
import type { Text, Variable } from 'racewalk';
import { bool, branch, dec, full, inc, init, range, relaxed, set, step } from 'racewalk';
import { spinLock, spinUnlock } from './locks.ts';

/** A head and one of its tails. */
export interface HugePage {
  readonly headCount: Variable<number>;
  readonly tailCount: Variable<number>;
  readonly tailMapcount: Variable<number>;
  readonly pageTail: Variable<boolean>;
  readonly compoundLock: Variable<boolean>;
}

/** Declares a huge page that is mapped once and that up to `pins` callers may pin. Spread the result into shared(...). */
export const hugePage = (pins: number) => ({
  headCount:    init(range(0, pins + 2), 1, 'page->_count of the head: 1 is the mapping'),
  tailCount:    init(range(0, pins + 2), 0, 'page->_count of the tail: 0 until the split'),
  tailMapcount: init(range(0, pins + 2), 0, 'page_mapcount of the tail: its pins until the split, its mappings after it'),
  pageTail:     init(bool, true, 'PageTail(page)'),
  compoundLock: init(bool, false, 'compound_lock of the head'),
});

/**
 * get_huge_page_tail(): pins the tail of a huge page whose head the caller has pinned.
 *
 * Assumes: its VM_BUG_ON_PAGE(!PageTail(page)) is compiled out, as in production kernels.
 * Source:  v3.18 include/linux/mm.h, get_huge_page_tail
 */
export const getHugePageTail = (page: HugePage): Text => [
  relaxed(step('atomic_inc(&page->_mapcount)', inc(page.tailMapcount))),
];

/**
 * put_page() of the tail, which may be a separate page by now; it sets `held`, the caller's mark of its pin, to false.
 *
 * Assumes: compound_lock excludes the split between the test of PageTail and the drop of the references. The model
 *          omits the reference to the head that put_page takes first and drops again: the mapping keeps the head.
 * Source:  v3.18 mm/swap.c, put_refcounted_compound_page
 */
export const putHugePageTail = (page: HugePage, held: Variable<boolean>): Text => [
  spinLock('compound_lock_irqsave(page_head)', page.compoundLock),
  branch('PageTail(page)', page.pageTail, [
    relaxed(step('atomic_dec(&page->_mapcount)', dec(page.tailMapcount), set(held, false))),
    full(step('put_page_testzero(page_head)', dec(page.headCount))),
  ], [
    full(step('put_page_testzero(page)', dec(page.tailCount), set(held, false))),
  ]),
  spinUnlock('compound_unlock_irqrestore(page_head, flags)', page.compoundLock),
];
