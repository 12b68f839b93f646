/* SPDX-License-Identifier: MIT */
/*
 * A TLB flush skips a CPU that is switching to the mm.
 *
 * mm_cpumask() is cleared lazily since 209954cbc7d0, so that should_flush_tlb() leaves out CPUs whose loaded_mm is another.
 * But a CPU that switches reads tlb_gen, decides that its TLB entries are up to date, and only then has the mm as its
 * loaded_mm: a flush between the two is lost. fea4e317f9e7 flushes CPUs that are switching. That holds under sequential
 * consistency, and not on x86: the store of LOADED_MM_SWITCHING may still wait in the store buffer when tlb_gen is read
 * (83b0177a6c48). The trees 6.1, 6.6 and 6.12 had the two in the wrong order in the text.
 *
 *   CPU 0: switch_mm_irqs_off                CPU 1: flush_tlb_mm_range
 *   loaded_mm := SWITCHING (waits in the store buffer)
 *   tlb_gen == 1: no flush is needed
 *                                            pte := none; tlb_gen: 1 -> 2
 *                                            loaded_mm is another mm: skip CPU 0
 *                                            free the page
 *   load CR3; use the stale TLB entry
 *
 * Kernel:  v6.14: v6.14; v6.15 to v6.17: v6.15; since v6.18: v6.18
 * About:   TLB flush, barriers
 * Exposed: any CPU
 * Source:  v6.15 arch/x86/mm/tlb.c: switch_mm_irqs_off, choose_new_asid, should_flush_tlb, flush_tlb_func,
 *          flush_tlb_mm_range, native_flush_tlb_multi.
 * Broke:   209954cbc7d0, 6db2526c1d69 (v6.14; the second also in 6.1.128 and 6.12)
 * Fixed:   fea4e317f9e7 (v6.15) -> CHECK_SWITCHING; 83b0177a6c48 (v6.18) -> BARRIER. In 6.1, 6.6 and 6.12 the backport
 *          -> switching_first
 * CVE:     CVE-2025-37964, CVE-2025-40174
 * Read:    the messages of fea4e317f9e7 (it names 6db2526c1d69) and 83b0177a6c48 (it names 209954cbc7d0), and the advisories: 6.14 to
 *          6.17.4 for the second. Not verified: the order of the backports.
 * Omitted: several ASIDs of a CPU: the one of the mm is the only one that can have stale entries. The periodic trimming of
 *          mm_cpumask(): it sends more IPIs. Global ASIDs. is_lazy of a CPU that was lazy before is -> LAZY; a CPU that becomes
 *          lazy later flushes when it switches back.
 */
#include <racewalk.h>

SUMMARY("a TLB flush skips a CPU that is switching to the mm");

OPTION_FLAG(CHECK_SWITCHING, fix, "should_flush_tlb() flushes a CPU whose loaded_mm is LOADED_MM_SWITCHING");
OPTION_FLAG(BARRIER, fix, "smp_mb() between the store of LOADED_MM_SWITCHING and the read of tlb_gen");
OPTION_FLAG(SWITCHING_FIRST, variant, "LOADED_MM_SWITCHING is stored before tlb_gen is read", true);
OPTION_FLAG(IN_MASK, variant, "the CPU is in mm_cpumask() already", true);
OPTION_FLAG(LAZY, variant, "the CPU was in lazy TLB mode before");

enum loaded_mm { PREV_MM, NEXT_MM, LOADED_MM_SWITCHING };

struct tlb_state {
	enum loaded_mm loaded_mm;
	bool is_lazy;			/* of cpu_tlbstate_shared */
	int tlb_gen;			/* ctxs[asid].tlb_gen */
	bool entry;			/* the TLB translates the address of the page */
};
DEFINE_PER_CPU(struct tlb_state, cpu_tlbstate) = { .loaded_mm = PREV_MM, .is_lazy = LAZY, .tlb_gen = 1, .entry = true };

struct {
	atomic_t tlb_gen;
	unsigned long cpumask;
	bool pte_present;
} next = { .tlb_gen = ATOMIC_INIT(1), .cpumask = IN_MASK, .pte_present = true };
bool page_is_free;

static void load_new_mm_cr3(bool need_flush)
{
	/* A write to CR3 serialises. */
	smp_mb();
	if (need_flush)
		this_cpu_write(cpu_tlbstate.entry, false);
	/* The CPU may fill its TLB from here on. */
	if (ANY(2) && READ_ONCE(next.pte_present))
		this_cpu_write(cpu_tlbstate.entry, true);
}

static void switch_mm_irqs_off(void)
{
	int next_tlb_gen;
	bool need_flush;

	if (this_cpu_read(cpu_tlbstate.is_lazy))
		this_cpu_write(cpu_tlbstate.is_lazy, false);
	if (SWITCHING_FIRST)
		this_cpu_write(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);
	if (!test_bit(0, &next.cpumask))
		set_bit(0, &next.cpumask);
	else if (BARRIER)
		smp_mb();
	next_tlb_gen = atomic_read(&next.tlb_gen);
	need_flush = this_cpu_read(cpu_tlbstate.tlb_gen) < next_tlb_gen;
	if (!SWITCHING_FIRST)
		this_cpu_write(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);
	if (need_flush)
		this_cpu_write(cpu_tlbstate.tlb_gen, next_tlb_gen);
	load_new_mm_cr3(need_flush);
	this_cpu_write(cpu_tlbstate.loaded_mm, NEXT_MM);
}

static void flush_tlb_func(void *info)
{
	int mm_tlb_gen;

	if (this_cpu_read(cpu_tlbstate.loaded_mm) != NEXT_MM)
		return;
	if (this_cpu_read(cpu_tlbstate.is_lazy))
		return;
	mm_tlb_gen = atomic_read(&next.tlb_gen);
	if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen)
		return;
	this_cpu_write(cpu_tlbstate.entry, false);
	this_cpu_write(cpu_tlbstate.tlb_gen, mm_tlb_gen);
}

static bool should_flush_tlb(int cpu)
{
	enum loaded_mm loaded_mm;

	loaded_mm = READ_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu));
	smp_rmb();
	if (READ_ONCE(per_cpu(cpu_tlbstate.is_lazy, cpu)))
		return false;
	if (CHECK_SWITCHING && loaded_mm == LOADED_MM_SWITCHING)
		return true;
	return loaded_mm == NEXT_MM;
}

static void flush_tlb_mm_range(void)
{
	atomic_inc_return(&next.tlb_gen);
	/* native_flush_tlb_multi(): on_each_cpu_cond_mask() */
	if (test_bit(0, &next.cpumask) && should_flush_tlb(0))
		smp_call_function(flush_tlb_func, NULL, 1);
}

THREAD(switcher)
{
	unsigned long flags;

	local_irq_save(flags);
	switch_mm_irqs_off();
	local_irq_restore(flags);
	ATOMICALLY("the CPU translates an address and accesses the page at once") {
		if (this_cpu_read(cpu_tlbstate.entry))
			CHECK(!page_is_free, "the CPU uses a free page through a stale TLB entry");
	}
}

THREAD(zap)
{
	WRITE_ONCE(next.pte_present, false);
	flush_tlb_mm_range();
	WRITE_ONCE(page_is_free, true);
}

REACHABLE("the page is free while the CPU still has its old mm", page_is_free && per_cpu(cpu_tlbstate.loaded_mm, 0) == PREV_MM);
REACHABLE("the CPU loads the mm with an entry", per_cpu(cpu_tlbstate.loaded_mm, 0) == NEXT_MM && per_cpu(cpu_tlbstate.entry, 0));
FINALLY("no stale entry remains", !per_cpu(cpu_tlbstate.entry, 0));

SCENARIO(v6_14, VIOLATED);
SCENARIO(v6_15, HOLDS, CHECK_SWITCHING = true, WHY = "under sequential consistency");
SCENARIO(v6_15_tso, VIOLATED, CHECK_SWITCHING = true, MEMORY = tso,
	 WHY = "LOADED_MM_SWITCHING waits in the store buffer while tlb_gen is read");
SCENARIO(v6_15_outside_tso, HOLDS, CHECK_SWITCHING = true, IN_MASK = false, MEMORY = tso,
	 WHY = "set_bit() is an atomic operation, which is a barrier on x86");
SCENARIO(v6_18, HOLDS, CHECK_SWITCHING = true, BARRIER = true);
SCENARIO(v6_18_tso, HOLDS, CHECK_SWITCHING = true, BARRIER = true, MEMORY = tso);
SCENARIO(v6_18_lazy_tso, HOLDS, CHECK_SWITCHING = true, BARRIER = true, LAZY = true, MEMORY = tso);
SCENARIO(backport, VIOLATED, CHECK_SWITCHING = true, SWITCHING_FIRST = false, WHY = "6.12.29: a bad rebase");
SCENARIO(backport_barrier, VIOLATED, CHECK_SWITCHING = true, BARRIER = true, SWITCHING_FIRST = false,
	 WHY = "a barrier does not help where the order of the text is wrong");

SURVIVES("a CPU whose loaded_mm is the previous mm gets no IPI",
	 "switcher: local_irq_save(flags);: after 'if (this_cpu_read(cpu_tlbstate.is_lazy))'");
SURVIVES("false is stored over false",
	 "switcher: if (this_cpu_read(cpu_tlbstate.is_lazy)): always taken");
SURVIVES("it belongs to the backport, which is violated with or without it",
	 "switcher: this_cpu_write(cpu_tlbstate.loaded_mm, LOADED_MM_SWITCHING);: left out");
SURVIVES("the generation of the CPU only saves flushes",
	 "switcher: if (need_flush): never taken",
	 "switcher: if (need_flush): always taken",
	 "switcher: this_cpu_write(cpu_tlbstate.tlb_gen, next_tlb_gen);: left out");
SURVIVES("the barrier behind LOADED_MM_SWITCHING orders what the flush reads; on x86 a write to CR3 is one more",
	 "switcher: smp_mb(): left out");
SURVIVES("the entry is there from the beginning; a CPU that flushes finds no pte",
	 "switcher: ANY(2): left out",
	 "switcher: if (ANY(2)): never taken",
	 "switcher: if (ANY(2)): always taken",
	 "switcher: if (READ_ONCE(next.pte_present)): never taken",
	 "switcher: this_cpu_write(cpu_tlbstate.entry, true);: left out");
SURVIVES("the claim about the end finds the same races",
	 "switcher: if (this_cpu_read(cpu_tlbstate.entry)): never taken");
SURVIVES("loads and atomic operations of x86 are ordered as the mutant leaves them",
	 "zap: atomic_inc_return(&next.tlb_gen);: relaxed, not full",
	 "zap: smp_rmb(): left out");
SURVIVES("a CPU that is lazy has not begun to switch, and reads the new generation when it does",
	 "zap: loaded_mm = READ_ONCE(per_cpu(cpu_tlbstate.loaded_mm, cpu));: after 'if (READ_ONCE(per_cpu(cpu_tlbstate.is_lazy, cpu)))'");
SURVIVES("a CPU gets an IPI too many",
	 "zap: if (test_bit(0, &next.cpumask)): always taken",
	 "zap: if (READ_ONCE(per_cpu(cpu_tlbstate.is_lazy, cpu))): never taken");
SURVIVES("a CPU flushes once more than it must",
	 "IPI flush_tlb_func on switcher: if (this_cpu_read(cpu_tlbstate.loaded_mm) != NEXT_MM): never taken",
	 "IPI flush_tlb_func on switcher: if (this_cpu_read(cpu_tlbstate.is_lazy)): never taken",
	 "IPI flush_tlb_func on switcher: mm_tlb_gen = atomic_read(&next.tlb_gen);: after 'if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen)'",
	 "IPI flush_tlb_func on switcher: if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen): never taken",
	 "IPI flush_tlb_func on switcher: this_cpu_write(cpu_tlbstate.entry, false);: after 'this_cpu_write(cpu_tlbstate.tlb_gen, mm_tlb_gen);'",
	 "IPI flush_tlb_func on switcher: this_cpu_write(cpu_tlbstate.tlb_gen, mm_tlb_gen);: left out");
SURVIVES("nobody sends zap an IPI",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.loaded_mm) != NEXT_MM): never taken",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.loaded_mm) != NEXT_MM): always taken",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.is_lazy)): never taken",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.is_lazy)): always taken",
	 "IPI flush_tlb_func on zap: mm_tlb_gen = atomic_read(&next.tlb_gen);: after 'if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen)'",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen): never taken",
	 "IPI flush_tlb_func on zap: if (this_cpu_read(cpu_tlbstate.tlb_gen) == mm_tlb_gen): always taken",
	 "IPI flush_tlb_func on zap: this_cpu_write(cpu_tlbstate.entry, false);: left out",
	 "IPI flush_tlb_func on zap: this_cpu_write(cpu_tlbstate.entry, false);: after 'this_cpu_write(cpu_tlbstate.tlb_gen, mm_tlb_gen);'",
	 "IPI flush_tlb_func on zap: this_cpu_write(cpu_tlbstate.tlb_gen, mm_tlb_gen);: left out");
