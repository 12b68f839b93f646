/* SPDX-License-Identifier: MIT */
/* Stubs: address spaces, VMAs, mmap_lock and the lock of each VMA. */
#ifndef RACEWALK_MMAP_LOCK_H
#define RACEWALK_MMAP_LOCK_H

#include <racewalk.h>

/* v6.12 include/linux/mm_types.h: struct mm_struct, struct vm_area_struct */
struct mm_struct {
	struct rw_semaphore mmap_lock;
	int mm_lock_seq;
	atomic_t mm_users;
	atomic_t mm_count;
	spinlock_t page_table_lock;
	struct cpumask cpu_bitmap;
};
struct vm_area_struct {
	struct mm_struct *vm_mm;
	unsigned long vm_start;
	unsigned long vm_end;
	unsigned long vm_flags;
	struct rw_semaphore vm_lock;
	int vm_lock_seq;
	struct anon_vma *anon_vma;
	bool detached;
};
/* A VMA that no writer has locked: mm_lock_seq begins at 0, vm_lock_seq at -1. */
#define VMA_UNLOCKED .vm_lock_seq = -1

/* v6.12 include/linux/mmap_lock.h: vma_end_write_all. The next number unlocks every VMA that has the present one. */
static inline void vma_end_write_all(struct mm_struct *mm)
{
	smp_store_release(&mm->mm_lock_seq, mm->mm_lock_seq + 1);
}

/* v6.12 include/linux/mmap_lock.h */
static inline void mmap_init_lock(struct mm_struct *mm) { init_rwsem(&mm->mmap_lock); }
static inline void mmap_read_lock(struct mm_struct *mm) { down_read(&mm->mmap_lock); }
static inline bool mmap_read_trylock(struct mm_struct *mm) { return down_read_trylock(&mm->mmap_lock) != 0; }
static inline void mmap_read_unlock(struct mm_struct *mm) { up_read(&mm->mmap_lock); }
static inline void mmap_write_lock(struct mm_struct *mm) { down_write(&mm->mmap_lock); }
static inline bool mmap_write_trylock(struct mm_struct *mm) { return down_write_trylock(&mm->mmap_lock) != 0; }
static inline void mmap_write_unlock(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	up_write(&mm->mmap_lock);
}
static inline void mmap_write_downgrade(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	downgrade_write(&mm->mmap_lock);
}
#define mmap_assert_locked(mm) lockdep_assert_held(&(mm)->mmap_lock)
#define mmap_assert_write_locked(mm) lockdep_assert_held_write(&(mm)->mmap_lock)

/* v6.12 include/linux/mm.h: vma_start_read, vma_end_read, vma_start_write, vma_mark_detached */
static inline bool vma_start_read(struct vm_area_struct *vma)
{
	/* A writer has it; or had it: the caller then takes mmap_lock for nothing. */
	if (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(vma->vm_mm->mm_lock_seq))
		return false;
	if (!down_read_trylock(&vma->vm_lock))
		return false;
	/* Pairs with the release of vma_end_write_all(). */
	if (vma->vm_lock_seq == smp_load_acquire(&vma->vm_mm->mm_lock_seq)) {
		up_read(&vma->vm_lock);
		return false;
	}
	return true;
}
static inline void vma_end_read(struct vm_area_struct *vma) { up_read(&vma->vm_lock); }
static inline void vma_start_write(struct vm_area_struct *vma)
{
	int seq;

	mmap_assert_write_locked(vma->vm_mm);
	seq = vma->vm_mm->mm_lock_seq;
	if (vma->vm_lock_seq == seq)
		return;
	down_write(&vma->vm_lock);
	WRITE_ONCE(vma->vm_lock_seq, seq);
	up_write(&vma->vm_lock);
}
static inline void vma_assert_write_locked(struct vm_area_struct *vma)
{
	VM_BUG_ON_VMA(vma->vm_lock_seq != vma->vm_mm->mm_lock_seq, vma);
}
static inline void vma_mark_detached(struct vm_area_struct *vma, bool detached)
{
	if (detached)
		vma_assert_write_locked(vma);
	vma->detached = detached;
}

/* v6.12 include/linux/sched/mm.h: mmget, mmget_not_zero, mmgrab */
static inline void mmget(struct mm_struct *mm) { atomic_inc(&mm->mm_users); }
static inline bool mmget_not_zero(struct mm_struct *mm) { return atomic_inc_not_zero(&mm->mm_users); }
static inline void mmgrab(struct mm_struct *mm) { atomic_inc(&mm->mm_count); }

#endif
