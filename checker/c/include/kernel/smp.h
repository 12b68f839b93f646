/* SPDX-License-Identifier: MIT */
/* CPUs and calls of functions on other CPUs. A CPU is a copy of a thread, numbered in the order of the file. */
#ifndef RACEWALK_SMP_H
#define RACEWALK_SMP_H

#include <kernel/bitops.h>
#include <kernel/context.h>

typedef struct cpumask { unsigned long bits; } cpumask_t;
typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

#define smp_processor_id() (rw_cpu())
#define raw_smp_processor_id() smp_processor_id()
#define get_cpu() ({ preempt_disable(); smp_processor_id(); })
#define put_cpu() preempt_enable()
#define num_online_cpus() (rw_cpus())
#define nr_cpu_ids (rw_cpus())
#define cpu_online_mask (&(const struct cpumask){ BIT(rw_cpus()) - 1 })

#define cpumask_bits(mask) (&(mask)->bits)
#define cpumask_set_cpu(cpu, mask) set_bit(cpu, &(mask)->bits)
#define cpumask_clear_cpu(cpu, mask) clear_bit(cpu, &(mask)->bits)
#define cpumask_test_cpu(cpu, mask) test_bit(cpu, &(mask)->bits)
#define cpumask_test_and_set_cpu(cpu, mask) test_and_set_bit(cpu, &(mask)->bits)
#define cpumask_test_and_clear_cpu(cpu, mask) test_and_clear_bit(cpu, &(mask)->bits)
#define __cpumask_set_cpu(cpu, mask) __set_bit(cpu, &(mask)->bits)
#define __cpumask_clear_cpu(cpu, mask) __clear_bit(cpu, &(mask)->bits)
#define mm_cpumask(mm) (&(mm)->cpu_bitmap)
static inline void cpumask_clear(struct cpumask *mask) { mask->bits = 0; }
static inline void cpumask_setall(struct cpumask *mask) { mask->bits = BIT(rw_cpus()) - 1; }
static inline void cpumask_copy(struct cpumask *to, const struct cpumask *from) { to->bits = READ_ONCE(from->bits); }
static inline bool cpumask_empty(const struct cpumask *mask) { return READ_ONCE(mask->bits) == 0; }
static inline bool rw_cpumask_become(struct cpumask *to, unsigned long bits)
{
	to->bits = bits;
	return bits != 0;
}
#define cpumask_and(to, a, b) rw_cpumask_become(to, READ_ONCE((a)->bits) & READ_ONCE((b)->bits))
#define cpumask_or(to, a, b) ((void)rw_cpumask_become(to, READ_ONCE((a)->bits) | READ_ONCE((b)->bits)))
#define cpumask_andnot(to, a, b) rw_cpumask_become(to, READ_ONCE((a)->bits) & ~READ_ONCE((b)->bits))
#define cpumask_equal(a, b) (READ_ONCE((a)->bits) == READ_ONCE((b)->bits))
#define cpumask_intersects(a, b) ((READ_ONCE((a)->bits) & READ_ONCE((b)->bits)) != 0)
#define cpumask_subset(a, b) ((READ_ONCE((a)->bits) & ~READ_ONCE((b)->bits)) == 0)
static inline unsigned int cpumask_weight(const struct cpumask *mask)
{
	unsigned int weight = 0;

	for (unsigned long bits = READ_ONCE(mask->bits); bits; bits &= bits - 1)
		weight++;
	return weight;
}
static inline unsigned int cpumask_next(int cpu, const struct cpumask *mask)
{
	unsigned long bits = READ_ONCE(mask->bits);

	for (cpu++; cpu < rw_cpus(); cpu++)
		if ((bits >> cpu) & 1)
			break;
	return cpu;
}
#define cpumask_first(mask) cpumask_next(-1, mask)
#define cpumask_any(mask) cpumask_first(mask)
#define for_each_cpu(cpu, mask)							\
	for ((cpu) = cpumask_first(mask); (cpu) < rw_cpus(); (cpu) = cpumask_next(cpu, mask))
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < rw_cpus(); (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)

/* On every other CPU; a full barrier, and on those CPUs too. */
#define RW_ALL_CPUS (~0UL)
static inline void smp_call_function_many(const struct cpumask *mask, smp_call_func_t f, void *info, bool wait)
{
	rw_call(READ_ONCE(mask->bits), f, info, wait);
}
static inline void smp_call_function(smp_call_func_t f, void *info, int wait) { rw_call(RW_ALL_CPUS, f, info, wait); }
static inline void rw_call_here(smp_call_func_t f, void *info)
{
	unsigned long flags;

	local_irq_save(flags);
	f(info);
	local_irq_restore(flags);
}
static inline int smp_call_function_single(int cpu, smp_call_func_t f, void *info, int wait)
{
	if (cpu == rw_cpu())
		rw_call_here(f, info);
	else
		rw_call(BIT(cpu), f, info, wait);
	return 0;
}
static inline void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t f, void *info, bool wait)
{
	unsigned long cpus = READ_ONCE(mask->bits);

	rw_call(cpus, f, info, wait);
	if (cpus & BIT(rw_cpu()))
		rw_call_here(f, info);
}
static inline void on_each_cpu(smp_call_func_t f, void *info, int wait)
{
	rw_call(RW_ALL_CPUS, f, info, wait);
	rw_call_here(f, info);
}
static inline void on_each_cpu_cond_mask(smp_cond_func_t cond, smp_call_func_t f, void *info, bool wait,
					 const struct cpumask *mask)
{
	unsigned long cpus = READ_ONCE(mask->bits), chosen = 0;

	for (int cpu = 0; cpu < rw_cpus(); cpu++)
		if ((cpus & BIT(cpu)) && (!cond || cond(cpu, info)))
			chosen |= BIT(cpu);
	rw_call(chosen, f, info, wait);
	if (chosen & BIT(rw_cpu()))
		rw_call_here(f, info);
}
static inline void on_each_cpu_cond(smp_cond_func_t cond, smp_call_func_t f, void *info, bool wait)
{
	on_each_cpu_cond_mask(cond, f, info, wait, cpu_online_mask);
}
static inline void rw_do_nothing(void *info) { }
static inline void kick_all_cpus_sync(void) { smp_mb(); smp_call_function(rw_do_nothing, NULL, 1); }

#endif
