/** Lists of the shipped header: their walks, and what goes wrong with entries that are freed, deleted or none. */
import { describe, expect, test } from 'vitest';
import { verdictOf } from './protocol.ts';

const declarations = `struct item { int nr; struct list_head link; };
POOL(struct item, 3);
static LIST_HEAD(list);
static LIST_HEAD(other);
DEFINE_SPINLOCK(lock);
static struct item *add(int nr)
{
	struct item *item = kmalloc(sizeof(*item), GFP_ATOMIC);

	item->nr = nr;
	list_add_tail(&item->link, &list);
	return item;
}
static int sum(void)
{
	struct item *item;
	int all = 0;

	list_for_each_entry(item, &list, link)
		all = 10 * all + item->nr;
	return all;
}
static void drop(struct list_head *head)
{
	struct item *item, *n;

	list_for_each_entry_safe(item, n, head, link) {
		list_del(&item->link);
		kfree(item);
	}
}
`;

const run = (body: string, more = '') => {
  const text = `#include <racewalk/list.h>\n${declarations}${more}\nTHREAD(a)\n{\nstruct item *item = NULL, *n = NULL;\n${body}\n}\n`;
  const outcome = verdictOf(text);
  return outcome.verdict === 'violated' ? outcome.property : outcome.verdict;
};

describe('walks', () => {
  test.each([
    ['over all entries', 'add(1); add(2); add(3); CHECK(sum() == 123, "s"); drop(&list);'],
    ['over none', 'CHECK(sum() == 0 && list_empty(&list), "s"); drop(&list);'],
    [
      'after a deletion',
      'add(1); item = add(2); add(3); list_del(&item->link); kfree(item); CHECK(sum() == 13, "s"); drop(&list);',
    ],
    [
      'after list_add()',
      'add(1); item = add(2); list_move(&item->link, &list); CHECK(sum() == 21, "s"); drop(&list);',
    ],
    [
      'backwards',
      'int all = 0; add(1); add(2); list_for_each_entry_reverse(item, &list, link) all = 10 * all + item->nr; CHECK(all == 21, "s"); drop(&list);',
    ],
    [
      'over heads of lists',
      'struct list_head *pos; int count = 0; add(1); add(2); list_for_each(pos, &list) count++; CHECK(count == 2, "s"); drop(&list);',
    ],
    [
      'after a splice',
      'add(1); add(2); list_splice_init(&list, &other); CHECK(sum() == 0 && list_empty(&list), "s"); drop(&other);',
    ],
    [
      'to the first entry',
      'CHECK(!list_first_entry_or_null(&list, struct item, link), "f"); add(4); item = list_first_entry(&list, struct item, link); CHECK(item->nr == 4, "f"); drop(&list);',
    ],
    [
      'by RCU',
      'add(1); item = kmalloc(sizeof(*item), GFP_ATOMIC); item->nr = 2; list_add_rcu(&item->link, &list); int all = 0; list_for_each_entry_rcu(n, &list, link) all = 10 * all + n->nr; CHECK(all == 21, "s"); drop(&list);',
    ],
  ])('%s', (_, body) => expect(run(body)).toBe('holds'));
});

describe('what is wrong', () => {
  test.each([
    [
      'an entry that is freed while it is visited',
      'add(1); list_for_each_entry(item, &list, link) kfree(item);',
      /no freed object is used/,
    ],
    [
      'an entry that is deleted while it is visited',
      'add(1); list_for_each_entry(item, &list, link) list_del(&item->link);',
      /holds an error number, or poison/,
    ],
    [
      'an entry that is freed and still in the list',
      'item = add(1); add(2); kfree(item); sum();',
      /no freed object is used/,
    ],
    [
      'a head behind the last entry',
      'add(1); list_for_each_entry(item, &list, link) { } item->nr = 2;',
      /container_of\(\) what is no such member/,
    ],
    [
      'the first entry of an empty list',
      'list_first_entry(&list, struct item, link)->nr = 2;',
      /container_of\(\) what is no such member/,
    ],
    [
      'two deletions',
      'item = add(1); list_del(&item->link); list_del(&item->link);',
      /holds an error number, or poison/,
    ],
    [
      'an entry of no list',
      'item = kzalloc(sizeof(*item), GFP_ATOMIC); list_del(&item->link);',
      /no null pointer is dereferenced/,
    ],
  ])('%s', (_, body, wrong) => expect(run(body)).toMatch(wrong));
});

test('the head at the end of a walk is none of another member, nor of another struct', () => {
  const more = `struct pair { struct list_head one, two; };
POOL(struct pair, 2);
static LIST_HEAD(pairs);`;
  const walk = (member: string) =>
    `struct pair *p = kzalloc(sizeof(*p), GFP_ATOMIC), *q; list_add(&p->one, &pairs); list_for_each_entry(q, &pairs, one) { }
q->${member}.next = NULL; list_del(&p->one); kfree(p);`;
  expect(run(walk('one'), more)).not.toMatch(/such member/);
  expect(run(walk('two'), more)).toMatch(/such member/);
});

test('a walk over entries whose member lies deeper in a struct, and over none of them', () => {
  const more = `struct inner { int nr; struct list_head link; };
struct outer { int nr; struct inner in; };
POOL(struct outer, 2);
static LIST_HEAD(outers);`;
  const walks = `struct outer *o, *m; int all = 0;
list_for_each_entry_safe(o, m, &outers, in.link) all++;
CHECK(all == 0, "empty");
o = kzalloc(sizeof(*o), GFP_ATOMIC); o->nr = 4; list_add(&o->in.link, &outers);
list_for_each_entry(o, &outers, in.link) all += o->nr;
list_for_each_entry_safe(o, m, &outers, in.link) { list_del(&o->in.link); kfree(o); }`;
  expect(run(`${walks} CHECK(all == 4, "all is %d", all);`, more)).toBe('holds');
  expect(run(`${walks} CHECK(all == 5, "all is %d", all);`, more)).toBe('all is all');
});

test('a use after free by a pointer to a member', () => {
  const keep = 'static struct list_head *kept;';
  expect(run('item = add(1); kept = &item->link; list_del(kept); kfree(item);', keep)).toBe('holds');
  expect(
    run('item = add(1); kept = &item->link; list_del(kept); kfree(item); kept->next = NULL;', keep),
  ).toMatch(/no freed object is used/);
});

test('two threads share a list under a lock alone', () => {
  const text = (take: string, leave: string) => `#include <racewalk/list.h>
${declarations}
THREAD(adder) { spin_lock(&lock); add(1); spin_unlock(&lock); }
THREAD(reaper) { ${take} drop(&list); ${leave} }`;
  expect(verdictOf(text('spin_lock(&lock);', 'spin_unlock(&lock);')).verdict).toBe('holds');
  expect(verdictOf(text('', '')).verdict).toBe('violated');
});

test('list_first_entry() needs no variable that points to the entry', () => {
  const text = `#include <racewalk/list.h>
    struct item { struct list_head link; int nr; } items[2];
    LIST_HEAD(list);
    THREAD(a) {
      for (int i = 0; i < 2; i++) { items[i].nr = i + 1; list_add_tail(&items[i].link, &list); }
      CHECK(list_first_entry(&list, struct item, link)->nr == 1 && list_last_entry(&list, struct item, link)->nr == 2, "");
    }`;
  expect(verdictOf(text)).toMatchObject({ verdict: 'holds' });
});
