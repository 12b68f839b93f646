/* SPDX-License-Identifier: MIT */
/*
 * mremap moves a page table that retract_page_tables has removed, and maps physical page 0 as a page table.
 *
 * move_page_tables() looks at the pmd to choose how to move what is below; with a page table there, move_normal_pmd() takes the
 * locks and moves the table as a whole. retract_page_tables() removes tables of a file that has become huge; since v6.6 it takes
 * neither mmap_lock nor a VMA lock, but i_mmap_rwsem, which mremap takes only after it has looked.
 *
 *   CPU 0: mremap                            CPU 1: retract_page_tables
 *   read the old pmd: a table
 *                                            lock i_mmap_rwsem; old pmd := none; unlock
 *   lock i_mmap_rwsem, the pmds
 *   old pmd := none; new pmd := the table of none
 *
 * Kernel:  v6.6 to v6.11: v6.6; since v6.12: v6.12
 * About:   freeing of page tables, huge pages
 * Exposed: any CPU
 * Source:  v6.11 mm/mremap.c: move_page_tables, move_pgt_entry, move_normal_pmd; mm/khugepaged.c: retract_page_tables.
 * Broke:   1d65b771bc08 (v6.6, retract_page_tables without mmap_lock)
 * Fixed:   6fa1066fc5d0 (v6.12) -> RECHECK; the first patch of the report -> RMAP_FIRST; before v6.6 retract_page_tables held
 *          -> MMAP_LOCK
 * CVE:     CVE-2024-50066
 * Read:    the message and diff of 6fa1066fc5d0 (it names 1d65b771bc08), backported to 6.6 and 6.11, and the log of kernel.org's
 *          CVEs. Not verified: that v6.6 is the first release with 1d65b771bc08.
 * Omitted: the lock of the new pmd: mremap alone maps there. The fall-back to move_ptes(): it finds no table and moves nothing.
 *          TLB flushes and lockless walkers: mremap-vs-truncate, gup-fast-vs-free-pgtables.
 */
#include <racewalk.h>

SUMMARY("mremap moves a page table that retract_page_tables has removed");

OPTION_FLAG(RECHECK, fix, "move_normal_pmd() looks at the pmd again under its lock");
OPTION_FLAG(RMAP_FIRST, fix, "mremap takes i_mmap_rwsem before it looks at the pmd");
OPTION_FLAG(MMAP_LOCK, fix, "retract_page_tables() takes mmap_lock, and leaves the table if it cannot");

struct page_table {
	int dummy;
};
struct page_table table;
struct page_table *old_pmd = &table, *new_pmd;	/* NULL: pmd_none() */
bool is_freed;
DECLARE_RWSEM(mmap_lock);
DECLARE_RWSEM(i_mmap_rwsem);
DEFINE_SPINLOCK(pmd_lock);

static bool move_normal_pmd(void)
{
	struct page_table *pmd;
	bool res = false;

	spin_lock(&pmd_lock);
	pmd = READ_ONCE(old_pmd);
	/* Racing with collapse? */
	if (RECHECK && unlikely(!pmd))
		goto out_unlock;
	WRITE_ONCE(old_pmd, NULL);
	res = true;
	CHECK(pmd, "pmd_populate() gets the page table of a pmd that is none: physical page 0");
	WRITE_ONCE(new_pmd, pmd);
	CHECK(!READ_ONCE(is_freed), "mremap moves a page table that is free");
	REACHED("mremap moves the table");
out_unlock:
	spin_unlock(&pmd_lock);
	return res;
}

THREAD(mremap)
{
	down_write(&mmap_lock);
	if (RMAP_FIRST)
		down_write(&i_mmap_rwsem);
	/* move_page_tables() */
	if (READ_ONCE(old_pmd)) {
		if (!RMAP_FIRST)
			down_write(&i_mmap_rwsem);	/* take_rmap_locks() */
		if (!move_normal_pmd())
			NOTE("the rest is up to move_ptes()");
		if (!RMAP_FIRST)
			up_write(&i_mmap_rwsem);
	}
	if (RMAP_FIRST)
		up_write(&i_mmap_rwsem);
	up_write(&mmap_lock);
}

THREAD(retract_page_tables)
{
	struct page_table *pmd;

	down_read(&i_mmap_rwsem);
	if (!MMAP_LOCK || down_read_trylock(&mmap_lock)) {
		spin_lock(&pmd_lock);
		pmd = READ_ONCE(old_pmd);
		if (pmd) {
			WRITE_ONCE(old_pmd, NULL);	/* pmdp_collapse_flush() */
			REACHED("retract_page_tables removes the table");
		}
		spin_unlock(&pmd_lock);
		if (MMAP_LOCK)
			up_read(&mmap_lock);
		if (pmd)
			smp_store_release(&is_freed, true);	/* pte_free_defer(): call_rcu() */
	}
	up_read(&i_mmap_rwsem);
}

FINALLY("no page table that is mapped is freed", !(is_freed && (old_pmd || new_pmd)));
FINALLY("the table is moved or freed", is_freed == !new_pmd);

SCENARIO(v6_6, VIOLATED);
SCENARIO(v6_12, HOLDS, RECHECK = true);
SCENARIO(rmap_first, HOLDS, RMAP_FIRST = true);
SCENARIO(v6_5, HOLDS, MMAP_LOCK = true, WHY = "mremap holds mmap_lock throughout");
SCENARIO(v6_12_tso, HOLDS, RECHECK = true, MEMORY = tso);
SCENARIO(v6_12_arm64, HOLDS, RECHECK = true, MEMORY = arm64);
SCENARIO(v6_5_arm64, HOLDS, MMAP_LOCK = true, MEMORY = arm64);
SCENARIO(rmap_first_arm64, HOLDS, RMAP_FIRST = true, MEMORY = arm64);

SURVIVES("i_mmap_rwsem excludes retract_page_tables() while the pmd moves; the pmd lock is for page faults, which the model omits",
	 "mremap: spin_lock(&pmd_lock);: left out",
	 "mremap: spin_lock(&pmd_lock);: does not wait",
	 "mremap: spin_lock(&pmd_lock);: after 'pmd = READ_ONCE(old_pmd);'",
	 "retract_page_tables: spin_lock(&pmd_lock);: left out",
	 "retract_page_tables: spin_lock(&pmd_lock);: does not wait",
	 "retract_page_tables: spin_lock(&pmd_lock);: after 'pmd = READ_ONCE(old_pmd);'");
SURVIVES("i_mmap_rwsem and the pmd lock order the same accesses: under arm64 one of the two is enough",
	 "mremap: spin_lock(&pmd_lock);: relaxed, not acquire",
	 "mremap: spin_unlock(&pmd_lock);: relaxed, not release",
	 "retract_page_tables: spin_lock(&pmd_lock);: relaxed, not acquire",
	 "retract_page_tables: spin_unlock(&pmd_lock);: relaxed, not release",
	 "mremap: down_write(&i_mmap_rwsem);: relaxed, not acquire",
	 "mremap: up_write(&i_mmap_rwsem);: relaxed, not release",
	 "retract_page_tables: down_read(&i_mmap_rwsem);: relaxed, not acquire");
SURVIVES("mmap_lock decides whether the table stays; i_mmap_rwsem orders",
	 "mremap: up_write(&mmap_lock);: relaxed, not release",
	 "retract_page_tables: if (!MMAP_LOCK || down_read_trylock(&mmap_lock)): relaxed, not acquire");
SURVIVES("a table that cannot be removed stays where it is, which harms nobody",
	 "mremap: up_write(&mmap_lock);: left out");
SURVIVES("the claim reads what i_mmap_rwsem keeps from changing",
	 "mremap: WRITE_ONCE(new_pmd, pmd);: after 'CHECK(!READ_ONCE(is_freed), \"mremap moves a page table that is free\");'",
	 "retract_page_tables: smp_store_release(&is_freed, true);: relaxed, not release");
SURVIVES("the branch is for a remark in the trace",
	 "mremap: if (move_normal_pmd()): never taken",
	 "mremap: if (move_normal_pmd()): always taken");
SURVIVES("an empty pmd is stored over an empty pmd",
	 "retract_page_tables: if (pmd): always taken");
