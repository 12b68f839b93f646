/** The reference count of a page, page->_count in v3.18 and page->_refcount since. */
import type { Statement, Variable } from 'racewalk';
import { assert, dec, gt, inc, ne, set, step, when } from 'racewalk';

/**
 * get_page(): the caller must know that the count is not 0.
 *
 * Assumes: one atomic read-modify-write; the kernel's own VM_BUG_ON_PAGE(page_ref_count(page) <= 0) is the assertion.
 * Source:  include/linux/mm.h, get_page
 */
export const getPage = (pageCount: Variable<number>): Statement =>
  step('get_page(page)', assert('nobody but the allocator raises a page count from 0', gt(pageCount, 0)), inc(pageCount));

/**
 * get_page_unless_zero(): `got` says whether there was a reference to add to.
 *
 * Assumes: one atomic read-modify-write, and on success a full barrier.
 * Source:  include/linux/mm.h, get_page_unless_zero; called by page_cache_get_speculative in gup_pte_range
 */
export const getPageUnlessZero = (
  pageCount: Variable<number>, got: Variable<boolean>, text = 'get_page_unless_zero(page)',
): Statement =>
  step(text, set(got, ne(pageCount, 0)), when(got, inc(pageCount)));

/**
 * put_page(): a page whose count becomes 0 is free.
 *
 * Assumes: one atomic read-modify-write.
 * Source:  include/linux/mm.h, put_page
 */
export const putPage = (pageCount: Variable<number>): Statement => step('put_page(page)', dec(pageCount));
