/* SPDX-License-Identifier: MIT */
/*
 * A CPU uses a concurrency id of rseq that another CPU has taken away and freed.
 *
 * Each CPU keeps the concurrency id (cid) of an mm when it switches to another mm. sched_mm_cid_remote_clear() takes back a cid
 * that is not in use: it marks the cid as lazily put, looks whether the CPU runs the mm, and frees it if not. The CPU stores
 * rq->curr and then reads its cid: store buffering. The full barrier between the two was expected of switch_mm(), where arm64
 * and others have none.
 *
 *   CPU 0: context_switch                    CPU 1: sched_mm_cid_remote_clear
 *   rq->curr := next (waits in the store buffer)
 *   read the cid: valid
 *                                            cid := lazily put
 *                                            rq->curr is not next
 *                                            cid := unset; free the cid
 *   use the cid
 *
 * Kernel:  v6.4 to v6.8: v6.4; since v6.9: v6.9
 * About:   barriers, context switch
 * Exposed: store buffers (not x86, where switch_mm() writes CR3)
 * Source:  v6.8 kernel/sched/sched.h: switch_mm_cid, mm_cid_get; kernel/sched/core.c: context_switch, sched_mm_cid_remote_clear
 * Broke:   223baf9d17f2 (v6.4)
 * Fixed:   fe90f3967bdb (v6.9) -> BARRIER
 * CVE:     unknown
 * Read:    the message and diff of "sched: Add missing memory barrier in switch_mm_cid" as queued for stable (it names
 *          223baf9d17f2; stable since 6.4), and sched_mm_cid_remote_clear(). fe90f3967bdb was pulled for v6.9-rc5. Not verified:
 *          that v6.4 is the first release with 223baf9d17f2.
 * Omitted: the cid of the task that leaves: it belongs to another mm. mm_cid_active, which is true. Migration of tasks, which
 *          takes cids as well. The search for a free cid: whoever finds the freed one is enough.
 */
#include <racewalk.h>

SUMMARY("a CPU uses a concurrency id of rseq that another CPU has taken away and freed");

OPTION_FLAG(BARRIER, fix, "smp_mb__after_switch_mm() between the store of rq->curr and the read of the cid");
OPTION_FLAG(CLEAR_BARRIER, variant, "the cmpxchg() that marks the cid is a full barrier", true);

#define MM_CID_UNSET -1
#define MM_CID_LAZY_PUT 2

enum mm { PREV_MM, NEXT_MM };
enum mm curr_mm = PREV_MM;	/* rq->curr->mm of CPU 0 */
int pcpu_cid = 0;		/* of NEXT_MM on CPU 0 */
bool cid_is_free;		/* in mm_cidmask() of NEXT_MM */

static void __mm_cid_put(void)
{
	CHECK(!READ_ONCE(cid_is_free), "the cid is freed twice");
	WRITE_ONCE(cid_is_free, true);
}

static int mm_cid_get(void)
{
	int cid = READ_ONCE(pcpu_cid);

	if (cid >= 0 && !(cid & MM_CID_LAZY_PUT))
		return cid;
	if (cid >= 0 && try_cmpxchg(&pcpu_cid, &cid, MM_CID_UNSET))
		__mm_cid_put();
	return MM_CID_UNSET;	/* __mm_cid_get() */
}

THREAD(context_switch)
{
	int cid;

	WRITE_ONCE(curr_mm, NEXT_MM);
	if (BARRIER)
		smp_mb();
	/* switch_mm_cid() */
	cid = mm_cid_get();
	if (cid != MM_CID_UNSET) {
		REACHED("the CPU goes on with its cid");
		HOLDS_HERE(!cid_is_free, "the CPU uses a cid that is free for others");
	}
}

THREAD(sched_mm_cid_remote_clear)
{
	int cid = READ_ONCE(pcpu_cid), lazy_cid = MM_CID_LAZY_PUT;

	if (cid != 0)
		return;
	if (CLEAR_BARRIER ? !try_cmpxchg(&pcpu_cid, &cid, lazy_cid) : !try_cmpxchg_relaxed(&pcpu_cid, &cid, lazy_cid))
		return;
	if (READ_ONCE(curr_mm) == NEXT_MM)
		return;
	if (try_cmpxchg(&pcpu_cid, &lazy_cid, MM_CID_UNSET)) {
		__mm_cid_put();
		REACHED("the cid is taken away");
	}
}

SCENARIO(v6_4, HOLDS, WHY = "under sequential consistency");
SCENARIO(v6_4_tso, VIOLATED, MEMORY = tso, WHY = "as on CPUs whose switch_mm() has no barrier");
SCENARIO(v6_4_arm64, VIOLATED, MEMORY = arm64);
SCENARIO(v6_9, HOLDS, BARRIER = true);
SCENARIO(v6_9_tso, HOLDS, BARRIER = true, MEMORY = tso);
SCENARIO(v6_9_arm64, HOLDS, BARRIER = true, MEMORY = arm64);
SCENARIO(clear_relaxed_arm64, VIOLATED, BARRIER = true, CLEAR_BARRIER = false, MEMORY = arm64);

SURVIVES("an unset cid has the bit of a lazy put, and is not valid either way",
	 "context_switch: if (cid >= 0): always taken", "context_switch: if (cid >= 0): never taken");
SURVIVES("the CPU takes another cid in any case; that one is never given back is no matter of safety",
	 "context_switch: if (try_cmpxchg(&pcpu_cid, &cid, MM_CID_UNSET)): never taken",
	 "context_switch: WRITE_ONCE(cid_is_free, true);: left out");
SURVIVES("the cmpxchg() that takes the cid away fails where the cid is not the lazy one",
	 "sched_mm_cid_remote_clear: if (cid != 0): never taken",
	 "sched_mm_cid_remote_clear: if (CLEAR_BARRIER ? !try_cmpxchg(&pcpu_cid, &cid, lazy_cid) : !try_cmpxchg_…): never taken");
