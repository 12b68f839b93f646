/** Pointers that hold an error number, and other addresses of no object. */
import { describe, expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

const declarations = `struct page { int nr; };
struct pte { int nr; };
POOL(struct page, 1);
struct page zero = { 7 };
struct pte ptes[2];
struct page *saved;
int fails = 1;
static struct page *get(int error)
{
	if (error)
		return ERR_PTR(error);
	return &zero;
}
static struct page *alloc(void)
{
	struct page *page = kmalloc(sizeof(*page), GFP_KERNEL);

	if (!page)
		return ERR_PTR(-ENOMEM);
	return page;
}
static struct pte *pte_of(struct page *page)
{
	if (IS_ERR(page))
		return ERR_CAST(page);
	return &ptes[1];
}
`;

const run = (body: string) => {
  const outcome = verdictOf(`#include <racewalk.h>\n${declarations}\nTHREAD(a)\n{\n${body}\n}\n`);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

describe('are what the kernel makes of them', () => {
  test.each([
    ['an error is one', 'struct page *p = get(-EBUSY); CHECK(IS_ERR(p) && PTR_ERR(p) == -EBUSY && p, "e");'],
    [
      'each has its number',
      'struct page *p = get(-EAGAIN), *q = get(-EBUSY); CHECK(p != q && PTR_ERR(p) == -EAGAIN && q == ERR_PTR(-EBUSY), "e");',
    ],
    [
      'an object is none',
      'struct page *p = get(0); CHECK(!IS_ERR(p) && p->nr == 7 && !IS_ERR_OR_NULL(p) && !PTR_ERR_OR_ZERO(p), "e");',
    ],
    ['NULL is none', 'CHECK(!IS_ERR(saved) && IS_ERR_OR_NULL(saved) && PTR_ERR(saved) == 0, "e");'],
    ['ERR_PTR(0) is NULL', 'saved = ERR_PTR(0); CHECK(!saved, "e");'],
    [
      'it moves to another type',
      'struct pte *pte = pte_of(get(-EBUSY)); CHECK(PTR_ERR(pte) == -EBUSY && pte_of(get(0)) == &ptes[1], "e");',
    ],
    [
      'it is kept in memory',
      'WRITE_ONCE(saved, ERR_PTR(-EINVAL)); CHECK(IS_ERR(READ_ONCE(saved)) && PTR_ERR_OR_ZERO(saved) == -EINVAL, "e");',
    ],
    [
      'it is one arm of two',
      'struct page *p = fails ? ERR_PTR(-EBUSY) : &zero; struct page *q = fails ? &zero : ERR_PTR(-EBUSY); CHECK(IS_ERR(p) && q == &zero, "e");',
    ],
    [
      'of an allocation that fails',
      'struct page *p = alloc(), *q = alloc(); CHECK(!IS_ERR(p) && PTR_ERR(q) == -ENOMEM, "e"); kfree(p);',
    ],
    [
      'the error is read before it is asked',
      'struct page *p = get(0); int error = PTR_ERR(p); if (!IS_ERR(p)) error = 0; CHECK(!error, "e");',
    ],
    [
      'a constant address',
      'saved = (struct page *)0x100; CHECK(saved && saved == (void *)0x100 && saved != (void *)0x122 && !IS_ERR(saved), "e");',
    ],
    [
      'a constant that is an error',
      'saved = (void *)-1L; CHECK(IS_ERR(saved) && PTR_ERR(saved) == -1, "e");',
    ],
  ])('%s', (_, body) => expect(run(body)).toBe('holds'));
});

describe('what is wrong', () => {
  const poison = /holds an error number, or poison/;
  test.each([
    ['an error is dereferenced', 'get(-EBUSY)->nr = 1;', poison],
    ['an error in memory is dereferenced', 'saved = get(-EBUSY); saved->nr = 1;', poison],
    ['poison is dereferenced', 'saved = (void *)0x100; saved->nr = 1;', poison],
    [
      'a number that no constant is',
      'int error = -EBUSY; error -= 1; get(error);',
      /ERR_PTR\(\) takes 0 or an error number/,
    ],
    ['a number above 0', 'get(fails);', /ERR_PTR\(\) takes 0 or an error number/],
    [
      'a cast of a pointer that holds none',
      'struct pte *pte = ERR_CAST(get(0));',
      /ERR_CAST\(\) takes a pointer that holds an error/,
    ],
    ['NULL is dereferenced', 'struct page *p = ERR_PTR(0); p->nr = 1;', /null pointer/],
    ['an error is freed', 'kfree(get(-EBUSY));', /only what kmalloc\(\) has returned is freed/],
    [
      'the error of a pointer that holds none',
      'struct page *p = get(0); int error = PTR_ERR(p); CHECK(error, "e");',
      /is written before it is read/,
    ],
    [
      'and it is returned',
      'struct page *p = get(0); saved = get(PTR_ERR(p));',
      /PTR_ERR\(\) of a pointer that holds no error/,
    ],
  ])('%s', (_, body, wrong) => expect(run(body)).toMatch(wrong));
});

test('a claim asks them', () => {
  const text = (claim: string) =>
    `#include <racewalk.h>\n${declarations}\nTHREAD(a) { WRITE_ONCE(saved, get(-EBUSY)); }\n${claim}`;
  expect(verdictOf(text('FINALLY("f", IS_ERR(saved) && PTR_ERR(saved) == -EBUSY);')).verdict).toBe('holds');
  expect(verdictOf(text('ALWAYS("f", !IS_ERR(saved));')).verdict).toBe('violated');
});
