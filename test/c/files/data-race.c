/* A flag that one CPU writes plainly and another reads plainly, without a common lock. */
#include <racewalk.h>

OPTION_ENUM(access, variant, "how the flag is accessed", plain, marked, excused, locked);

DEFINE_SPINLOCK(lock);
int flag;

static void set_flag(void)
{
	if (access == plain || access == excused) {
		flag = 1;
	} else if (access == marked) {
		WRITE_ONCE(flag, 1);
	} else {
		spin_lock(&lock);
		flag = 1;
		spin_unlock(&lock);
	}
}

static int get_flag(void)
{
	int value;

	if (access == plain)
		return flag;
	if (access == marked)
		return READ_ONCE(flag);
	if (access == excused)
		return data_race(flag);
	spin_lock(&lock);
	value = flag;
	spin_unlock(&lock);
	return value;
}

THREAD(writer)
{
	set_flag();
}

THREAD(reader)
{
	if (get_flag())
		REACHED("the reader sees the flag");
}

SCENARIO(plain_accesses, VIOLATED);
SCENARIO(marked_accesses, HOLDS, access = marked);
SCENARIO(data_race_macro, HOLDS, access = excused);
SCENARIO(common_lock, HOLDS, access = locked);
