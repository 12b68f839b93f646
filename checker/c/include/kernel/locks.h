/* SPDX-License-Identifier: MIT */
/* Spinlocks, read-write locks and mutexes: taking one is an acquire, leaving it a release. */
#ifndef RACEWALK_LOCKS_H
#define RACEWALK_LOCKS_H

#include <kernel/bug.h>
#include <kernel/context.h>
#include <kernel/refcount.h>

/* 0: free; -1: a writer or the one holder; else the number of readers. */
struct rw_lock { int holders; };

static inline bool rw_try(struct rw_lock *l, bool reader)
{
	bool got;

	ATOMICALLY("one read-modify-write") {
		int old = __atomic_load_n(&l->holders, __ATOMIC_RELAXED);

		do {
			got = reader ? old >= 0 : old == 0;
		} while (got && !__atomic_compare_exchange_n(&l->holders, &old, reader ? old + 1 : -1, false,
							     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	}
	return got;
}

/* Preemption stays off while the lock is held. */
static inline bool rw_spin_try(struct rw_lock *l, bool reader)
{
	bool got;

	preempt_disable();
	got = rw_try(l, reader);
	if (!got)
		preempt_enable();
	return got;
}

static inline void rw_lock(struct rw_lock *l, bool reader)
{
	do {
		rw_wait_enter();
	} while (!rw_wait_leave(rw_try(l, reader)));
}

static inline void rw_unlock(struct rw_lock *l, bool reader, const char *what)
{
	int old = reader ? __atomic_fetch_sub(&l->holders, 1, __ATOMIC_RELEASE)
			 : __atomic_exchange_n(&l->holders, 0, __ATOMIC_RELEASE);

	if (reader ? old <= 0 : old != -1)
		rw_bug(what, __FILE__, __LINE__);
}

static inline bool rw_held(const struct rw_lock *l) { return __atomic_load_n(&l->holders, __ATOMIC_RELAXED) != 0; }

typedef struct { struct rw_lock lock; } spinlock_t;
typedef struct { struct rw_lock lock; } raw_spinlock_t;
typedef struct { struct rw_lock lock; } rwlock_t;
struct mutex { struct rw_lock lock; };

#define __SPIN_LOCK_UNLOCKED(name) { { 0 } }
#define __RW_LOCK_UNLOCKED(name) { { 0 } }
#define __MUTEX_INITIALIZER(name) { { 0 } }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

static inline void spin_lock_init(spinlock_t *l) { l->lock.holders = 0; }
static inline void spin_lock(spinlock_t *l) { preempt_disable(); rw_lock(&l->lock, false); }
static inline void spin_unlock(spinlock_t *l)
{
	rw_unlock(&l->lock, false, "spin_unlock() of a lock that is free");
	preempt_enable();
}
static inline bool spin_trylock(spinlock_t *l) { return rw_spin_try(&l->lock, false); }
static inline bool spin_is_locked(const spinlock_t *l) { return rw_held(&l->lock); }
#define assert_spin_locked(l) BUG_ON(!spin_is_locked(l))

#define spin_lock_irq(l) do { local_irq_disable(); spin_lock(l); } while (0)
#define spin_unlock_irq(l) do { spin_unlock(l); local_irq_enable(); } while (0)
#define spin_lock_irqsave(l, flags) do { local_irq_save(flags); spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags) do { spin_unlock(l); local_irq_restore(flags); } while (0)
#define spin_lock_bh(l) do { local_bh_disable(); spin_lock(l); } while (0)
#define spin_unlock_bh(l) do { spin_unlock(l); local_bh_enable(); } while (0)
#define spin_trylock_irqsave(l, flags)						\
	({ bool rw_got; local_irq_save(flags); rw_got = spin_trylock(l); if (!rw_got) local_irq_restore(flags); rw_got; })
#define spin_lock_nested(l, subclass) spin_lock(l)

#define raw_spin_lock_init(l) spin_lock_init((spinlock_t *)(l))
#define raw_spin_lock(l) spin_lock((spinlock_t *)(l))
#define raw_spin_unlock(l) spin_unlock((spinlock_t *)(l))
#define raw_spin_trylock(l) spin_trylock((spinlock_t *)(l))
#define raw_spin_lock_irqsave(l, flags) spin_lock_irqsave((spinlock_t *)(l), flags)
#define raw_spin_unlock_irqrestore(l, flags) spin_unlock_irqrestore((spinlock_t *)(l), flags)

#define raw_spin_lock_irq(l) spin_lock_irq((spinlock_t *)(l))
#define raw_spin_unlock_irq(l) spin_unlock_irq((spinlock_t *)(l))
#define raw_spin_lock_bh(l) spin_lock_bh((spinlock_t *)(l))
#define raw_spin_unlock_bh(l) spin_unlock_bh((spinlock_t *)(l))
#define raw_spin_lock_nested(l, subclass) raw_spin_lock(l)
#define raw_spin_is_locked(l) spin_is_locked((const spinlock_t *)(l))

static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *l)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(l);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(l);
	return false;
}
static inline bool atomic_dec_and_lock(atomic_t *v, spinlock_t *l)
{
	if (atomic_add_unless(v, -1, 1))
		return false;
	spin_lock(l);
	if (atomic_dec_and_test(v))
		return true;
	spin_unlock(l);
	return false;
}

static inline void rwlock_init(rwlock_t *l) { l->lock.holders = 0; }
static inline void read_lock(rwlock_t *l) { preempt_disable(); rw_lock(&l->lock, true); }
static inline void read_unlock(rwlock_t *l)
{
	rw_unlock(&l->lock, true, "read_unlock() of a lock without readers");
	preempt_enable();
}
static inline void write_lock(rwlock_t *l) { preempt_disable(); rw_lock(&l->lock, false); }
static inline void write_unlock(rwlock_t *l)
{
	rw_unlock(&l->lock, false, "write_unlock() of a lock without a writer");
	preempt_enable();
}
static inline bool write_trylock(rwlock_t *l) { return rw_spin_try(&l->lock, false); }
static inline bool read_trylock(rwlock_t *l) { return rw_spin_try(&l->lock, true); }
#define read_lock_bh(l) do { local_bh_disable(); read_lock(l); } while (0)
#define read_unlock_bh(l) do { read_unlock(l); local_bh_enable(); } while (0)
#define write_lock_bh(l) do { local_bh_disable(); write_lock(l); } while (0)
#define write_unlock_bh(l) do { write_unlock(l); local_bh_enable(); } while (0)
#define read_lock_irq(l) do { local_irq_disable(); read_lock(l); } while (0)
#define read_unlock_irq(l) do { read_unlock(l); local_irq_enable(); } while (0)
#define write_lock_irq(l) do { local_irq_disable(); write_lock(l); } while (0)
#define write_unlock_irq(l) do { write_unlock(l); local_irq_enable(); } while (0)
#define read_lock_irqsave(l, flags) do { local_irq_save(flags); read_lock(l); } while (0)
#define read_unlock_irqrestore(l, flags) do { read_unlock(l); local_irq_restore(flags); } while (0)
#define write_lock_irqsave(l, flags) do { local_irq_save(flags); write_lock(l); } while (0)
#define write_unlock_irqrestore(l, flags) do { write_unlock(l); local_irq_restore(flags); } while (0)

static inline void mutex_init(struct mutex *l) { l->lock.holders = 0; }
#define mutex_lock(l) do { might_sleep(); rw_lock(&(l)->lock, false); } while (0)
#define mutex_lock_nested(l, subclass) mutex_lock(l)
#define mutex_lock_killable(l) ({ mutex_lock(l); 0; })
#define mutex_lock_interruptible(l) ({ mutex_lock(l); 0; })
static inline bool mutex_trylock(struct mutex *l) { return rw_try(&l->lock, false); }
static inline void mutex_unlock(struct mutex *l)
{
	rw_unlock(&l->lock, false, "mutex_unlock() of a mutex that is free");
}
static inline bool mutex_is_locked(const struct mutex *l) { return rw_held(&l->lock); }

#define lockdep_assert_held(l) WARN_ON(!rw_held((const struct rw_lock *)(l)))
#define lockdep_assert_held_read(l) lockdep_assert_held(l)
#define lockdep_assert_held_write(l) WARN_ON(__atomic_load_n((const int *)(l), __ATOMIC_RELAXED) != -1)

#endif
