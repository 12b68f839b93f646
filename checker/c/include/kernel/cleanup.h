/* SPDX-License-Identifier: MIT */
/* What is done when control leaves a scope: guard(mutex)(&lock), scoped_guard(), __free(kfree). After include/linux/cleanup.h. */
#ifndef RACEWALK_CLEANUP_H
#define RACEWALK_CLEANUP_H

#include <kernel/context.h>
#include <kernel/locks.h>
#include <kernel/rcu.h>
#include <kernel/rwsem.h>
#include <kernel/slab.h>

#define __cleanup(f) __attribute__((__cleanup__(f)))
#define RW_UNIQUE(name) RW_CAT(name, __COUNTER__)

#define DEFINE_FREE(name, type, code)						\
	static inline __maybe_unused void __free_##name(void *p) { type _T = *(type *)p; code; }
#define __free(name) __cleanup(__free_##name)
#define no_free_ptr(p) ({ __typeof__(p) rw_ptr = (p); (p) = NULL; rw_ptr; })
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

#define DEFINE_CLASS(name, type, exit, init, init_args...)			\
	typedef type class_##name##_t;						\
	static inline __maybe_unused void class_##name##_destructor(type *p) { type _T = *p; exit; } \
	static inline __maybe_unused type class_##name##_constructor(init_args) { type t = init; return t; }
#define CLASS(name, var)							\
	class_##name##_t var __cleanup(class_##name##_destructor) = class_##name##_constructor

/* A guard is a struct with the object that it is of, NULL where it has not been taken, and what it keeps. */
#define RW_GUARD(name, type, parameter, members, take, give)			\
	typedef type rw_type_##name;						\
	typedef struct { type lock; members } class_##name##_t;			\
	static inline __maybe_unused void class_##name##_destructor(class_##name##_t *rw_p) \
	{									\
		if (rw_p->lock) { give; }					\
	}									\
	static inline __maybe_unused class_##name##_t class_##name##_constructor(type parameter) \
	{									\
		class_##name##_t rw_guard = { .lock = parameter }, *rw_p = &rw_guard;	\
		take;								\
		return *rw_p;							\
	}
#define RW_GUARD_COND(name, ext, parameter, take)				\
	typedef class_##name##_t class_##name##ext##_t;				\
	static inline __maybe_unused void class_##name##ext##_destructor(class_##name##_t *p) \
	{									\
		class_##name##_destructor(p);					\
	}									\
	static inline __maybe_unused class_##name##_t class_##name##ext##_constructor(rw_type_##name parameter) \
	{									\
		class_##name##_t rw_guard = { .lock = parameter }, *rw_p = &rw_guard;	\
		if (!(take))							\
			rw_p->lock = NULL;					\
		return *rw_p;							\
	}
/* `_T` is the object, or the guard. */
#define RW_OBJECT(code) ({ __auto_type _T = rw_p->lock; (void)_T; code; })
#define RW_SELF(code) ({ __auto_type _T = rw_p; (void)_T; code; })
#define RW_TAKEN(take, condition, ...) ({ __auto_type _RET = (take); (bool)(condition); })

#define DEFINE_GUARD(name, type, take, give)					\
	RW_GUARD(name, type, l, , RW_OBJECT(take), RW_OBJECT(give))
#define DEFINE_GUARD_COND(name, ext, take, ...)					\
	RW_GUARD_COND(name, ext, l, RW_OBJECT(RW_TAKEN(take, ##__VA_ARGS__, _RET)))
#define DEFINE_LOCK_GUARD_1(name, type, take, give, ...)			\
	RW_GUARD(name, type *, l, __VA_ARGS__;, RW_SELF(take), RW_SELF(give))
#define DEFINE_LOCK_GUARD_1_COND(name, ext, take, ...)				\
	RW_GUARD_COND(name, ext, l, RW_SELF(RW_TAKEN(take, ##__VA_ARGS__, _RET)))
#define DEFINE_LOCK_GUARD_0(name, take, give, ...)				\
	RW_GUARD(name, void *, l, __VA_ARGS__;, RW_SELF(take), RW_SELF(give))

#define RW_GUARD_OF(name) class_##name##_t RW_UNIQUE(rw_scope_) __cleanup(class_##name##_destructor) __maybe_unused
#define guard(name) RW_GUARD_OF(name) = RW_CONSTRUCT(name)
/* A guard of nothing has no argument. */
#define RW_CONSTRUCT(name) class_##name##_constructor RW_ARGUMENT
#define RW_ARGUMENT(...) (RW_FIRST(__VA_ARGS__ __VA_OPT__(,) (void *)1))
#define RW_FIRST(first, ...) first
#define scoped_guard(name, ...)							\
	for (class_##name##_t rw_scope __cleanup(class_##name##_destructor) = class_##name##_constructor RW_ARGUMENT(__VA_ARGS__), \
	     *rw_once = (void *)1; rw_scope.lock && rw_once; rw_once = NULL)
#define scoped_cond_guard(name, fail, ...)					\
	for (class_##name##_t rw_scope __cleanup(class_##name##_destructor) = class_##name##_constructor RW_ARGUMENT(__VA_ARGS__), \
	     *rw_once = (void *)1; rw_once; rw_once = NULL)			\
		if (!rw_scope.lock) { fail; } else

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock), raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(raw_spinlock, _try, raw_spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(_T->lock), raw_spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irq, rwlock_t, read_lock_irq(_T->lock), read_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irqsave, rwlock_t, read_lock_irqsave(_T->lock, _T->flags),
		    read_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irq, rwlock_t, write_lock_irq(_T->lock), write_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irqsave, rwlock_t, write_lock_irqsave(_T->lock, _T->flags),
		    write_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())
DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(migrate, migrate_disable(), migrate_enable())
DEFINE_LOCK_GUARD_0(irq, local_irq_disable(), local_irq_enable())
DEFINE_LOCK_GUARD_0(irqsave, local_irq_save(_T->flags), local_irq_restore(_T->flags), unsigned long flags)

#endif
