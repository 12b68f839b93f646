/** The page allocator as a separate thread, and the owner of a page. */
import type { Domain, Statement, Thread, Variable } from 'racewalk';
import { atomically, eq, set, thread, values, wait } from 'racewalk';

/** The owner of a page: the process under test, or the one that allocates the page after it is freed. */
export const Owner = values('this mm', 'another owner');
export type Owner = typeof Owner extends Domain<infer V> ? V : never;

/** The state of a page that the allocator uses. */
export interface OwnedPage {
  readonly count: Variable<number>;
  readonly owner: Variable<Owner>;
  /** In the free lists; absent if a count of 0 implies it. */
  readonly isFree?: Variable<boolean>;
}

/**
 * alloc_page(): waits until the page is free and takes it, at its old pfn, with a count of 1.
 *
 * Assumes: the allocator's locks; a page in the free lists has a count of 0, which no other code may raise.
 * Source:  mm/page_alloc.c, prep_new_page and set_page_refcounted
 */
export const allocPage = (page: OwnedPage, owner: Owner): Statement =>
  atomically('a free page belongs to the allocator alone',
    wait('page = alloc_page(gfp_mask)', page.isFree ?? eq(page.count, 0),
      ...(page.isFree === undefined ? [] : [set(page.isFree, false)]),
      set(page.count, 1),
      set(page.owner, owner)));

/**
 * The rest of the machine: it may allocate the page once the page is free, and keeps it.
 *
 * Assumes: the other owner does not free the page; that would only lead back to a free page.
 */
export const anotherOwner = (page: OwnedPage, name = 'another owner'): Thread =>
  thread(name, { mayBlockForever: true }, () => [allocPage(page, 'another owner')]);
