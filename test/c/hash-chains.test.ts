/** Hash chains of the shipped header: their walks beside a writer, and what goes wrong with an entry that is freed. */
import { expect, test } from 'vitest';
import { defaultSettings, memoryModels } from '../../checker/memory/memory-models.ts';
import { check } from '../../checker/search/check.ts';
import { withoutGcc } from './gcc.ts';
import { protocol } from './protocol.ts';
import { runNatively } from './native.ts';

const declarations = `#include <racewalk/hlist.h>
  struct item { int nr; struct hlist_node node; struct rcu_head rcu; };
  POOL(struct item, 2);
  struct item *items[2];
  static HLIST_HEAD(chain);
  static int sum(void) {
    struct item *item; int all = 0;
    hlist_for_each_entry(item, &chain, node) all = 10 * all + item->nr;
    return all;
  }
  static void prepare(void) {
    for (int i = 0; i < 2; i++) { items[i] = kmalloc(sizeof(*items[i]), GFP_KERNEL); items[i]->nr = i + 1; }
  }`;

const oneThread = `${declarations}
  THREAD(t) {
    struct item *item; struct hlist_node *n;
    prepare();
    CHECK(hlist_empty(&chain), "empty");
    hlist_add_head(&items[0]->node, &chain); hlist_add_head(&items[1]->node, &chain);
    CHECK(sum() == 21, "the last comes first");
    hlist_del_init(&items[1]->node); hlist_del_init(&items[1]->node);
    CHECK(sum() == 1 && hlist_unhashed(&items[1]->node), "one is left");
    hlist_add_behind(&items[1]->node, &items[0]->node);
    CHECK(sum() == 12, "behind");
    hlist_del(&items[0]->node);
    CHECK(sum() == 2, "the first is gone");
    hlist_for_each_entry_safe(item, n, &chain, node) hlist_del(&item->node);
    CHECK(sum() == 0, "none is left");
    kfree(items[0]); kfree(items[1]);
  }`;

test('entries come and go', () => {
  expect(check(protocol(oneThread).build()).outcome).toMatchObject({ verdict: 'holds' });
});

test.skipIf(withoutGcc)('gcc finds the same', () => {
  expect(runNatively([oneThread])[0]).toMatchObject({ violated: new Set(), deadlock: false });
});

/** A reader walks while a writer adds an entry and removes it. */
const beside = (add: string, free: string) => `${declarations}
  THREAD(writer) {
    struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);
    item->nr = 7;
    ${add}(&item->node, &chain);
    hlist_del_rcu(&item->node);
    ${free};
  }
  THREAD(reader) {
    struct item *item;
    rcu_read_lock();
    hlist_for_each_entry_rcu(item, &chain, node) { REACHED("an entry"); CHECK(READ_ONCE(item->nr) == 7, "initialised"); }
    rcu_read_unlock();
  }`;

test.each([
  ['hlist_add_head_rcu', 'kfree_rcu(item, rcu)', 'holds'],
  ['hlist_add_head', 'kfree_rcu(item, rcu)', 'violated'],
  ['hlist_add_head_rcu', 'kfree(item)', 'violated'],
])('under arm64, %s() and %s: %s', (add, free, verdict) => {
  const model = memoryModels.arm64(protocol(beside(add, free)).build(), defaultSettings);
  expect(check(model).outcome.verdict).toBe(verdict);
});
