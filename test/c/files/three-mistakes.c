/* Three mistakes: an unknown field, an unknown function, an unknown variable in a claim. */
#include <racewalk.h>

struct page {
	atomic_t _refcount;
	bool locked;
};
struct page page;

static void lock(struct page *p)
{
	p->lokced = true;
	flush_everything(p);
}

THREAD(locker)
{
	lock(&page);
}

REACHABLE("the page is locked", pgae.locked);
