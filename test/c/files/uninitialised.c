/* An object is published before all of its members have been written. */
#include <racewalk.h>

OPTION_FLAG(WRITE_FIRST, fix, "the writer publishes the object when all its members are written");
OPTION_FLAG(ZEROED, fix, "the allocator zeroes the object");

struct item {
	int value;
	unsigned long flags;
};
POOL(struct item, 1);
struct item *head;

THREAD(reader)
{
	struct item *item = smp_load_acquire(&head);
	int value;

	if (item)
		value = READ_ONCE(item->value);
	if (item && value == 7)
		REACHED("the reader sees the value");
}

THREAD(writer)
{
	struct item *item = kmalloc(sizeof(*item), ZEROED ? GFP_ATOMIC | __GFP_ZERO : GFP_ATOMIC);

	if (!item)
		return;
	if (WRITE_FIRST)
		WRITE_ONCE(item->value, 7);
	smp_store_release(&head, item);
	if (!WRITE_FIRST)
		WRITE_ONCE(item->value, 7);
}

SCENARIO(published_first, VIOLATED);
SCENARIO(written_first, HOLDS, WRITE_FIRST = true);
SCENARIO(written_first_pso, HOLDS, WRITE_FIRST = true, MEMORY = pso);
SCENARIO(zeroed, HOLDS, ZEROED = true);
