/* SPDX-License-Identifier: MIT */
/*
 * atomic_t, atomic_long_t and atomic64_t. An operation that returns a value is fully ordered unless it has a suffix.
 * One that returns nothing is unordered, and a conditional one that fails orders nothing: Documentation/atomic_t.txt.
 */
#ifndef RACEWALK_ATOMIC_H
#define RACEWALK_ATOMIC_H

#include <kernel/hooks.h>
#include <kernel/types.h>

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
typedef struct { s64 counter; } atomic64_t;

#define ATOMIC_INIT(i) { (i) }
#define ATOMIC_LONG_INIT(i) { (i) }
#define ATOMIC64_INIT(i) { (i) }

/* The operations with one order: P is the prefix, T the type, I the integer in it. */
#define RW_ATOMIC_ORDERED(P, T, I, suffix, order)				\
static inline I P##_fetch_add##suffix(I i, T *v) { return __atomic_fetch_add(&v->counter, i, order); }	\
static inline I P##_fetch_sub##suffix(I i, T *v) { return __atomic_fetch_sub(&v->counter, i, order); }	\
static inline I P##_fetch_inc##suffix(T *v) { return __atomic_fetch_add(&v->counter, 1, order); }	\
static inline I P##_fetch_dec##suffix(T *v) { return __atomic_fetch_sub(&v->counter, 1, order); }	\
static inline I P##_fetch_and##suffix(I i, T *v) { return __atomic_fetch_and(&v->counter, i, order); }	\
static inline I P##_fetch_or##suffix(I i, T *v) { return __atomic_fetch_or(&v->counter, i, order); }	\
static inline I P##_fetch_xor##suffix(I i, T *v) { return __atomic_fetch_xor(&v->counter, i, order); }	\
static inline I P##_fetch_andnot##suffix(I i, T *v) { return __atomic_fetch_and(&v->counter, ~i, order); } \
static inline I P##_add_return##suffix(I i, T *v) { return __atomic_add_fetch(&v->counter, i, order); }	\
static inline I P##_sub_return##suffix(I i, T *v) { return __atomic_sub_fetch(&v->counter, i, order); }	\
static inline I P##_inc_return##suffix(T *v) { return __atomic_add_fetch(&v->counter, 1, order); }	\
static inline I P##_dec_return##suffix(T *v) { return __atomic_sub_fetch(&v->counter, 1, order); }	\
static inline bool P##_add_negative##suffix(I i, T *v) { return P##_add_return##suffix(i, v) < 0; }	\
static inline I P##_xchg##suffix(T *v, I new) { return __atomic_exchange_n(&v->counter, new, order); }	\
static inline bool P##_try_cmpxchg##suffix(T *v, I *old, I new)						\
{													\
	return __atomic_compare_exchange_n(&v->counter, old, new, false, order, __ATOMIC_RELAXED);	\
}													\
static inline I P##_cmpxchg##suffix(T *v, I old, I new)							\
{													\
	P##_try_cmpxchg##suffix(v, &old, new);								\
	return old;											\
}

/* A conditional operation: one step that stores `next` if `cond`, both of them expressions of `old`. */
#define RW_ATOMIC_IF(P, v, I, cond, next)					\
	I old;									\
	ATOMICALLY("one read-modify-write") {					\
		old = __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED);		\
		while ((cond) && !P##_try_cmpxchg(v, &old, next))		\
			;							\
	}

#define RW_ATOMIC(P, T, I)							\
static inline I P##_read(const T *v) { return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); }		\
static inline I P##_read_acquire(const T *v) { return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE); }	\
static inline void P##_set(T *v, I i) { __atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); }		\
static inline void P##_set_release(T *v, I i) { __atomic_store_n(&v->counter, i, __ATOMIC_RELEASE); }	\
RW_ATOMIC_ORDERED(P, T, I, , __ATOMIC_SEQ_CST)					\
RW_ATOMIC_ORDERED(P, T, I, _relaxed, __ATOMIC_RELAXED)				\
RW_ATOMIC_ORDERED(P, T, I, _acquire, __ATOMIC_ACQUIRE)				\
RW_ATOMIC_ORDERED(P, T, I, _release, __ATOMIC_RELEASE)				\
static inline void P##_add(I i, T *v) { P##_fetch_add_relaxed(i, v); }		\
static inline void P##_sub(I i, T *v) { P##_fetch_sub_relaxed(i, v); }		\
static inline void P##_inc(T *v) { P##_fetch_add_relaxed(1, v); }		\
static inline void P##_dec(T *v) { P##_fetch_sub_relaxed(1, v); }		\
static inline void P##_and(I i, T *v) { P##_fetch_and_relaxed(i, v); }		\
static inline void P##_or(I i, T *v) { P##_fetch_or_relaxed(i, v); }		\
static inline void P##_xor(I i, T *v) { P##_fetch_xor_relaxed(i, v); }		\
static inline void P##_andnot(I i, T *v) { P##_fetch_andnot_relaxed(i, v); }	\
static inline bool P##_sub_and_test(I i, T *v) { return P##_sub_return(i, v) == 0; }	\
static inline bool P##_dec_and_test(T *v) { return P##_dec_return(v) == 0; }	\
static inline bool P##_inc_and_test(T *v) { return P##_inc_return(v) == 0; }	\
static inline I P##_fetch_add_unless(T *v, I a, I u)				\
{										\
	RW_ATOMIC_IF(P, v, I, old != u, (I)((unsigned long)old + (unsigned long)a))	\
	return old;								\
}										\
static inline bool P##_add_unless(T *v, I a, I u) { return P##_fetch_add_unless(v, a, u) != u; }	\
static inline bool P##_inc_not_zero(T *v) { return P##_add_unless(v, 1, 0); }	\
static inline bool P##_inc_unless_negative(T *v)				\
{										\
	RW_ATOMIC_IF(P, v, I, old >= 0, old + 1)				\
	return old >= 0;							\
}										\
static inline bool P##_dec_unless_positive(T *v)				\
{										\
	RW_ATOMIC_IF(P, v, I, old <= 0, old - 1)				\
	return old <= 0;							\
}										\
static inline I P##_dec_if_positive(T *v)					\
{										\
	RW_ATOMIC_IF(P, v, I, old > 0, old - 1)					\
	return old - 1;								\
}

RW_ATOMIC(atomic, atomic_t, int)
RW_ATOMIC(atomic_long, atomic_long_t, long)
RW_ATOMIC(atomic64, atomic64_t, s64)

#endif
