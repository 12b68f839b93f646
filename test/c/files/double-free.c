/* Two threads see that the buffer is there, and both free it. */
#include <racewalk.h>

OPTION_FLAG(EXCHANGE, fix, "the pointer is taken by xchg()");

struct buffer {
	char data;
};
POOL(struct buffer, 1);
struct buffer *buffer;
bool ready;

static void release_buffer(void)
{
	struct buffer *b;

	if (EXCHANGE) {
		b = xchg(&buffer, NULL);
	} else {
		b = READ_ONCE(buffer);
		WRITE_ONCE(buffer, NULL);
	}
	if (b)
		kfree(b);
}

THREAD(opener)
{
	struct buffer *b = kzalloc(sizeof(*b), GFP_KERNEL);

	WRITE_ONCE(buffer, b);
	smp_store_release(&ready, true);
}

THREADS(closer, 2)
{
	WAIT_UNTIL(smp_load_acquire(&ready));
	release_buffer();
}

REACHABLE("the buffer is gone", ready && !buffer);

SCENARIO(read_and_clear, VIOLATED);
SCENARIO(exchange, HOLDS, EXCHANGE = true);
