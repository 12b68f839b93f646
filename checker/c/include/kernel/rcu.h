/* SPDX-License-Identifier: MIT */
/* RCU: read sections, grace periods, and pointers that they protect. */
#ifndef RACEWALK_RCU_H
#define RACEWALK_RCU_H

#include <kernel/access.h>
#include <kernel/context.h>

struct rcu_head { struct rcu_head *next; };
typedef void (*rcu_callback_t)(struct rcu_head *head);

#define rcu_read_lock() rw_context_add(RW_RCU_READER, 1)
#define rcu_read_unlock() rw_context_add(RW_RCU_READER, -1)
#define rcu_read_lock_sched() do { preempt_disable(); rcu_read_lock(); } while (0)
#define rcu_read_unlock_sched() do { rcu_read_unlock(); preempt_enable(); } while (0)
#define rcu_read_lock_bh() do { local_bh_disable(); rcu_read_lock(); } while (0)
#define rcu_read_unlock_bh() do { rcu_read_unlock(); local_bh_enable(); } while (0)
#define rcu_read_lock_held() (rw_context_depth(RW_RCU_READER) > 0)

/* Waits for every read section that has begun; irqs off and preemption off are read sections too. */
#define synchronize_rcu() do { might_sleep(); rw_grace_period(); } while (0)
#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_sched() synchronize_rcu()
#define synchronize_net() synchronize_rcu()
static inline void call_rcu(struct rcu_head *head, rcu_callback_t f)
{
	rw_after_grace_period(head, (void (*)(void *))f);
}
/* Waits for every callback that has been queued. */
#define rcu_barrier() do { might_sleep(); rw_callbacks(); } while (0)
static inline void rw_free_head(void *object) { rw_free(object); }
static inline void rw_free_later(void *object)
{
	if (object)
		rw_after_grace_period(object, rw_free_head);
}
#define kfree_rcu(ptr, member) rw_free_later((ptr) + 0 * offsetof(__typeof__(*(ptr)), member))
#define kvfree_rcu(ptr, member) kfree_rcu(ptr, member)
#define kfree_rcu_mightsleep(ptr) do { synchronize_rcu(); kfree(ptr); } while (0)
#define kvfree_rcu_mightsleep(ptr) kfree_rcu_mightsleep(ptr)

#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_check(p, c) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_sched(p) READ_ONCE(p)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, value) smp_store_release(&(p), (value))
#define RCU_INIT_POINTER(p, value) WRITE_ONCE(p, value)
#define rcu_replace_pointer(p, value, c)					\
	({ __typeof__(p) rw_was = (p); rcu_assign_pointer(p, value); rw_was; })

#endif
