/* SPDX-License-Identifier: MIT */
/* Bits of words. set_bit() is unordered, test_and_set_bit() fully ordered, __set_bit() two plain accesses:
 * Documentation/atomic_bitops.txt. */
#ifndef RACEWALK_BITOPS_H
#define RACEWALK_BITOPS_H

#include <kernel/access.h>
#include <kernel/types.h>

#define RW_WORD(nr, p) ((p) + (nr) / BITS_PER_LONG)
#define RW_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define RW_FETCH(op, p, bits, order) __atomic_fetch_##op((p), (bits), order)

static inline bool test_bit(long nr, const volatile unsigned long *p)
{
	return __atomic_load_n(RW_WORD(nr, p), __ATOMIC_RELAXED) & RW_MASK(nr);
}
static inline bool test_bit_acquire(long nr, const volatile unsigned long *p)
{
	return __atomic_load_n(RW_WORD(nr, p), __ATOMIC_ACQUIRE) & RW_MASK(nr);
}
static inline void set_bit(long nr, volatile unsigned long *p)
{
	RW_FETCH(or, RW_WORD(nr, p), RW_MASK(nr), __ATOMIC_RELAXED);
}
static inline void clear_bit(long nr, volatile unsigned long *p)
{
	RW_FETCH(and, RW_WORD(nr, p), ~RW_MASK(nr), __ATOMIC_RELAXED);
}
static inline void change_bit(long nr, volatile unsigned long *p)
{
	RW_FETCH(xor, RW_WORD(nr, p), RW_MASK(nr), __ATOMIC_RELAXED);
}
static inline bool test_and_set_bit(long nr, volatile unsigned long *p)
{
	return RW_FETCH(or, RW_WORD(nr, p), RW_MASK(nr), __ATOMIC_SEQ_CST) & RW_MASK(nr);
}
static inline bool test_and_clear_bit(long nr, volatile unsigned long *p)
{
	return RW_FETCH(and, RW_WORD(nr, p), ~RW_MASK(nr), __ATOMIC_SEQ_CST) & RW_MASK(nr);
}
static inline bool test_and_change_bit(long nr, volatile unsigned long *p)
{
	return RW_FETCH(xor, RW_WORD(nr, p), RW_MASK(nr), __ATOMIC_SEQ_CST) & RW_MASK(nr);
}
static inline bool test_and_set_bit_lock(long nr, volatile unsigned long *p)
{
	return RW_FETCH(or, RW_WORD(nr, p), RW_MASK(nr), __ATOMIC_ACQUIRE) & RW_MASK(nr);
}
static inline void clear_bit_unlock(long nr, volatile unsigned long *p)
{
	RW_FETCH(and, RW_WORD(nr, p), ~RW_MASK(nr), __ATOMIC_RELEASE);
}

static inline void __set_bit(long nr, unsigned long *p) { *RW_WORD(nr, p) |= RW_MASK(nr); }
static inline void __clear_bit(long nr, unsigned long *p) { *RW_WORD(nr, p) &= ~RW_MASK(nr); }
static inline void __change_bit(long nr, unsigned long *p) { *RW_WORD(nr, p) ^= RW_MASK(nr); }
static inline bool __test_and_set_bit(long nr, unsigned long *p)
{
	unsigned long old = *RW_WORD(nr, p);

	*RW_WORD(nr, p) = old | RW_MASK(nr);
	return old & RW_MASK(nr);
}
static inline bool __test_and_clear_bit(long nr, unsigned long *p)
{
	unsigned long old = *RW_WORD(nr, p);

	*RW_WORD(nr, p) = old & ~RW_MASK(nr);
	return old & RW_MASK(nr);
}
static inline bool __test_and_change_bit(long nr, unsigned long *p)
{
	unsigned long old = *RW_WORD(nr, p);

	*RW_WORD(nr, p) = old ^ RW_MASK(nr);
	return old & RW_MASK(nr);
}

#define assign_bit(nr, p, value) ((value) ? set_bit(nr, p) : clear_bit(nr, p))
#define __assign_bit(nr, p, value) ((value) ? __set_bit(nr, p) : __clear_bit(nr, p))

#endif
