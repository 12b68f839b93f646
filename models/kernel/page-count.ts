/** The reference count of a page, page->_count in v3.18 and page->_refcount since. */
import type { Operand, Statement, Variable } from 'racewalk';
import { assert, dec, eq, full, gt, inc, ne, relaxed, set, step, when } from 'racewalk';

/**
 * get_page(): the caller must know that the count is not 0.
 *
 * Assumes: one atomic read-modify-write that orders nothing, because it is atomic_inc(). The assertion is the
 *          kernel's VM_BUG_ON_PAGE(page_ref_count(page) <= 0).
 * Source:  include/linux/mm.h, get_page
 */
export const getPage = (pageCount: Variable<number>): Statement =>
  relaxed(step('get_page(page)',
    assert('nobody but the allocator raises a page count from 0', gt(pageCount, 0)),
    inc(pageCount)));

/**
 * get_page_unless_zero(): takes a reference unless the count is 0; `got` is true if it did.
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
 * Assumes: one fully ordered atomic read-modify-write: atomic_dec_and_test() returns a value.
 * Source:  include/linux/mm.h, put_page; Documentation/atomic_t.txt, ORDERING
 */
export const putPage = (pageCount: Variable<number>, text = 'put_page(page)'): Statement =>
  full(step(text, dec(pageCount)));

/**
 * page_ref_freeze(): sets the count to 0 if it is `expected`, so that no CPU can take a reference until page_ref_unfreeze().
 *
 * Assumes: one atomic read-modify-write, and on success a full barrier.
 * Source:  include/linux/page_ref.h, page_ref_freeze; page_freeze_refs in include/linux/pagemap.h before v4.6
 */
export const pageRefFreeze = (pageCount: Variable<number>, expected: Operand<number>, frozen: Variable<boolean>,
  text = `page_ref_freeze(page, ${typeof expected === 'number' ? expected : 'expected'})`): Statement =>
  step(text, set(frozen, eq(pageCount, expected)), when(frozen, set(pageCount, 0)));
