/* SPDX-License-Identifier: MIT */
/* Stubs: tasks that sleep, and who wakes them. Each CPU runs one task. */
#ifndef RACEWALK_SCHED_H
#define RACEWALK_SCHED_H

#include <racewalk.h>

/* v6.12 include/linux/sched.h */
#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
struct task_struct {
	unsigned int __state;
};
DEFINE_PER_CPU(struct task_struct, __tasks);
#define current this_cpu_ptr(&__tasks)
#define __set_current_state(state) WRITE_ONCE(current->__state, state)
#define set_current_state(state) smp_store_mb(current->__state, state)

/* v6.12 kernel/sched/core.c: cpu_curr, the task of a CPU */
#define cpu_curr(cpu) per_cpu_ptr(&__tasks, cpu)

/* v6.12 kernel/sched/core.c: __schedule, a full barrier; a task that is not TASK_RUNNING then sleeps until it is woken */
#undef schedule
#define schedule()								\
	do {									\
		might_sleep();							\
		smp_mb();							\
		WAIT_UNTIL(smp_load_acquire(&current->__state) == TASK_RUNNING); \
	} while (0)

/*
 * v6.12 kernel/sched/core.c: try_to_wake_up, a full barrier before the state is read. The task itself stores its state
 * without a lock, so that a wake-up may come late and end the task's next sleep.
 */
static inline int wake_up_state(struct task_struct *p, unsigned int state)
{
	smp_mb();
	if (!(READ_ONCE(p->__state) & state))
		return 0;
	WRITE_ONCE(p->__state, TASK_RUNNING);
	return 1;
}
#define wake_up_process(p) wake_up_state(p, TASK_NORMAL)

#endif
