/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables, for racewalk and for the C compiler. After include/linux/percpu-defs.h and include/asm-generic/percpu.h:
 * an update is a load and a store, between which another CPU may access the variable; no handler of the own CPU runs between
 * those of this_cpu_add() and its kin.
 */
#ifndef RACEWALK_PERCPU_H
#define RACEWALK_PERCPU_H

/* racewalk knows DEFINE_PER_CPU() and per_cpu_ptr(). */
#ifdef __GNUC__
#include <kernel/smp.h>

#define DEFINE_PER_CPU(type, name) __attribute__((section(".rw_per_cpu"))) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern DEFINE_PER_CPU(type, name)
#define per_cpu_ptr(ptr, cpu) ((__typeof__(ptr))rw_per_cpu((ptr), (cpu)))
#endif

#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name) DECLARE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) DECLARE_PER_CPU(type, name)

#define this_cpu_ptr(ptr) per_cpu_ptr(ptr, smp_processor_id())
#define raw_cpu_ptr(ptr) this_cpu_ptr(ptr)
#define per_cpu(var, cpu) (*per_cpu_ptr(&(var), cpu))
#define get_cpu_ptr(ptr) ({ preempt_disable(); this_cpu_ptr(ptr); })
#define put_cpu_ptr(ptr) preempt_enable()
#define get_cpu_var(var) (*get_cpu_ptr(&(var)))
#define put_cpu_var(var) preempt_enable()

#define raw_cpu_read(pcp) READ_ONCE(*this_cpu_ptr(&(pcp)))
#define raw_cpu_write(pcp, val) WRITE_ONCE(*this_cpu_ptr(&(pcp)), val)
#define raw_cpu_add(pcp, val) raw_cpu_write(pcp, raw_cpu_read(pcp) + (val))
#define raw_cpu_sub(pcp, val) raw_cpu_write(pcp, raw_cpu_read(pcp) - (val))
#define raw_cpu_and(pcp, val) raw_cpu_write(pcp, raw_cpu_read(pcp) & (val))
#define raw_cpu_or(pcp, val) raw_cpu_write(pcp, raw_cpu_read(pcp) | (val))
#define raw_cpu_inc(pcp) raw_cpu_add(pcp, 1)
#define raw_cpu_dec(pcp) raw_cpu_sub(pcp, 1)
#define raw_cpu_add_return(pcp, val)						\
	({ __typeof__(pcp) __new = raw_cpu_read(pcp) + (val); raw_cpu_write(pcp, __new); __new; })
#define raw_cpu_sub_return(pcp, val) raw_cpu_add_return(pcp, -(__typeof__(pcp))(val))
#define raw_cpu_inc_return(pcp) raw_cpu_add_return(pcp, 1)
#define raw_cpu_dec_return(pcp) raw_cpu_add_return(pcp, -1)
#define raw_cpu_xchg(pcp, val)							\
	({ __typeof__(pcp) __old = raw_cpu_read(pcp); raw_cpu_write(pcp, val); __old; })
#define raw_cpu_cmpxchg(pcp, oval, nval)					\
	({ __typeof__(pcp) __old = raw_cpu_read(pcp); if (__old == (oval)) raw_cpu_write(pcp, nval); __old; })
#define raw_cpu_try_cmpxchg(pcp, ovalp, nval)					\
	({									\
		__typeof__(pcp) __expected = *(ovalp), __found = raw_cpu_cmpxchg(pcp, __expected, nval); \
										\
		if (__found != __expected)					\
			*(ovalp) = __found;					\
		__found == __expected;						\
	})

/* With interrupts off. */
#define __irqs_off(statement)							\
	do { unsigned long __flags; local_irq_save(__flags); statement; local_irq_restore(__flags); } while (0)
#define __irqs_off_value(type, value)						\
	({ unsigned long __flags; local_irq_save(__flags); type __value = value; local_irq_restore(__flags); __value; })

#define this_cpu_read(pcp) raw_cpu_read(pcp)
#define this_cpu_write(pcp, val) raw_cpu_write(pcp, val)
#define this_cpu_add(pcp, val) __irqs_off(raw_cpu_add(pcp, val))
#define this_cpu_sub(pcp, val) __irqs_off(raw_cpu_sub(pcp, val))
#define this_cpu_and(pcp, val) __irqs_off(raw_cpu_and(pcp, val))
#define this_cpu_or(pcp, val) __irqs_off(raw_cpu_or(pcp, val))
#define this_cpu_inc(pcp) __irqs_off(raw_cpu_inc(pcp))
#define this_cpu_dec(pcp) __irqs_off(raw_cpu_dec(pcp))
#define this_cpu_add_return(pcp, val) __irqs_off_value(__typeof__(pcp), raw_cpu_add_return(pcp, val))
#define this_cpu_sub_return(pcp, val) __irqs_off_value(__typeof__(pcp), raw_cpu_sub_return(pcp, val))
#define this_cpu_inc_return(pcp) __irqs_off_value(__typeof__(pcp), raw_cpu_inc_return(pcp))
#define this_cpu_dec_return(pcp) __irqs_off_value(__typeof__(pcp), raw_cpu_dec_return(pcp))
#define this_cpu_xchg(pcp, val) __irqs_off_value(__typeof__(pcp), raw_cpu_xchg(pcp, val))
#define this_cpu_cmpxchg(pcp, oval, nval) __irqs_off_value(__typeof__(pcp), raw_cpu_cmpxchg(pcp, oval, nval))
#define this_cpu_try_cmpxchg(pcp, ovalp, nval) __irqs_off_value(bool, raw_cpu_try_cmpxchg(pcp, ovalp, nval))

/* The caller has turned off preemption; a handler may run between the load and the store. */
#define __this_cpu_read(pcp) raw_cpu_read(pcp)
#define __this_cpu_write(pcp, val) raw_cpu_write(pcp, val)
#define __this_cpu_add(pcp, val) raw_cpu_add(pcp, val)
#define __this_cpu_sub(pcp, val) raw_cpu_sub(pcp, val)
#define __this_cpu_and(pcp, val) raw_cpu_and(pcp, val)
#define __this_cpu_or(pcp, val) raw_cpu_or(pcp, val)
#define __this_cpu_inc(pcp) raw_cpu_inc(pcp)
#define __this_cpu_dec(pcp) raw_cpu_dec(pcp)
#define __this_cpu_add_return(pcp, val) raw_cpu_add_return(pcp, val)
#define __this_cpu_sub_return(pcp, val) raw_cpu_sub_return(pcp, val)
#define __this_cpu_inc_return(pcp) raw_cpu_inc_return(pcp)
#define __this_cpu_dec_return(pcp) raw_cpu_dec_return(pcp)
#define __this_cpu_xchg(pcp, val) raw_cpu_xchg(pcp, val)
#define __this_cpu_cmpxchg(pcp, oval, nval) raw_cpu_cmpxchg(pcp, oval, nval)
#define __this_cpu_try_cmpxchg(pcp, ovalp, nval) raw_cpu_try_cmpxchg(pcp, ovalp, nval)

#endif
