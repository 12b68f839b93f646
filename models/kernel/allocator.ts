/** The page allocator as an agent of its own, and whose a page is. */
import type { Domain, Statement, Thread, Variable } from 'racewalk';
import { atomically, eq, set, thread, values, wait } from 'racewalk';

/** Whose a page is: of the process that the model is about, or of whoever got it after it was freed. */
export const Owner = values('this mm', 'another owner');
export type Owner = typeof Owner extends Domain<infer V> ? V : never;

/** A page as the allocator sees it. */
export interface OwnedPage {
  readonly count: Variable<number>;
  readonly owner: Variable<Owner>;
  /** In the free lists; left out where a count of 0 says so. */
  readonly isFree?: Variable<boolean>;
}

/**
 * alloc_page(): takes the page when it is free, at its old pfn, with a count of 1.
 *
 * Assumes: the allocator's own locks; a page in its free lists has a count of 0, which nobody else may raise.
 * Source:  mm/page_alloc.c, prep_new_page and set_page_refcounted
 */
export const allocPage = (page: OwnedPage, owner: Owner): Statement =>
  atomically('a free page belongs to the allocator alone',
    wait('page = alloc_page(gfp_mask)', page.isFree ?? eq(page.count, 0),
      ...(page.isFree === undefined ? [] : [set(page.isFree, false)]),
      set(page.count, 1),
      set(page.owner, owner)));

/**
 * The rest of the machine: it may allocate the page as soon as that is free, and keeps it.
 *
 * Assumes: the other owner does not free the page again; that would only lead back to a free page.
 */
export const anotherOwner = (page: OwnedPage, name = 'another owner'): Thread =>
  thread(name, { mayBlockForever: true }, () => [allocPage(page, 'another owner')]);
