/* SPDX-License-Identifier: MIT */
/* Wait queues and completions. */
#ifndef RACEWALK_WAIT_H
#define RACEWALK_WAIT_H

#include <kernel/access.h>
#include <kernel/context.h>

/* A sleeper waits until a wake-up that comes after it has queued itself. */
typedef struct wait_queue_head { unsigned int wakeups; } wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0 }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
static inline void init_waitqueue_head(wait_queue_head_t *wq) { wq->wakeups = 0; }
static inline void wake_up(wait_queue_head_t *wq) { __atomic_fetch_add(&wq->wakeups, 1, __ATOMIC_SEQ_CST); }
#define wake_up_all(wq) wake_up(wq)
#define wake_up_interruptible(wq) wake_up(wq)
#define wait_event(wq, cond)							\
	do {									\
		might_sleep();							\
		for (;;) {							\
			unsigned int rw_queued = __atomic_load_n(&(wq).wakeups, __ATOMIC_SEQ_CST); \
			if (cond)						\
				break;						\
			RW_LOAD_UNTIL(&(wq).wakeups, VAL != rw_queued, __ATOMIC_SEQ_CST); \
		}								\
	} while (0)
#define wait_event_interruptible(wq, cond) ({ wait_event(wq, cond); 0; })
#define wait_event_killable(wq, cond) ({ wait_event(wq, cond); 0; })

struct completion { unsigned int done; };

#define COMPLETION_INITIALIZER(name) { 0 }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
static inline void init_completion(struct completion *x) { x->done = 0; }
static inline void reinit_completion(struct completion *x) { x->done = 0; }
static inline bool completion_done(struct completion *x) { return READ_ONCE(x->done) != 0; }
static inline void complete(struct completion *x)
{
	ATOMICALLY("under x->wait.lock") {
		if (x->done != -1U)
			__atomic_fetch_add(&x->done, 1, __ATOMIC_RELEASE);
	}
}
static inline void complete_all(struct completion *x) { __atomic_store_n(&x->done, -1U, __ATOMIC_RELEASE); }
static inline bool try_wait_for_completion(struct completion *x)
{
	bool done;

	ATOMICALLY("under x->wait.lock") {
		unsigned int old = __atomic_load_n(&x->done, __ATOMIC_ACQUIRE);

		while (old && old != -1U &&
		       !__atomic_compare_exchange_n(&x->done, &old, old - 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			;
		done = old;
	}
	return done;
}
#define wait_for_completion(x) do { might_sleep(); WAIT_UNTIL(try_wait_for_completion(x)); } while (0)

#endif
