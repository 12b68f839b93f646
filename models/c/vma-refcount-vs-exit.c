/* SPDX-License-Identifier: MIT */
/*
 * A lookup that has locked a recycled VMA wakes a waiter in an mm that has been freed.
 *
 * VMAs are SLAB_TYPESAFE_BY_RCU since v6.15: while lock_vma_under_rcu() holds a pointer, the VMA may be freed and belong to
 * another process. vma_start_read() then takes a reference of a stranger's VMA; the check of vm_mm finds that, and
 * vma_refcount_put() drops it and wakes whoever waits in vm_mm for the last reader. But once the reference is dropped, nothing
 * keeps that mm.
 *
 *   CPU 0: lock_vma_under_rcu (A)            CPU 1: mmap, munmap, exit (B)
 *   mas_walk: the VMA
 *                                            the VMA has been freed by A; B allocates it
 *   vm_refcnt 1 -> 2; vm_mm is not A
 *                                            vm_refcnt + VMA_LOCK_OFFSET; wait for readers
 *   vm_refcnt - 1
 *                                            no reader: detached; free the mm
 *   rcuwait_wake_up(&mm->vma_writer_wait)
 *
 * Kernel:  v6.15 to v6.16: v6.15; since v6.17: v6.17
 * About:   VMA locks, reuse of a page
 * Exposed: any CPU
 * Source:  v6.16 include/linux/mmap_lock.h: vma_start_read, vma_refcount_put, vma_mark_attached; mm/mmap_lock.c:
 *          lock_vma_under_rcu, __vma_enter_locked, __vma_exit_locked, vma_mark_detached.
 * Broke:   3104138517fc (v6.15, SLAB_TYPESAFE_BY_RCU)
 * Fixed:   9bbffee67ffd (v6.17, and 6.15.10 and 6.16.1) -> GRAB_MM
 * CVE:     CVE-2025-38554
 * Read:    the message and diff of 9bbffee67ffd (it names 3104138517fc), and the advisory: 6.15 to 6.15.9, 6.16.0.
 * Omitted: vm_lock_seq: no writer but the one that detaches. The check of the address range, which comes later. VMA_LOCK_OFFSET
 *          is 0x40000000 in the kernel. A waiter sees the count at once: the race is about the wake-up, not about missing it.
 */
#include <racewalk.h>

SUMMARY("a lookup that has locked a recycled VMA wakes a waiter in an mm that has been freed");

OPTION_FLAG(GRAB_MM, fix, "vma_start_read() holds another mm before it drops the reference of its VMA");
OPTION_FLAG(WAKE_ALWAYS, variant, "vma_refcount_put() wakes although no writer waits");
OPTION_INT(NR_LOOKUPS, size, "CPUs in lock_vma_under_rcu()", 1, 3, 1);

#define VMA_LOCK_OFFSET 16

struct mm_struct {
	atomic_t mm_count;
	bool vma_writer_wait;		/* rcuwait: a task waits */
};
struct mm_struct mm_a = { ATOMIC_INIT(1), false };
POOL(struct mm_struct, 1);
struct vm_area_struct {
	struct mm_struct *vm_mm;
	atomic_t vm_refcnt;
} vma = { &mm_a, ATOMIC_INIT(1) };
struct vm_area_struct *mt_of_a = &vma;	/* the maple tree of A */
bool vma_is_free;			/* the slab has it */
GHOST bool mm_of_b_is_freed;

static void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

static void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count) && mm != &mm_a) {
		kfree(mm);
		mm_of_b_is_freed = true;
	}
}

static void rcuwait_wake_up(struct mm_struct *mm)
{
	smp_mb();
	if (READ_ONCE(mm->vma_writer_wait))
		WRITE_ONCE(mm->vma_writer_wait, false);
}

static void vma_refcount_put(struct vm_area_struct *v)
{
	struct mm_struct *mm = READ_ONCE(v->vm_mm);
	int count = atomic_dec_return(&v->vm_refcnt);

	/* is_vma_writer_only() */
	if (WAKE_ALWAYS || count == VMA_LOCK_OFFSET || count == VMA_LOCK_OFFSET + 1)
		rcuwait_wake_up(mm);
}

static bool vma_start_read(struct mm_struct *mm, struct vm_area_struct *v)
{
	struct mm_struct *other_mm;
	int old = atomic_read(&v->vm_refcnt);

	/* __refcount_inc_not_zero_limited_acquire() */
	do {
		if (!old || old >= VMA_LOCK_OFFSET)
			return false;
	} while (!atomic_try_cmpxchg_acquire(&v->vm_refcnt, &old, old + 1));
	other_mm = READ_ONCE(v->vm_mm);
	if (other_mm != mm)
		REACHED("a lookup has locked a recycled VMA");
	if (GRAB_MM && unlikely(other_mm != mm)) {
		rcu_read_unlock();
		mmgrab(other_mm);
		vma_refcount_put(v);
		mmdrop(other_mm);
		rcu_read_lock();
		return false;
	}
	return true;
}

static bool __vma_enter_locked(struct vm_area_struct *v)
{
	struct mm_struct *mm = READ_ONCE(v->vm_mm);

	if (!atomic_add_unless(&v->vm_refcnt, VMA_LOCK_OFFSET, 0))
		return false;
	/* rcuwait_wait_event() */
	for (;;) {
		WRITE_ONCE(mm->vma_writer_wait, true);
		smp_mb();
		if (atomic_read(&v->vm_refcnt) == VMA_LOCK_OFFSET)
			break;
		WAIT_UNTIL(!READ_ONCE(mm->vma_writer_wait));
	}
	WRITE_ONCE(mm->vma_writer_wait, false);
	return true;
}

static void vma_mark_detached(struct vm_area_struct *v)
{
	if (unlikely(!atomic_dec_and_test(&v->vm_refcnt))) {
		if (__vma_enter_locked(v)) {
			REACHED("a writer waits for a reader");
			/* __vma_exit_locked() */
			atomic_sub(VMA_LOCK_OFFSET, &v->vm_refcnt);
		}
	}
}

THREADS(lookup, NR_LOOKUPS)
{
	struct vm_area_struct *v;

	rcu_read_lock();
	v = READ_ONCE(mt_of_a);
	if (v && vma_start_read(&mm_a, v))
		vma_refcount_put(v);
	rcu_read_unlock();
}

THREAD(process_a)
{
	/* munmap() */
	WRITE_ONCE(mt_of_a, NULL);
	vma_mark_detached(&vma);
	smp_store_release(&vma_is_free, true);
}

THREAD(process_b)
{
	struct mm_struct *mm = kmalloc(sizeof(*mm), GFP_KERNEL);

	atomic_set(&mm->mm_count, 1);
	mm->vma_writer_wait = false;
	if (smp_load_acquire(&vma_is_free)) {
		/* mmap(): vm_area_alloc(), vma_mark_attached() */
		WRITE_ONCE(vma.vm_mm, mm);
		atomic_set_release(&vma.vm_refcnt, 1);
		/* exit_mmap() */
		vma_mark_detached(&vma);
	}
	mmdrop(mm);
}

FINALLY("the VMA is detached", atomic_read(&vma.vm_refcnt) == 0);
FINALLY("the mm of B is free", mm_of_b_is_freed);
FINALLY("the mm of A has its reference", atomic_read(&mm_a.mm_count) == 1);

SCENARIO(v6_15, VIOLATED);
SCENARIO(v6_17, HOLDS, GRAB_MM = true);
SCENARIO(wakes_always, VIOLATED, GRAB_MM = false, WAKE_ALWAYS = true);
SCENARIO(wakes_always_grab, HOLDS, GRAB_MM = true, WAKE_ALWAYS = true);
SCENARIO(v6_17_tso, HOLDS, GRAB_MM = true, MEMORY = tso);
SCENARIO(two_lookups, HOLDS, GRAB_MM = true, NR_LOOKUPS = 2);

SURVIVES("racewalk takes no allocation under arm64, and under the other memory models atomic operations are ordered without a mark",
	 "lookup: atomic_try_cmpxchg_acquire(&v->vm_refcnt, &old, old + 1): relaxed, not acquire",
	 "lookup: int count = atomic_dec_return(&v->vm_refcnt);: relaxed, not full",
	 "lookup: if (atomic_dec_and_test(&mm->mm_count) && mm != &mm_a): relaxed, not full",
	 "process_a: if (unlikely(!atomic_dec_and_test(&v->vm_refcnt))): relaxed, not full",
	 "process_a: smp_store_release(&vma_is_free, true);: relaxed, not release",
	 "process_b: if (smp_load_acquire(&vma_is_free)): relaxed, not acquire",
	 "process_b: atomic_set_release(&vma.vm_refcnt, 1);: relaxed, not release",
	 "process_b: if (unlikely(!atomic_dec_and_test(&v->vm_refcnt))): relaxed, not full",
	 "process_b: if (atomic_dec_and_test(&mm->mm_count) && mm != &mm_a): relaxed, not full");
SURVIVES("one branch is for the claim, and at the other a lookup that grabs its own mm gives it back",
	 "lookup: if (other_mm != mm): always taken");
SURVIVES("a wake-up too many",
	 "lookup: if (count == VMA_LOCK_OFFSET): always taken",
	 "lookup: if (count == VMA_LOCK_OFFSET + 1): always taken",
	 "lookup: if (READ_ONCE(mm->vma_writer_wait)): always taken",
	 "process_a: WRITE_ONCE(mm->vma_writer_wait, false);: left out",
	 "process_b: WRITE_ONCE(mm->vma_writer_wait, false);: left out");
SURVIVES("the writer of the model waits for a VMA that is detached; the other count is for one that is attached",
	 "lookup: if (count == VMA_LOCK_OFFSET + 1): never taken");
SURVIVES("atomic_dec_return() before it is fully ordered: Documentation/atomic_t.txt",
	 "lookup: smp_mb(): left out");
SURVIVES("the mm of A keeps its reference",
	 "lookup: if (mm != &mm_a): always taken",
	 "process_b: if (mm != &mm_a): always taken");
SURVIVES("lookups that have found the VMA before are the race",
	 "process_a: WRITE_ONCE(mt_of_a, NULL);: left out",
	 "process_a: WRITE_ONCE(mt_of_a, NULL);: after 'if (unlikely(!atomic_dec_and_test(&v->vm_refcnt)))'");
SURVIVES("a count of 0 takes no lock",
	 "process_a: if (atomic_dec_and_test(&v->vm_refcnt)): never taken",
	 "process_b: if (atomic_dec_and_test(&v->vm_refcnt)): never taken");
SURVIVES("vm_mm does not change while the VMA is attached",
	 "process_a: struct mm_struct *mm = READ_ONCE(v->vm_mm);: after 'if (!atomic_add_unless(&v->vm_refcnt, VMA_LOCK_OFFSET, 0))'",
	 "process_b: struct mm_struct *mm = READ_ONCE(v->vm_mm);: after 'if (!atomic_add_unless(&v->vm_refcnt, VMA_LOCK_OFFSET, 0))'");
SURVIVES("the writer looks again at once, without sleep",
	 "process_a: WRITE_ONCE(mm->vma_writer_wait, true);: left out",
	 "process_b: WRITE_ONCE(mm->vma_writer_wait, true);: left out",
	 "process_a: WAIT_UNTIL(!READ_ONCE(mm->vma_writer_wait));: does not wait",
	 "process_b: WAIT_UNTIL(!READ_ONCE(mm->vma_writer_wait));: does not wait");
SURVIVES("nobody knows the mm yet",
	 "process_b: atomic_set(&mm->mm_count, 1);: after 'mm->vma_writer_wait = false;'",
	 "process_b: mm->vma_writer_wait = false;: left out",
	 "process_b: mm->vma_writer_wait = false;: after 'if (smp_load_acquire(&vma_is_free))'");
