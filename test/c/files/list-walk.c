/* A list of the kernel with its walker, under a lock. */
#include <racewalk.h>
struct list_head { struct list_head *next, *prev; };
struct node { int key; struct list_head link; };
struct node nodes[3] = { { .key = 1 }, { .key = 2 }, { .key = 3 } };
struct list_head head = { &head, &head };
DEFINE_SPINLOCK(lock);
static void list_add(struct list_head *new, struct list_head *prev)
{
	struct list_head *next = prev->next;

	next->prev = new;
	new->next = next;
	new->prev = prev;
	WRITE_ONCE(prev->next, new);
}
#define list_entry(p, type, m) container_of(p, type, m)
#define list_for_each_entry(pos, h, m) \
	for (pos = list_entry((h)->next, struct node, m); &pos->m != (h); pos = list_entry(pos->m.next, struct node, m))
int sum;
THREADS(adder, 2)
{
	spin_lock(&lock);
	list_add(&nodes[CPU].link, &head);
	spin_unlock(&lock);
}
THREAD(walker)
{
	struct node *pos;
	int total = 0;

	spin_lock(&lock);
	list_for_each_entry(pos, &head, link) {
		switch (pos->key) {
		case 1: total += 1; break;
		case 2: total |= 2;
			fallthrough;
		default: total += 0;
		}
	}
	spin_unlock(&lock);
	WRITE_ONCE(sum, total);
}
REACHABLE("both", sum == 3);
FINALLY("range", sum >= 0 && sum <= 3);
SCENARIO(locked, HOLDS);
