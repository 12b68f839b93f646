/* SPDX-License-Identifier: MIT */
/*
 * follow_pfnmap_start() reports a pfn that its pmd does not map any more.
 *
 * follow_pfnmap_start() reads a pmd without its lock, sees a huge mapping, and takes the lock. It then looked at the value that
 * it had read before, so that the lock protected nothing: what it reports to KVM or VFIO may have been zapped, and mapped to
 * another pfn, in between.
 *
 *   CPU 0: follow_pfnmap_start               CPU 1: zap, fault
 *   pmdp_get_lockless: pfn 1
 *                                            pmd lock; pmd := none; unlock
 *                                            pmd lock; pmd := pfn 2; unlock
 *   pmd lock; the old value is a leaf
 *   report pfn 1
 *
 * Kernel:  v6.12 to v6.19: v6.12; since v7.0: v7.0
 * About:   huge pages, mmu notifiers
 * Exposed: any CPU
 * Source:  v6.19 mm/memory.c: follow_pfnmap_start, follow_pfnmap_end
 * Broke:   6da8e9634bb7 (v6.12)
 * Fixed:   ffef67b93aa3 (v7.0, and 6.12 and 6.19 stable) -> REFETCH
 * CVE:     unknown
 * Read:    the message and diff of ffef67b93aa3 as queued for 6.19 (it names 6da8e9634bb7). Not verified: that v6.12 is the
 *          first release with 6da8e9634bb7, and v7.0 the first with the fix.
 * Omitted: the pud, which is read in the same way. Entries that are not present but look like a leaf, on LoongArch. What the
 *          caller does with the pfn after follow_pfnmap_end(): an mmu notifier tells it about a later zap.
 */
#include <racewalk.h>

SUMMARY("follow_pfnmap_start() reports a pfn that its pmd does not map any more");

OPTION_FLAG(REFETCH, fix, "the pmd is read again when its lock is held");
OPTION_INT(NR_FOLLOWS, size, "CPUs in follow_pfnmap_start()", 1, 3, 1);

enum pmd { PMD_NONE, PMD_TABLE, PMD_PFN_1, PMD_PFN_2 };
enum pmd pmdp = PMD_PFN_1;
DEFINE_SPINLOCK(pmd_lock);

static bool pmd_leaf(enum pmd pmd)
{
	return pmd >= PMD_PFN_1;
}

THREADS(follow_pfnmap, NR_FOLLOWS)
{
	enum pmd pmd;
retry:
	pmd = READ_ONCE(pmdp);
	if (pmd == PMD_NONE || pmd == PMD_TABLE)
		return;
	spin_lock(&pmd_lock);
	if (REFETCH) {
		pmd = READ_ONCE(pmdp);
		if (unlikely(pmd == PMD_NONE)) {
			spin_unlock(&pmd_lock);
			return;
		}
	}
	if (unlikely(!pmd_leaf(pmd))) {
		spin_unlock(&pmd_lock);
		goto retry;
	}
	REACHED("a pfn is reported");
	HOLDS_HERE(pmdp == pmd && pmd >= PMD_PFN_1, "CPU %d reports pfn %d, but the pmd holds %d", CPU, pmd, pmdp);
	/* follow_pfnmap_end() */
	spin_unlock(&pmd_lock);
}

THREAD(zap)
{
	spin_lock(&pmd_lock);
	WRITE_ONCE(pmdp, PMD_NONE);
	spin_unlock(&pmd_lock);

	/* A fault maps another page, or a table. */
	spin_lock(&pmd_lock);
	WRITE_ONCE(pmdp, ANY(2) ? PMD_PFN_2 : PMD_TABLE);
	spin_unlock(&pmd_lock);
	REACHED("the pmd is mapped again");
}

SCENARIO(v6_12, VIOLATED);
SCENARIO(v7_0, HOLDS, REFETCH = true, PROVES = NR_FOLLOWS);
SCENARIO(v7_0_tso, HOLDS, REFETCH = true, MEMORY = tso, PROVES = NR_FOLLOWS);
SCENARIO(v7_0_arm64, HOLDS, REFETCH = true, MEMORY = arm64);
SCENARIO(two_follows, HOLDS, REFETCH = true, NR_FOLLOWS = 2);

SURVIVES("the pmd is one word, and the locks order no other access",
	 "follow_pfnmap: spin_unlock(&pmd_lock);: relaxed, not release",
	 "zap: spin_lock(&pmd_lock);: relaxed, not acquire");
SURVIVES("the check under the lock repeats it: another round comes to the same end",
	 "follow_pfnmap: if (pmd == PMD_NONE): never taken", "follow_pfnmap: if (pmd == PMD_TABLE): never taken");
SURVIVES("one change of the pmd is enough for the race, and the fix reads whatever there is",
	 "zap: WRITE_ONCE(pmdp, PMD_NONE);: left out", "zap: ANY(2): left out", "zap: if (ANY(2)): never taken",
	 "zap: if (ANY(2)): always taken", "zap: WRITE_ONCE(pmdp, ANY(2) ? PMD_PFN_2 : PMD_TABLE);: left out");
SURVIVES("the pmd is none by then, so that nobody holds a value of it",
	 "zap: WRITE_ONCE(pmdp, ANY(2) ? PMD_PFN_2 : PMD_TABLE);: after 'spin_unlock(&pmd_lock);'");
