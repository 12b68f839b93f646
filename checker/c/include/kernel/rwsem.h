/* SPDX-License-Identifier: MIT */
/* Read-write semaphores. A waiting writer does not keep readers out. */
#ifndef RACEWALK_RWSEM_H
#define RACEWALK_RWSEM_H

#include <kernel/locks.h>

struct rw_semaphore { struct rw_lock lock; };

#define __RWSEM_INITIALIZER(name) { { 0 } }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

static inline void init_rwsem(struct rw_semaphore *sem) { sem->lock.holders = 0; }
#define down_read(sem) do { might_sleep(); rw_lock(&(sem)->lock, true); } while (0)
#define down_write(sem) do { might_sleep(); rw_lock(&(sem)->lock, false); } while (0)
#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)
#define down_read_killable(sem) ({ down_read(sem); 0; })
#define down_write_killable(sem) ({ down_write(sem); 0; })
static inline int down_read_trylock(struct rw_semaphore *sem) { return rw_try(&sem->lock, true); }
static inline int down_write_trylock(struct rw_semaphore *sem) { return rw_try(&sem->lock, false); }
static inline void up_read(struct rw_semaphore *sem)
{
	rw_unlock(&sem->lock, true, "up_read() of a semaphore without readers");
}
static inline void up_write(struct rw_semaphore *sem)
{
	rw_unlock(&sem->lock, false, "up_write() of a semaphore without a writer");
}
static inline void downgrade_write(struct rw_semaphore *sem)
{
	if (__atomic_exchange_n(&sem->lock.holders, 1, __ATOMIC_RELEASE) != -1)
		rw_bug("downgrade_write() of a semaphore without a writer", __FILE__, __LINE__);
}
static inline int rwsem_is_locked(const struct rw_semaphore *sem) { return rw_held(&sem->lock); }

#endif
