/* A lookup takes a reference that the last put has already given up: atomic_inc() where atomic_inc_not_zero() is needed. */
#include <racewalk.h>

OPTION_FLAG(UNLESS_ZERO, fix, "the lookup takes no reference when the count is 0");

struct object {
	atomic_t count;
	bool freed;
};
struct object object = { .count = ATOMIC_INIT(1) };
struct object *table = &object;

static void put(struct object *o)
{
	if (atomic_dec_and_test(&o->count))
		WRITE_ONCE(o->freed, true);
}

static struct object *lookup(void)
{
	struct object *o = READ_ONCE(table);

	if (!o)
		return NULL;
	if (UNLESS_ZERO)
		return atomic_inc_not_zero(&o->count) ? o : NULL;
	atomic_inc(&o->count);
	return o;
}

THREAD(user)
{
	struct object *o = lookup();

	if (o) {
		REACHED("the lookup finds the object");
		HOLDS_HERE(!o->freed, "%p is used, but it is free", o);
		put(o);
	}
}

THREAD(remover)
{
	WRITE_ONCE(table, NULL);
	put(&object);
}

SCENARIO(inc, VIOLATED);
SCENARIO(inc_not_zero, HOLDS, UNLESS_ZERO = true);
