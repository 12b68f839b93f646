/* A reader follows a pointer to an object that the writer frees without a grace period. */
#include <racewalk.h>

OPTION_FLAG(WAIT_FOR_READERS, fix, "the writer waits for a grace period before it frees");

struct item {
	int value;
};
POOL(struct item, 1);
struct item *head;

THREAD(reader)
{
	struct item *item;

	rcu_read_lock();
	item = rcu_dereference(head);
	if (item) {
		int value = item->value;

		CHECK(value == 7, "the reader sees %d", value);
	}
	rcu_read_unlock();
}

THREAD(writer)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return;
	item->value = 7;
	rcu_assign_pointer(head, item);
	REACHED("the item is published");
	rcu_assign_pointer(head, NULL);
	if (WAIT_FOR_READERS)
		synchronize_rcu();
	kfree(item);
}

SCENARIO(at_once, VIOLATED);
SCENARIO(after_grace_period, HOLDS, WAIT_FOR_READERS = true);
