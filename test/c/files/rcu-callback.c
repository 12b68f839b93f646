/* A reader follows a pointer to an object that the writer frees: at once, by call_rcu() or by kfree_rcu(). */
#include <racewalk.h>

OPTION_ENUM(how, fix, "how the writer frees the object", at_once, callback, later);
OPTION_FLAG(BARRIER, variant, "the writer waits for the callback, and looks at the object");

struct item {
	int value;
	struct rcu_head rcu;
};
POOL(struct item, 1);
struct item *head;
int freed;

static void free_item(struct rcu_head *rcu)
{
	struct item *item = container_of(rcu, struct item, rcu);

	WRITE_ONCE(freed, READ_ONCE(item->value));
	kfree(item);
}

THREAD(reader)
{
	struct item *item;

	rcu_read_lock();
	item = rcu_dereference(head);
	if (item) {
		int value = READ_ONCE(item->value);

		CHECK(value == 7, "the reader sees %d", value);
	}
	rcu_read_unlock();
}

THREAD(writer)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return;
	WRITE_ONCE(item->value, 7);
	rcu_assign_pointer(head, item);
	REACHED("the item is published");
	rcu_assign_pointer(head, NULL);
	if (how == callback)
		call_rcu(&item->rcu, free_item);
	else if (how == later)
		kfree_rcu(item, rcu);
	else
		kfree(item);
	if (BARRIER) {
		rcu_barrier();
		WRITE_ONCE(item->value, 0);
	}
}

FINALLY("the callback has run", how != callback || freed == 7);
SCENARIO(free_at_once, VIOLATED);
SCENARIO(by_call_rcu, HOLDS, how = callback);
SCENARIO(by_kfree_rcu, HOLDS, how = later);
SCENARIO(by_call_rcu_tso, HOLDS, how = callback, MEMORY = tso);
SCENARIO(by_kfree_rcu_pso, HOLDS, how = later, MEMORY = pso);
SCENARIO(used_after_the_barrier, VIOLATED, how = callback, BARRIER = true);
