/* SPDX-License-Identifier: MIT */
/* refcount_t. An increment is unordered, a decrement a release, one that reaches 0 an acquire too: lib/refcount.c. */
#ifndef RACEWALK_REFCOUNT_H
#define RACEWALK_REFCOUNT_H

#include <kernel/atomic.h>
#include <kernel/bug.h>

typedef struct { atomic_t refs; } refcount_t;

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

static inline void refcount_set(refcount_t *r, int n) { atomic_set(&r->refs, n); }
static inline void refcount_set_release(refcount_t *r, int n) { atomic_set_release(&r->refs, n); }
static inline unsigned int refcount_read(const refcount_t *r) { return atomic_read(&r->refs); }

/* Where the kernel saturates the counter it has warned before; here the warning is the violation. */
static inline bool refcount_add_not_zero(int i, refcount_t *r)
{
	RW_ATOMIC_IF(atomic, &r->refs, int, old != 0, old + i)
	return old != 0;
}

static inline bool refcount_inc_not_zero(refcount_t *r) { return refcount_add_not_zero(1, r); }

static inline bool refcount_inc_not_zero_acquire(refcount_t *r)
{
	bool got = refcount_inc_not_zero(r);

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return got;
}

static inline void refcount_add(int i, refcount_t *r)
{
	if (atomic_fetch_add_relaxed(i, &r->refs) <= 0)
		rw_bug("refcount_t: addition on 0; use-after-free", __FILE__, __LINE__);
}

static inline void refcount_inc(refcount_t *r) { refcount_add(1, r); }

static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	int old = atomic_fetch_sub_release(i, &r->refs);

	if (old < i)
		rw_bug("refcount_t: underflow; use-after-free", __FILE__, __LINE__);
	if (old == i)
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return old == i;
}

static inline bool refcount_dec_and_test(refcount_t *r) { return refcount_sub_and_test(1, r); }

static inline void refcount_dec(refcount_t *r)
{
	if (atomic_fetch_sub_release(1, &r->refs) <= 1)
		rw_bug("refcount_t: decrement hit 0; leaking memory", __FILE__, __LINE__);
}

static inline bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg_release(&r->refs, &one, 0);
}

static inline bool refcount_dec_not_one(refcount_t *r)
{
	RW_ATOMIC_IF(atomic, &r->refs, int, old != 1, old - 1)
	return old != 1;
}

#endif
