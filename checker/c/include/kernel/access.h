/* SPDX-License-Identifier: MIT */
/* Marked accesses, barriers, and exchanges of any scalar. */
#ifndef RACEWALK_ACCESS_H
#define RACEWALK_ACCESS_H

#include <kernel/hooks.h>

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) do { *(volatile __typeof__(x) *)&(x) = (value); } while (0)
#define __READ_ONCE(x) READ_ONCE(x)
#define __WRITE_ONCE(x, value) WRITE_ONCE(x, value)
#define ASSERT_EXCLUSIVE_WRITER(x) ((void)sizeof(x))
#define ASSERT_EXCLUSIVE_ACCESS(x) ((void)sizeof(x))
#define prefetch(ptr) ((void)(ptr))
#define prefetchw(ptr) ((void)(ptr))
static inline void kcsan_nestable_atomic_begin(void) { }
static inline void kcsan_nestable_atomic_end(void) { }
/* A plain access that may race on purpose. */
#define data_race(expression) (expression)

#define smp_load_acquire(ptr) __atomic_load_n((ptr), __ATOMIC_ACQUIRE)
#define smp_store_release(ptr, value) __atomic_store_n((ptr), (value), __ATOMIC_RELEASE)
#define smp_store_mb(x, value) do { WRITE_ONCE(x, value); smp_mb(); } while (0)

#define barrier() __asm__ volatile("" ::: "memory")
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define mb() smp_mb()
#define rmb() smp_rmb()
#define wmb() smp_wmb()
#define virt_mb() smp_mb()
#define dma_mb() smp_mb()
#define dma_rmb() smp_rmb()
#define dma_wmb() smp_wmb()
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_mb__after_spinlock() smp_mb()
#define smp_acquire__after_ctrl_dep() smp_rmb()

/* An exchange returns the old value; a failing compare-and-exchange orders nothing. */
#define RW_CMPXCHG(ptr, old, new, order)					\
	({									\
		__typeof__(*(ptr)) rw_old = (old);				\
		__atomic_compare_exchange_n((ptr), &rw_old, (new), false, order, __ATOMIC_RELAXED); \
		rw_old;								\
	})
#define RW_TRY_CMPXCHG(ptr, oldp, new, order)					\
	__atomic_compare_exchange_n((ptr), (oldp), (new), false, order, __ATOMIC_RELAXED)

#define xchg(ptr, value) ({ __atomic_exchange_n((ptr), (value), __ATOMIC_SEQ_CST); })
#define xchg_acquire(ptr, value) ({ __atomic_exchange_n((ptr), (value), __ATOMIC_ACQUIRE); })
#define xchg_release(ptr, value) ({ __atomic_exchange_n((ptr), (value), __ATOMIC_RELEASE); })
#define xchg_relaxed(ptr, value) ({ __atomic_exchange_n((ptr), (value), __ATOMIC_RELAXED); })
#define cmpxchg(ptr, old, new) RW_CMPXCHG(ptr, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_acquire(ptr, old, new) RW_CMPXCHG(ptr, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(ptr, old, new) RW_CMPXCHG(ptr, old, new, __ATOMIC_RELEASE)
#define cmpxchg_relaxed(ptr, old, new) RW_CMPXCHG(ptr, old, new, __ATOMIC_RELAXED)
#define cmpxchg64(ptr, old, new) cmpxchg(ptr, old, new)
#define try_cmpxchg(ptr, oldp, new) RW_TRY_CMPXCHG(ptr, oldp, new, __ATOMIC_SEQ_CST)
#define try_cmpxchg_acquire(ptr, oldp, new) RW_TRY_CMPXCHG(ptr, oldp, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(ptr, oldp, new) RW_TRY_CMPXCHG(ptr, oldp, new, __ATOMIC_RELEASE)
#define try_cmpxchg_relaxed(ptr, oldp, new) RW_TRY_CMPXCHG(ptr, oldp, new, __ATOMIC_RELAXED)

/* Waits until the condition on VAL, the value of *ptr, is true; returns that value. */
#define RW_LOAD_UNTIL(ptr, cond, order)						\
	({									\
		__typeof__(*(ptr)) VAL;						\
		do {								\
			rw_wait_enter();					\
			VAL = __atomic_load_n((ptr), order);			\
		} while (!rw_wait_leave(!!(cond)));				\
		VAL;								\
	})
#define smp_cond_load_acquire(ptr, cond) RW_LOAD_UNTIL(ptr, cond, __ATOMIC_ACQUIRE)
#define smp_cond_load_relaxed(ptr, cond) RW_LOAD_UNTIL(ptr, cond, __ATOMIC_RELAXED)
#define atomic_cond_read_acquire(v, cond) smp_cond_load_acquire(&(v)->counter, cond)
#define atomic_cond_read_relaxed(v, cond) smp_cond_load_relaxed(&(v)->counter, cond)

#endif
