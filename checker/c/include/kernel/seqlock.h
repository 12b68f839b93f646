/* SPDX-License-Identifier: MIT */
/* Sequence counters and sequence locks, as in include/linux/seqlock.h of v6.12. */
#ifndef RACEWALK_SEQLOCK_H
#define RACEWALK_SEQLOCK_H

#include <kernel/access.h>
#include <kernel/locks.h>

typedef struct { unsigned int sequence; } seqcount_t;
typedef seqcount_t seqcount_spinlock_t;
typedef struct { seqcount_t seqcount; spinlock_t lock; } seqlock_t;

#define SEQCNT_ZERO(name) { 0 }
#define SEQCNT_SPINLOCK_ZERO(name, lock) { 0 }
#define __SEQLOCK_UNLOCKED(name) { { 0 }, { { 0 } } }
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

static inline void seqcount_init(seqcount_t *s) { s->sequence = 0; }
static inline unsigned int raw_read_seqcount(const seqcount_t *s)
{
	unsigned int seq = READ_ONCE(s->sequence);

	smp_rmb();
	return seq;
}
static inline unsigned int raw_seqcount_begin(const seqcount_t *s) { return raw_read_seqcount(s) & ~1U; }
static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	do {
		rw_wait_enter();
		seq = READ_ONCE(s->sequence);
	} while (!rw_wait_leave(!(seq & 1)));
	smp_rmb();
	return seq;
}
#define raw_read_seqcount_begin(s) read_seqcount_begin(s)
static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return READ_ONCE(s->sequence) != start;
}
static inline void raw_write_seqcount_begin(seqcount_t *s) { s->sequence++; smp_wmb(); }
static inline void raw_write_seqcount_end(seqcount_t *s) { smp_wmb(); s->sequence++; }
static inline void write_seqcount_begin(seqcount_t *s) { preempt_disable(); raw_write_seqcount_begin(s); }
static inline void write_seqcount_end(seqcount_t *s) { raw_write_seqcount_end(s); preempt_enable(); }
static inline void write_seqcount_invalidate(seqcount_t *s) { smp_wmb(); s->sequence += 2; }

static inline void seqlock_init(seqlock_t *l) { seqcount_init(&l->seqcount); spin_lock_init(&l->lock); }
static inline unsigned int read_seqbegin(const seqlock_t *l) { return read_seqcount_begin(&l->seqcount); }
static inline unsigned int read_seqretry(const seqlock_t *l, unsigned int start)
{
	return read_seqcount_retry(&l->seqcount, start);
}
static inline void write_seqlock(seqlock_t *l) { spin_lock(&l->lock); raw_write_seqcount_begin(&l->seqcount); }
static inline void write_sequnlock(seqlock_t *l) { raw_write_seqcount_end(&l->seqcount); spin_unlock(&l->lock); }
#define write_seqlock_irq(l) do { local_irq_disable(); write_seqlock(l); } while (0)
#define write_sequnlock_irq(l) do { write_sequnlock(l); local_irq_enable(); } while (0)
#define write_seqlock_irqsave(l, flags) do { local_irq_save(flags); write_seqlock(l); } while (0)
#define write_sequnlock_irqrestore(l, flags) do { write_sequnlock(l); local_irq_restore(flags); } while (0)

#endif
