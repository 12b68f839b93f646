/* Producers that check for room and then take a slot, in two steps, write behind the array. */
#include <racewalk.h>

OPTION_FLAG(TAKE_AT_ONCE, fix, "check and increment are one atomic operation");
OPTION_INT(NR_SLOTS, size, "slots", 1, 8, 2);

int slots[NR_SLOTS];
atomic_t used;

static int take_slot(void)
{
	int old;

	if (TAKE_AT_ONCE) {
		old = atomic_read(&used);
		do {
			if (old >= NR_SLOTS)
				return -1;
		} while (!atomic_try_cmpxchg(&used, &old, old + 1));
		return old;
	}
	if (atomic_read(&used) >= NR_SLOTS)
		return -1;
	return atomic_fetch_inc(&used);
}

THREADS(producer, NR_SLOTS + 1)
{
	int slot = take_slot();

	if (slot >= 0)
		slots[slot] = CPU + 1;
}

REACHABLE("every slot is used", FOR_ALL(i, NR_SLOTS, slots[i] != 0));

SCENARIO(check_then_take, VIOLATED);
SCENARIO(at_once, HOLDS, TAKE_AT_ONCE = true);
