/* SPDX-License-Identifier: MIT */
/* Interrupts, bottom halves and preemption of this CPU, and the places at which it may sleep. */
#ifndef RACEWALK_CONTEXT_H
#define RACEWALK_CONTEXT_H

#include <kernel/hooks.h>

#define irqs_disabled() (rw_context_depth(RW_IRQS_OFF) > 0)
#define local_irq_disable() do { if (!irqs_disabled()) rw_context_add(RW_IRQS_OFF, 1); } while (0)
#define local_irq_enable() do { if (irqs_disabled()) rw_context_add(RW_IRQS_OFF, -1); } while (0)
#define local_irq_save(flags)							\
	do { unsigned long *rw_flags = &(flags); *rw_flags = irqs_disabled(); local_irq_disable(); } while (0)
#define local_irq_restore(flags) do { if (!(flags)) local_irq_enable(); } while (0)
#define local_save_flags(flags) ((flags) = irqs_disabled())
#define lockdep_assert_irqs_disabled() WARN_ON(!irqs_disabled())
#define lockdep_assert_irqs_enabled() WARN_ON(irqs_disabled())

#define local_bh_disable() rw_context_add(RW_BH_OFF, 1)
#define local_bh_enable() rw_context_add(RW_BH_OFF, -1)
#define preempt_disable() rw_context_add(RW_PREEMPTION_OFF, 1)
#define preempt_enable() rw_context_add(RW_PREEMPTION_OFF, -1)
#define preempt_enable_no_resched() preempt_enable()
/* A thread of a protocol never leaves its CPU. */
#define migrate_disable() do { } while (0)
#define migrate_enable() do { } while (0)
#define in_atomic() (rw_context_depth(RW_PREEMPTION_OFF) > 0 || rw_context_depth(RW_BH_OFF) > 0)

#define might_sleep() rw_might_sleep(__FILE__, __LINE__)
#define might_sleep_if(c) do { if (c) might_sleep(); } while (0)
#define might_lock(l) ((void)(l))
#define cond_resched() ({ might_sleep(); 0; })
#define schedule() do { might_sleep(); rw_relax(); } while (0)
#define cpu_relax() rw_relax()

#endif
