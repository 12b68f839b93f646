/* SPDX-License-Identifier: MIT */
/*
 * What racewalk itself reads where a protocol says #include <racewalk.h>: the parts of the kernel's API that are made of
 * its primitives. The primitives stand in lower/primitives; gcc reads racewalk.h.
 */

#include <kernel/math.h>

#define BIT(nr) (1UL << (nr))
#define GENMASK(high, low) ((BIT((high) - (low) + 1) - 1) << (low))
#define BIT_ULL(nr) BIT(nr)
#define GENMASK_ULL(high, low) GENMASK(high, low)

/* include/linux/spinlock_types.h, mutex.h, rwsem.h: locks begin free */
#define DEFINE_SPINLOCK(name) spinlock_t name
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name
#define DEFINE_RWLOCK(name) rwlock_t name
#define DEFINE_MUTEX(name) struct mutex name
#define DECLARE_RWSEM(name) struct rw_semaphore name

/* include/linux/cpumask.h: a mask is one word; its readers read it once, as a marked access */
typedef struct cpumask { unsigned long bits; } cpumask_t;
const struct cpumask __cpu_online_mask = { BIT(nr_cpu_ids) - 1 };
#define cpu_online_mask (&__cpu_online_mask)
#define num_online_cpus() nr_cpu_ids
#define mm_cpumask(mm) (&(mm)->cpu_bitmap)
#define cpumask_bits(mask) (&(mask)->bits)
#define cpumask_set_cpu(cpu, mask) set_bit(cpu, &(mask)->bits)
#define cpumask_clear_cpu(cpu, mask) clear_bit(cpu, &(mask)->bits)
#define cpumask_test_cpu(cpu, mask) test_bit(cpu, &(mask)->bits)
#define cpumask_test_and_set_cpu(cpu, mask) test_and_set_bit(cpu, &(mask)->bits)
#define cpumask_test_and_clear_cpu(cpu, mask) test_and_clear_bit(cpu, &(mask)->bits)
#define __cpumask_set_cpu(cpu, mask) __set_bit(cpu, &(mask)->bits)
#define __cpumask_clear_cpu(cpu, mask) __clear_bit(cpu, &(mask)->bits)
static void cpumask_clear(struct cpumask *mask) { mask->bits = 0; }
static void cpumask_setall(struct cpumask *mask) { mask->bits = BIT(nr_cpu_ids) - 1; }
static void cpumask_copy(struct cpumask *to, const struct cpumask *from) { to->bits = READ_ONCE(from->bits); }
static bool cpumask_empty(const struct cpumask *mask) { return READ_ONCE(mask->bits) == 0; }
static bool __cpumask_become(struct cpumask *to, unsigned long bits)
{
	to->bits = bits;
	return bits != 0;
}
#define cpumask_and(to, a, b) __cpumask_become(to, READ_ONCE((a)->bits) & READ_ONCE((b)->bits))
#define cpumask_or(to, a, b) ((void)__cpumask_become(to, READ_ONCE((a)->bits) | READ_ONCE((b)->bits)))
#define cpumask_andnot(to, a, b) __cpumask_become(to, READ_ONCE((a)->bits) & ~READ_ONCE((b)->bits))
#define cpumask_equal(a, b) (READ_ONCE((a)->bits) == READ_ONCE((b)->bits))
#define cpumask_intersects(a, b) ((READ_ONCE((a)->bits) & READ_ONCE((b)->bits)) != 0)
#define cpumask_subset(a, b) ((READ_ONCE((a)->bits) & ~READ_ONCE((b)->bits)) == 0)
static unsigned int cpumask_weight(const struct cpumask *mask)
{
	unsigned long bits = READ_ONCE(mask->bits);
	unsigned int weight = 0;

	for (int cpu = 0; cpu < nr_cpu_ids; cpu++)
		weight += (bits >> cpu) & 1;
	return weight;
}
static unsigned int cpumask_next(int cpu, const struct cpumask *mask)
{
	unsigned long bits = READ_ONCE(mask->bits);

	for (cpu++; cpu < nr_cpu_ids; cpu++)
		if ((bits >> cpu) & 1)
			break;
	return cpu;
}
#define cpumask_first(mask) cpumask_next(-1, mask)
#define cpumask_any(mask) cpumask_first(mask)
#define for_each_cpu(cpu, mask)							\
	for ((cpu) = cpumask_first(mask); (cpu) < nr_cpu_ids; (cpu) = cpumask_next(cpu, mask))
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)
#define for_each_possible_cpu(cpu) for_each_online_cpu(cpu)

/* include/linux/percpu-defs.h: a variable for each CPU, in the order of the CPUs */
#define DEFINE_PER_CPU(type, name) __per_cpu __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __per_cpu __typeof__(type) name
#include <kernel/percpu.h>

/* include/linux/rcupdate.h */
#define rcu_replace_pointer(p, value, c) ({ __auto_type __was = (p); rcu_assign_pointer(p, value); __was; })
#define kfree_rcu_mightsleep(p) do { synchronize_rcu(); kfree(p); } while (0)
#define kvfree_rcu_mightsleep(p) kfree_rcu_mightsleep(p)
#define rcu_dereference_protected(p, c) (p)

/* include/asm-generic/barrier.h; arch/arm64/include/asm/barrier.h, where each load of the wait is an acquire */
#define smp_cond_load_relaxed(p, cond) \
	({ __auto_type VAL = READ_ONCE(*(p)); while (!(cond)) VAL = READ_ONCE(*(p)); VAL; })
#define smp_cond_load_acquire(p, cond) \
	({ __auto_type VAL = smp_load_acquire(p); while (!(cond)) VAL = smp_load_acquire(p); VAL; })
/* include/linux/atomic/atomic-arch-fallback.h */
#define atomic_cond_read_acquire(v, cond) smp_cond_load_acquire(&(v)->counter, cond)
#define atomic_cond_read_relaxed(v, cond) smp_cond_load_relaxed(&(v)->counter, cond)

/* include/linux/seqlock.h; before v6.13 smp_rmb() stands behind the loads of the sequence, which orders more */
typedef struct { unsigned int sequence; } seqcount_t;
typedef seqcount_t seqcount_spinlock_t;
typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;
#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0 }
#define __SEQLOCK_UNLOCKED(name) { { 0 } }
#define DEFINE_SEQLOCK(name) seqlock_t name

static void seqcount_init(seqcount_t *s) { s->sequence = 0; }
static unsigned int raw_read_seqcount(const seqcount_t *s)
{
	unsigned int seq = smp_load_acquire(&s->sequence);

	kcsan_nestable_atomic_begin();
	return seq;
}
static unsigned int raw_seqcount_begin(const seqcount_t *s) { return raw_read_seqcount(s) & ~1U; }
/* A reader that finds a writer waits for it: the rounds that it spins change nothing. */
static unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	WAIT_UNTIL(!(s->sequence & 1));
	do {
		seq = smp_load_acquire(&s->sequence);
	} while (seq & 1);
	kcsan_nestable_atomic_begin();
	return seq;
}
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
static bool read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	kcsan_nestable_atomic_end();
	return READ_ONCE(s->sequence) != start;
}
static void raw_write_seqcount_begin(seqcount_t *s)
{
	s->sequence++;
	smp_wmb();
}
static void raw_write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	s->sequence++;
}
static void write_seqcount_begin(seqcount_t *s)
{
	preempt_disable();
	raw_write_seqcount_begin(s);
}
static void write_seqcount_end(seqcount_t *s)
{
	raw_write_seqcount_end(s);
	preempt_enable();
}
static void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	s->sequence += 2;
}
static unsigned int read_seqbegin(const seqlock_t *l) { return read_seqcount_begin(&l->seqcount); }
static unsigned int read_seqretry(const seqlock_t *l, unsigned int start)
{
	return read_seqcount_retry(&l->seqcount, start);
}
static void write_seqlock(seqlock_t *l)
{
	spin_lock(&l->lock);
	raw_write_seqcount_begin(&l->seqcount);
}
static void write_sequnlock(seqlock_t *l)
{
	raw_write_seqcount_end(&l->seqcount);
	spin_unlock(&l->lock);
}

/*
 * include/linux/wait.h: a sleeper waits for a wake-up that comes after it has queued itself, which is a full barrier. One
 * that finds its condition true does not queue itself, and orders nothing. What comes before a wake-up is seen by those
 * who queue themselves under wq_head->lock later; it is a full barrier only where it wakes somebody.
 */
typedef struct wait_queue_head { atomic_t wakeups; } wait_queue_head_t;
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name
static void init_waitqueue_head(wait_queue_head_t *wq) { atomic_set(&wq->wakeups, 0); }
static void wake_up(wait_queue_head_t *wq) { atomic_fetch_inc_release(&wq->wakeups); }
#define wake_up_all(wq) wake_up(wq)
#define wake_up_interruptible(wq) wake_up(wq)
#define wait_event(wq, cond)						\
	do {								\
		might_sleep();						\
		if (cond)						\
			break;						\
		for (;;) {						\
			int __queued = atomic_read(&(wq).wakeups);	\
			smp_mb();					\
			if (cond)					\
				break;					\
			WAIT_UNTIL(atomic_read(&(wq).wakeups) != __queued);	\
		}							\
	} while (0)
/* A signal may come at any time: a wait that it ends fails, whether or not it could go on. */
#define __unless_signal(error, ...) ({ int __err = ANY(2) ? -(error) : 0; if (!__err) __VA_ARGS__; __err; })
#define wait_event_interruptible(wq, cond) __unless_signal(ERESTARTSYS, wait_event(wq, cond))
#define wait_event_killable(wq, cond) __unless_signal(ERESTARTSYS, wait_event(wq, cond))

/* include/linux/completion.h, kernel/sched/completion.c; complete() and its waiters are primitives */
struct completion { unsigned int done; };
#define DECLARE_COMPLETION(name) struct completion name
static void init_completion(struct completion *x) { x->done = 0; }
static void reinit_completion(struct completion *x) { x->done = 0; }
static bool completion_done(struct completion *x) { return READ_ONCE(x->done) != 0; }

/* include/linux/cleanup.h */
#define no_free_ptr(p) ({ __auto_type __ptr = (p); (p) = NULL; __ptr; })
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))
#include <kernel/guards.h>

/* include/linux/kernel.h, bitops.h, spinlock.h, mutex.h, rwsem.h */
#define might_sleep_if(c) do { if (c) might_sleep(); } while (0)
#define assign_bit(nr, p, value) ((value) ? set_bit(nr, p) : clear_bit(nr, p))
#define __assign_bit(nr, p, value) ((value) ? __set_bit(nr, p) : __clear_bit(nr, p))
#define assert_spin_locked(l) lockdep_assert_held(l)
#define mutex_lock_killable(l) __unless_signal(EINTR, mutex_lock(l))
#define mutex_lock_interruptible(l) __unless_signal(EINTR, mutex_lock(l))
#define down_read_killable(sem) __unless_signal(EINTR, down_read(sem))
#define down_write_killable(sem) __unless_signal(EINTR, down_write(sem))
#include <kernel/kern_levels.h>
