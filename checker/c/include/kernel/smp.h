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
#define cpumask_clear(mask) WRITE_ONCE((mask)->bits, 0)
#define cpumask_empty(mask) (READ_ONCE((mask)->bits) == 0)
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
