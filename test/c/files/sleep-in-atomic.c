/* A function that may sleep is called with interrupts off. */
#include <racewalk.h>

OPTION_FLAG(GFP_FLAG, fix, "the allocation does not sleep");

struct request {
	int sector;
};
POOL(struct request, 1);
DEFINE_SPINLOCK(queue_lock);
struct request *queue;

static struct request *take(void)
{
	struct request *request;
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	request = queue;
	queue = NULL;
	spin_unlock_irqrestore(&queue_lock, flags);
	return request;
}

THREAD(submit)
{
	struct request *request;
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	queue = kzalloc(sizeof(*queue), GFP_FLAG ? GFP_ATOMIC : GFP_KERNEL);
	spin_unlock_irqrestore(&queue_lock, flags);
	request = take();
	if (request) {
		REACHED("a request is complete");
		kfree(request);
	}
}

SCENARIO(gfp_kernel, VIOLATED);
SCENARIO(gfp_atomic, HOLDS, GFP_FLAG = true);
