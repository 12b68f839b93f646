/* Data and a flag: what orders them decides under which memory model the receiver sees old data. */
#include <racewalk.h>

OPTION_ENUM(order, fix, "what orders the data and the flag", nothing, barriers, release_acquire);

int data, flag;

static void send(void)
{
	WRITE_ONCE(data, 1);
	if (order == barriers)
		smp_wmb();
	if (order == release_acquire)
		smp_store_release(&flag, 1);
	else
		WRITE_ONCE(flag, 1);
}

static bool receive(void)
{
	bool sent = order == release_acquire ? smp_load_acquire(&flag) : READ_ONCE(flag);

	if (order == barriers)
		smp_rmb();
	return sent;
}

THREAD(sender)
{
	send();
}

THREAD(receiver)
{
	if (receive()) {
		int seen = READ_ONCE(data);

		CHECK(seen == 1, "the receiver sees the flag, and %d as data", seen);
		REACHED("the receiver sees the flag");
	}
}

SCENARIO(interleaving, HOLDS);
SCENARIO(x86, HOLDS, MEMORY = tso);
SCENARIO(unordered, VIOLATED, MEMORY = arm64);
SCENARIO(with_barriers, HOLDS, order = barriers, MEMORY = arm64);
SCENARIO(with_release_acquire, HOLDS, order = release_acquire, MEMORY = arm64);
