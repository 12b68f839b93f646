/* Two call chains take the same two locks in opposite orders. */
#include <racewalk.h>

OPTION_FLAG(SAME_ORDER, fix, "both take the inode's lock first");

struct inode {
	spinlock_t i_lock;
	int users;
};
struct mapping {
	spinlock_t tree_lock;
	int pages;
};
struct inode inode;
struct mapping mapping;

static void add_page(void)
{
	spin_lock(&mapping.tree_lock);
	mapping.pages++;
	spin_unlock(&mapping.tree_lock);
}

static void drop_inode(void)
{
	spin_lock(&inode.i_lock);
	inode.users--;
	spin_unlock(&inode.i_lock);
}

THREAD(writer)
{
	spin_lock(&inode.i_lock);
	inode.users++;
	add_page();
	spin_unlock(&inode.i_lock);
}

THREAD(evictor)
{
	if (SAME_ORDER) {
		drop_inode();
		add_page();
	} else {
		spin_lock(&mapping.tree_lock);
		drop_inode();
		spin_unlock(&mapping.tree_lock);
	}
}

FINALLY("the inode has no users", inode.users == 0);

SCENARIO(opposite, DEADLOCK);
SCENARIO(same, HOLDS, SAME_ORDER = true);
