/* SPDX-License-Identifier: MIT */
/*
 * A page fault under the VMA lock reads a neighbour that is being freed.
 *
 * A fault that holds the lock of one VMA alone must not need an anon_vma: __anon_vma_prepare() looks at adjacent VMAs, which
 * are not locked. lock_vma_under_rcu() therefore refuses a VMA without an anon_vma. It looked before it had the lock, and
 * mremap() with MREMAP_DONTUNMAP takes the anon_vma away in between.
 *
 *   CPU 0: page fault                        CPU 1: mremap, munmap
 *   lock_vma_under_rcu: anon_vma is set
 *                                            lock the VMA; unlink_anon_vmas; unlock
 *   vma_start_read succeeds
 *   no anon_vma: find the neighbour
 *                                            detach and free the neighbour
 *   read anon_vma of the neighbour
 *
 * Kernel:  v6.4: v6.4; since v6.5: v6.5
 * About:   VMA locks
 * Exposed: any CPU
 * Source:  v6.4 mm/memory.c: lock_vma_under_rcu; mm/rmap.c: __anon_vma_prepare, unlink_anon_vmas; mm/mmap.c:
 *          find_mergeable_anon_vma, reusable_anon_vma; mm/mremap.c: move_vma. The stubs of VMA locks are those of v6.12.
 * Broke:   5e31275cc997 (v6.4, per-VMA locks)
 * Fixed:   657b5146955e (v6.5) -> CHECK_LOCKED
 * CVE:     CVE-2024-1312
 * Read:    the message and diff of 657b5146955e (it names 5e31275cc997), and the advisory. Not verified: that 5e31275cc997
 *          is in v6.4 first.
 * Omitted: the other checks of lock_vma_under_rcu: the VMA is neither detached nor moved here. The maple tree: one pointer is
 *          what mas_walk() finds. What the fault does with the page. call_rcu() of vm_area_free() is synchronize_rcu().
 */
#include <racewalk/mmap_lock.h>

SUMMARY("a page fault under the VMA lock reads a neighbour that is being freed");

OPTION_FLAG(CHECK_LOCKED, fix, "lock_vma_under_rcu() checks vma->anon_vma when it has the lock");
OPTION_INT(NR_FAULTS, size, "CPUs that fault", 1, 3, 1);

struct anon_vma {
	int dummy;
};
struct anon_vma first;
struct mm_struct mm;
struct vm_area_struct vma = { VMA_UNLOCKED, .vm_mm = &mm, .anon_vma = &first };
POOL(struct vm_area_struct, 1);
struct vm_area_struct *adjacent;	/* what mas_walk() finds beside the VMA */

static struct vm_area_struct *lock_vma_under_rcu(void)
{
	rcu_read_lock();
	if (!CHECK_LOCKED && !READ_ONCE(vma.anon_vma))
		goto inval;
	if (!vma_start_read(&vma))
		goto inval;
	if (CHECK_LOCKED && unlikely(!READ_ONCE(vma.anon_vma))) {
		vma_end_read(&vma);
		goto inval;
	}
	rcu_read_unlock();
	return &vma;
inval:
	rcu_read_unlock();
	return NULL;
}

static struct anon_vma *find_mergeable_anon_vma(void)
{
	struct vm_area_struct *near = READ_ONCE(adjacent);

	/* reusable_anon_vma() */
	return near ? READ_ONCE(near->anon_vma) : NULL;
}

static void anon_vma_prepare(void)
{
	struct anon_vma *anon_vma;

	if (likely(READ_ONCE(vma.anon_vma)))
		return;
	anon_vma = find_mergeable_anon_vma();
	if (!anon_vma)
		anon_vma = &first;	/* anon_vma_alloc() */
	WRITE_ONCE(vma.anon_vma, anon_vma);
	REACHED("a fault prepares an anon_vma");
}

THREADS(fault, NR_FAULTS)
{
	if (lock_vma_under_rcu()) {
		REACHED("a fault has the VMA lock");
		anon_vma_prepare();
		vma_end_read(&vma);
	} else {
		mmap_read_lock(&mm);
		anon_vma_prepare();
		mmap_read_unlock(&mm);
	}
}

THREAD(mremap)
{
	struct vm_area_struct *near = kzalloc(sizeof(*near), GFP_KERNEL);

	/* mmap() */
	near->vm_mm = &mm;
	near->vm_lock_seq = -1;
	mmap_write_lock(&mm);
	WRITE_ONCE(adjacent, near);
	mmap_write_unlock(&mm);

	/* mremap(): move_vma() */
	mmap_write_lock(&mm);
	vma_start_write(&vma);
	WRITE_ONCE(vma.anon_vma, NULL);	/* unlink_anon_vmas() */
	mmap_write_unlock(&mm);

	/* munmap() */
	mmap_write_lock(&mm);
	vma_start_write(near);
	WRITE_ONCE(adjacent, NULL);
	mmap_write_unlock(&mm);
	synchronize_rcu();
	kfree(near);
}

SCENARIO(v6_4, VIOLATED);
SCENARIO(v6_5, HOLDS, CHECK_LOCKED = true, PROVES = NR_FAULTS);
SCENARIO(v6_5_tso, HOLDS, CHECK_LOCKED = true, MEMORY = tso);
SCENARIO(two_faults, HOLDS, CHECK_LOCKED = true, NR_FAULTS = 2);

SURVIVES("RCU protects the lookup of the VMA, which is never freed here; its neighbour is read under mmap_lock alone",
	 "fault: rcu_read_lock();: left out",
	 "mremap: synchronize_rcu(): left out",
	 "mremap: synchronize_rcu(): does not wait");
SURVIVES("the fault gives up before it has the lock in the variant that is violated with or without it",
	 "fault: if (READ_ONCE(vma.anon_vma)): always taken");
SURVIVES("the check is made again under the lock",
	 "fault: if (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(vma->vm_mm->mm_lock_seq)): never taken");
SURVIVES("racewalk takes no allocation under arm64, and under the other memory models a lock orders without a mark",
	 "fault: if (!down_read_trylock(&vma->vm_lock)): relaxed, not acquire",
	 "fault: if (vma->vm_lock_seq == smp_load_acquire(&vma->vm_mm->mm_lock_seq)): relaxed, not acquire",
	 "fault: up_read(&vma->vm_lock);: relaxed, not release",
	 "fault: down_read(&mm->mmap_lock);: relaxed, not acquire",
	 "fault: up_read(&mm->mmap_lock);: relaxed, not release",
	 "mremap: down_write(&mm->mmap_lock);: relaxed, not acquire",
	 "mremap: smp_store_release(&mm->mm_lock_seq, mm->mm_lock_seq + 1);: relaxed, not release",
	 "mremap: up_write(&mm->mmap_lock);: relaxed, not release",
	 "mremap: down_write(&vma->vm_lock);: relaxed, not acquire",
	 "mremap: up_write(&vma->vm_lock);: relaxed, not release");
SURVIVES("nobody takes the lock for writing afterwards",
	 "fault: up_read(&vma->vm_lock);: left out");
SURVIVES("no claim is about the anon_vma that the fault prepares",
	 "fault: if (anon_vma): never taken",
	 "fault: if (anon_vma): always taken",
	 "fault: WRITE_ONCE(vma.anon_vma, anon_vma);: left out");
SURVIVES("the VMA is not linked yet",
	 "mremap: near->vm_mm = &mm;: after 'near->vm_lock_seq = -1;'",
	 "mremap: near->vm_lock_seq = -1;: left out",
	 "mremap: near->vm_lock_seq = -1;: after 'down_write(&mm->mmap_lock);'");
SURVIVES("mm_lock_seq is only read there, and mmap_lock is held",
	 "mremap: WRITE_ONCE(adjacent, near);: after 'mm->mm_lock_seq'",
	 "mremap: WRITE_ONCE(vma.anon_vma, NULL);: after 'mm->mm_lock_seq'",
	 "mremap: WRITE_ONCE(adjacent, NULL);: after 'mm->mm_lock_seq'");
SURVIVES("the VMA has not been locked before",
	 "mremap: if (vma->vm_lock_seq == seq): never taken");
