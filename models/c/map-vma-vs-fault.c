/* SPDX-License-Identifier: MIT */
/*
 * A page fault under the VMA lock finds a new VMA that mmap() has not finished.
 *
 * mmap_region() puts the VMA into the tree and goes on to change it, under mmap_lock. A fault under the VMA lock does not take
 * mmap_lock: it finds the VMA in the tree, locks it, and reads what is not there yet. The VMA must be write-locked before it is
 * visible; whoever finds it then waits until mmap_lock is dropped.
 *
 *   CPU 0: mmap_region                       CPU 1: lock_vma_under_rcu
 *   mmap_lock for writing
 *   put the VMA into the tree
 *                                            find the VMA; lock it
 *                                            read vm_flags: not set yet
 *   set vm_flags
 *   drop mmap_lock, which unlocks the VMA
 *
 * Kernel:  since v6.5: v6.5
 * About:   VMA locks
 * Exposed: any CPU
 * Source:  v6.4 mm/mmap.c: mmap_region; mm/memory.c: lock_vma_under_rcu. The stubs of VMA locks are those of v6.12.
 * Broke:   none in a release
 * Fixed:   33313a747e81 (v6.5) -> LOCK_NEW. Until v6.5 no fault of a file-backed VMA was handled under its lock, and only these are
 *          changed late: the message says that it would become a race
 * CVE:     none
 * Read:    the message and diff of 33313a747e81 as posted (v2), its hash in the log of v6.5-rc1.
 * Omitted: the maple tree: one pointer. The VMA is not detached and its mm is alive. What the fault does with the page.
 */
#include <racewalk/mmap_lock.h>

SUMMARY("a page fault under the VMA lock finds a VMA that mmap() has not finished");

OPTION_FLAG(LOCK_NEW, fix, "mmap_region() write-locks the new VMA before it is in the tree");
OPTION_INT(NR_FAULTS, size, "CPUs that fault", 1, 3, 1);

#define VM_ACCOUNT 1

struct mm_struct mm;
struct vm_area_struct vma = { VMA_UNLOCKED, .vm_mm = &mm };
struct vm_area_struct *tree;

static void mmap_region(void)
{
	mmap_write_lock(&mm);
	if (LOCK_NEW)
		vma_start_write(&vma);
	smp_store_release(&tree, &vma);			/* vma_iter_store(): rcu_assign_pointer() */
	WRITE_ONCE(vma.vm_flags, VM_ACCOUNT);		/* vm_flags_set(), after call_mmap() */
	mmap_write_unlock(&mm);
}

THREADS(fault, NR_FAULTS)
{
	struct vm_area_struct *found;
	bool is_locked = false;

	rcu_read_lock();
	found = READ_ONCE(tree);
	if (found)
		is_locked = vma_start_read(found);
	rcu_read_unlock();
	if (is_locked) {
		REACHED("a fault has the VMA lock");
		CHECK(READ_ONCE(found->vm_flags) == VM_ACCOUNT, "CPU %d handles a fault of a VMA that mmap() has not finished", CPU);
		vma_end_read(found);
	} else {
		mmap_read_lock(&mm);
		if (READ_ONCE(tree)) {
			REACHED("a fault has mmap_lock");
			CHECK(READ_ONCE(vma.vm_flags) == VM_ACCOUNT, "mmap_lock does not protect the VMA");
		}
		mmap_read_unlock(&mm);
	}
}

THREAD(mmap)
{
	mmap_region();
}

SCENARIO(v6_4, VIOLATED, WHY = "if faults of files were handled under the VMA lock");
SCENARIO(v6_5, HOLDS, LOCK_NEW = true);
SCENARIO(v6_5_tso, HOLDS, LOCK_NEW = true, MEMORY = tso);
SCENARIO(v6_5_arm64, HOLDS, LOCK_NEW = true, MEMORY = arm64);
SCENARIO(two_faults, HOLDS, LOCK_NEW = true, NR_FAULTS = 2);

SURVIVES("the check is made again under the lock",
	 "fault: READ_ONCE(vma->vm_lock_seq): after 'vma->vm_mm'",
	 "fault: if (READ_ONCE(vma->vm_lock_seq) == READ_ONCE(vma->vm_mm->mm_lock_seq)): never taken");
SURVIVES("nobody takes the lock for writing afterwards",
	 "fault: up_read(&vma->vm_lock);: left out");
SURVIVES("nothing is written under a lock for reading",
	 "fault: up_read(&vma->vm_lock);: relaxed, not release",
	 "fault: up_read(&mm->mmap_lock);: relaxed, not release");
SURVIVES("nobody can have locked a VMA, or read it under mmap_lock, that is not in the tree yet",
	 "mmap: down_write(&mm->mmap_lock);: relaxed, not acquire",
	 "mmap: down_write(&vma->vm_lock);: left out",
	 "mmap: down_write(&vma->vm_lock);: does not wait",
	 "mmap: down_write(&vma->vm_lock);: after 'WRITE_ONCE(vma->vm_lock_seq, seq);'",
	 "mmap: down_write(&vma->vm_lock);: relaxed, not acquire",
	 "mmap: if (vma->vm_lock_seq == seq): never taken");
SURVIVES("the VMA lock orders what a fault reads: checked under arm64",
	 "mmap: smp_store_release(&tree, &vma);: relaxed, not release");
SURVIVES("mm_lock_seq is only read there",
	 "mmap: WRITE_ONCE(vma.vm_flags, VM_ACCOUNT);: after 'mm->mm_lock_seq'");
