/* SPDX-License-Identifier: MIT */
/*
 * A CPU reads the extension of an object of a slab with a stride that is not set yet.
 *
 * The extensions of a slab's objects may be allocated when the slab is already in use: alloc_slab_obj_exts() sets the stride and
 * then the array. Another CPU that sees the array may have read the stride before: nothing orders its two loads. It then
 * charges another object's memory cgroup.
 *
 *   CPU 0: alloc_slab_obj_exts               CPU 1: slab_obj_ext
 *                                            (early) slab->stride: not set
 *   slab->stride := sizeof(struct slabobj_ext)
 *   cmpxchg(&slab->obj_exts, 0, the array)
 *                                            slab->obj_exts: the array
 *                                            use the array with the old stride
 *
 * Kernel:  since v7.0: v7.0
 * About:   barriers, slab
 * Exposed: reordered loads
 * Source:  mm/slub.c of February 2026: alloc_slab_obj_exts, alloc_slab_obj_exts_early, new_slab; mm/slab.h: slab_obj_ext,
 *          slab_get_stride
 * Broke:   7a8e71bc619d (v7.0-rc1)
 * Fixed:   e9217ca77dc3 (v7.0) -> EARLY_STRIDE. A barrier on the reader's side is the other way -> READER_BARRIER
 * CVE:     unknown
 * Read:    the message and diff of the patch on linux-mm, 23 February 2026, "mm/slab: initialize slab->stride early to avoid
 *          memory ordering issues". e9217ca77dc3 has this title, in the
 *          branch of fixes of slab. Not verified: that no release had the race.
 * Omitted: that readers read the stride plainly, which is a data race: READ_ONCE() stands for it. Several allocations of the
 *          array at once: all of them store the same stride. Arrays inside of the slab, which are set before it is visible.
 */
#include <racewalk.h>

SUMMARY("a CPU reads the extension of an object of a slab with a stride that is not set yet");

OPTION_FLAG(EARLY_STRIDE, fix, "the stride is set when the slab is made, before other CPUs can see it");
OPTION_FLAG(READER_BARRIER, fix, "the array is read with acquire semantics before the stride");
OPTION_FLAG(FULL_CMPXCHG, variant, "the cmpxchg() of the array is a full barrier", true);
OPTION_INT(NR_READERS, size, "CPUs that use objects of the slab", 1, 3, 1);

#define SIZEOF_SLABOBJ_EXT 1

struct slab {
	int stride;
	int obj_exts;			/* 0, or the array */
};
struct slab slab;
struct slab *partial;			/* the list of partial slabs */
DEFINE_SPINLOCK(list_lock);

static void alloc_slab_obj_exts(struct slab *s)
{
	if (!EARLY_STRIDE)
		WRITE_ONCE(s->stride, SIZEOF_SLABOBJ_EXT);
	if (FULL_CMPXCHG)
		cmpxchg(&s->obj_exts, 0, 1);
	else
		cmpxchg_relaxed(&s->obj_exts, 0, 1);
}

THREAD(new_slab)
{
	if (EARLY_STRIDE)
		WRITE_ONCE(slab.stride, SIZEOF_SLABOBJ_EXT);
	spin_lock(&list_lock);
	WRITE_ONCE(partial, &slab);
	spin_unlock(&list_lock);
	alloc_slab_obj_exts(&slab);
}

THREADS(slab_obj_ext, NR_READERS)
{
	struct slab *s;
	int obj_exts;

	spin_lock(&list_lock);
	s = READ_ONCE(partial);
	spin_unlock(&list_lock);
	if (!s)
		return;
	obj_exts = READER_BARRIER ? smp_load_acquire(&s->obj_exts) : READ_ONCE(s->obj_exts);
	if (obj_exts) {
		REACHED("a CPU finds the array");
		CHECK(READ_ONCE(s->stride) == SIZEOF_SLABOBJ_EXT, "CPU %d reads the array with a stride of 0", CPU);
	}
}

SCENARIO(v7_0_rc1, HOLDS, PROVES = NR_READERS, WHY = "under sequential consistency");
SCENARIO(v7_0_rc1_tso, HOLDS, MEMORY = tso, PROVES = NR_READERS);
SCENARIO(v7_0_rc1_arm64, VIOLATED, MEMORY = arm64);
SCENARIO(v7_0, HOLDS, EARLY_STRIDE = true, PROVES = NR_READERS);
SCENARIO(v7_0_tso, HOLDS, EARLY_STRIDE = true, MEMORY = tso, PROVES = NR_READERS);
SCENARIO(v7_0_arm64, HOLDS, EARLY_STRIDE = true, MEMORY = arm64);
SCENARIO(reader_barrier_arm64, HOLDS, READER_BARRIER = true, MEMORY = arm64);
SCENARIO(relaxed_cmpxchg_arm64, VIOLATED, READER_BARRIER = true, FULL_CMPXCHG = false, MEMORY = arm64,
	 WHY = "the store of the stride is ordered before that of the array by the cmpxchg() alone");
SCENARIO(two_readers, HOLDS, EARLY_STRIDE = true, NR_READERS = 2);

SURVIVES("new_slab() reads nothing under the lock", "new_slab: spin_lock(&list_lock);: relaxed, not acquire");
SURVIVES("who finds the slab still takes the lock behind the release of the one who made it, before its next loads",
	 "new_slab: WRITE_ONCE(partial, &slab);: after 'spin_unlock(&list_lock);'",
	 "slab_obj_ext: spin_lock(&list_lock);: after 's = READ_ONCE(partial);'");
