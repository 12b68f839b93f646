/* SPDX-License-Identifier: MIT */
/*
 * KVM's pfn cache keeps a page whose mapping has been invalidated while the cache was refreshed.
 *
 * hva_to_pfn_retry() reads mmu_invalidate_seq, drops the lock, looks the page up, and retries if an invalidation is in progress
 * or the sequence has changed. But the sequence counts only invalidations that overlap a memslot: mmu_lock is taken, and the
 * count goes up, in the loop over memslots. A cache of a plain host address (kvm_gpc_activate_hva(), v6.9) need not be in any:
 * an invalidation that begins and ends during the lookup leaves no trace, since a cache that is not valid yet is skipped.
 *
 *   CPU 0: hva_to_pfn_retry                  CPU 1: mmu notifier, reclaim
 *   mmu_seq = 0; unlock
 *   hva_to_pfn: the page
 *                                            invalidate_start: active 1; the cache is not valid: skip it
 *                                            unmap the page
 *                                            invalidate_end: no memslot: seq stays 0; active 0
 *                                            free the page
 *   lock; active is 0, seq is 0: valid
 *
 * Kernel:  v6.9 to v7.2: v6.9; since v7.3: v7.3
 * About:   mmu notifiers, reuse of a page
 * Exposed: any CPU
 * Source:  v6.9 virt/kvm/pfncache.c: hva_to_pfn_retry, mmu_notifier_retry_cache, gfn_to_pfn_cache_invalidate_start;
 *          virt/kvm/kvm_main.c: kvm_mmu_notifier_invalidate_range_start, kvm_mmu_notifier_invalidate_range_end,
 *          __kvm_handle_hva_range, kvm_mmu_invalidate_end
 * Broke:   unknown
 * Fixed:   da260bcb56fe (v7.3) -> OWN_SEQ: read here from the title of the commit alone, "use a dedicated invalidation sequence
 *          for cache refresh"
 * CVE:     unknown: CVE-2026-99472 is in no source that was found
 * Read:    the title and full hash of da260bcb56fe in a list of linux-next after kvm-s390-master-7.3-1. Not verified: what
 *          da260bcb56fe changes, its first release, the releases that had the race, a CVE.
 * Omitted: refresh_lock: one refresh at a time. kmap() and the release of an earlier attempt. Several caches: gpc_lock protects
 *          the list. The reference of hva_to_pfn(): it keeps the page until the cache is valid, which is when the notifier is
 *          to protect it.
 */
#include <racewalk.h>

SUMMARY("KVM's pfn cache keeps a page whose mapping was invalidated during its refresh");

OPTION_FLAG(OWN_SEQ, fix, "every invalidation counts for caches, whether it overlaps a memslot or not");
OPTION_FLAG(IN_MEMSLOT, variant, "the host address lies in a memslot");
OPTION_FLAG(READ_BARRIER, variant, "smp_rmb() between the reads of mn_active_invalidate_count and the sequence", true);

struct {
	int mn_active_invalidate_count;
	int mmu_invalidate_seq;
	int gpc_invalidate_seq;
} kvm;
struct gfn_to_pfn_cache {
	bool valid;
} gpc;
DEFINE_SPINLOCK(gpc_lock);		/* gpc->lock, as a writer */
DEFINE_SPINLOCK(mmu_lock);
DEFINE_SPINLOCK(mn_invalidate_lock);
bool mapped = true, freed;

static bool mmu_notifier_retry_cache(int mmu_seq)
{
	if (READ_ONCE(kvm.mn_active_invalidate_count))
		return true;
	if (READ_BARRIER)
		smp_rmb();
	return (OWN_SEQ ? READ_ONCE(kvm.gpc_invalidate_seq) : READ_ONCE(kvm.mmu_invalidate_seq)) != mmu_seq;
}

static bool hva_to_pfn_retry(void)
{
	int mmu_seq;

	do {
		mmu_seq = OWN_SEQ ? READ_ONCE(kvm.gpc_invalidate_seq) : READ_ONCE(kvm.mmu_invalidate_seq);
		smp_rmb();
		spin_unlock(&gpc_lock);
		/* hva_to_pfn() */
		if (!READ_ONCE(mapped)) {
			spin_lock(&gpc_lock);
			return false;
		}
		spin_lock(&gpc_lock);
	} while (mmu_notifier_retry_cache(mmu_seq));
	WRITE_ONCE(gpc.valid, true);
	return true;
}

static void kvm_mmu_notifier_invalidate_range_start(void)
{
	spin_lock(&mn_invalidate_lock);
	WRITE_ONCE(kvm.mn_active_invalidate_count, kvm.mn_active_invalidate_count + 1);
	spin_unlock(&mn_invalidate_lock);
	/* gfn_to_pfn_cache_invalidate_start() */
	spin_lock(&gpc_lock);
	if (READ_ONCE(gpc.valid))
		WRITE_ONCE(gpc.valid, false);
	spin_unlock(&gpc_lock);
}

static void kvm_mmu_notifier_invalidate_range_end(void)
{
	/* kvm_mmu_invalidate_end() */
	if (OWN_SEQ) {
		WRITE_ONCE(kvm.gpc_invalidate_seq, kvm.gpc_invalidate_seq + 1);
		smp_wmb();
	} else if (IN_MEMSLOT) {
		spin_lock(&mmu_lock);
		WRITE_ONCE(kvm.mmu_invalidate_seq, kvm.mmu_invalidate_seq + 1);
		smp_wmb();
		spin_unlock(&mmu_lock);
	}
	spin_lock(&mn_invalidate_lock);
	WRITE_ONCE(kvm.mn_active_invalidate_count, kvm.mn_active_invalidate_count - 1);
	spin_unlock(&mn_invalidate_lock);
}

THREAD(refresh)
{
	bool done;

	/* kvm_gpc_refresh() */
	spin_lock(&gpc_lock);
	done = hva_to_pfn_retry();
	spin_unlock(&gpc_lock);
	if (done) {
		/* kvm_gpc_check(), then an access, under gpc->lock as a reader */
		spin_lock(&gpc_lock);
		if (READ_ONCE(gpc.valid)) {
			REACHED("the cache is used");
			CHECK(!READ_ONCE(freed), "KVM accesses a free page through its cache");
		}
		spin_unlock(&gpc_lock);
	} else {
		REACHED("the page is no longer mapped");
	}
}

THREAD(reclaim)
{
	kvm_mmu_notifier_invalidate_range_start();
	/* ptep_clear_flush(): the flush ends with a full barrier */
	WRITE_ONCE(mapped, false);
	smp_mb();
	kvm_mmu_notifier_invalidate_range_end();
	smp_store_release(&freed, true);
}

FINALLY("no cache of a free page is valid", !gpc.valid);

SCENARIO(v6_9, VIOLATED);
SCENARIO(in_memslot, HOLDS, IN_MEMSLOT = true, WHY = "the sequence counts it");
SCENARIO(v7_3, HOLDS, OWN_SEQ = true);
SCENARIO(v7_3_tso, HOLDS, OWN_SEQ = true, MEMORY = tso);
SCENARIO(v7_3_arm64, HOLDS, OWN_SEQ = true, MEMORY = arm64);
SCENARIO(in_memslot_arm64, HOLDS, IN_MEMSLOT = true, MEMORY = arm64);
SCENARIO(no_read_barrier, HOLDS, OWN_SEQ = true, READ_BARRIER = false);
SCENARIO(no_read_barrier_arm64, VIOLATED, OWN_SEQ = true, READ_BARRIER = false, MEMORY = arm64);

SURVIVES("refresh has written nothing under the lock yet",
	 "refresh: spin_unlock(&gpc_lock);: after 'if (!READ_ONCE(mapped))'",
	 "refresh: spin_unlock(&gpc_lock);: relaxed, not release");
SURVIVES("an older sequence number makes refresh try again; a page that is no longer mapped makes it give up",
	 "refresh: spin_lock(&gpc_lock);: relaxed, not acquire");
SURVIVES("the lock excludes other notifiers, and there is one; gpc_lock orders the count",
	 "reclaim: spin_lock(&mn_invalidate_lock);: left out",
	 "reclaim: spin_lock(&mn_invalidate_lock);: does not wait",
	 "reclaim: spin_lock(&mn_invalidate_lock);: after 'kvm.mn_active_invalidate_count'",
	 "reclaim: spin_lock(&mn_invalidate_lock);: relaxed, not acquire",
	 "reclaim: WRITE_ONCE(kvm.mn_active_invalidate_count, kvm.mn_active_invalidate_cou…: after 'spin_unlock(&mn_invalidate_lock);'",
	 "reclaim: spin_unlock(&mn_invalidate_lock);: after 'spin_lock(&gpc_lock);'",
	 "reclaim: spin_unlock(&mn_invalidate_lock);: relaxed, not release",
	 "reclaim: spin_unlock(&mn_invalidate_lock);: left out");
SURVIVES("the lock excludes other notifiers, and there is one",
	 "reclaim: spin_lock(&mmu_lock);: left out",
	 "reclaim: spin_lock(&mmu_lock);: does not wait",
	 "reclaim: spin_lock(&mmu_lock);: after 'kvm.mmu_invalidate_seq'",
	 "reclaim: spin_lock(&mmu_lock);: relaxed, not acquire",
	 "reclaim: spin_unlock(&mmu_lock);: left out");
SURVIVES("unlock of mmu_lock or smp_wmb() orders the sequence before the count: one is enough, also under arm64",
	 "reclaim: smp_wmb(): left out",
	 "reclaim: spin_unlock(&mmu_lock);: relaxed, not release");
SURVIVES("an invalid cache becomes invalid",
	 "reclaim: if (READ_ONCE(gpc.valid)): always taken");
SURVIVES("the claim about the end finds the same races",
	 "reclaim: smp_store_release(&freed, true);: left out",
	 "reclaim: smp_store_release(&freed, true);: relaxed, not release");
