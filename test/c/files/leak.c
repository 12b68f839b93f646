/* Two CPUs install an object; the one that comes second must free its own. */
#include <racewalk.h>

OPTION_FLAG(FREE, fix, "the loser frees its object");
struct item { int value; };
POOL(struct item, 2);
struct item *head;
GHOST int installs;
THREADS(install, 2)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (cmpxchg(&head, NULL, item) == NULL)
		installs++;
	else if (FREE)
		kfree(item);
}
FINALLY("one object is installed", installs == 1);
SCENARIO(leak, VIOLATED);
SCENARIO(freed, HOLDS, FREE = true);
