/* A CPU that switches to an address space misses the flush, or takes it by IPI. */
#include <racewalk.h>

OPTION_FLAG(MARK_FIRST, fix, "the CPU is in the mask before it loads the page table");
OPTION_INT(NR_CPUS_IN, size, "CPUs that switch to the address space", 1, 3, 1);

struct mm_struct {
	struct cpumask cpu_bitmap;
};
struct mm_struct mm;
int pte = 1;
int tlb[4];
struct cpumask flushed;

static void flush_tlb_func(void *info)
{
	WRITE_ONCE(tlb[smp_processor_id()], 0);
	cpumask_set_cpu(smp_processor_id(), &flushed);
}

THREADS(user, NR_CPUS_IN)
{
	int cpu = smp_processor_id();
	unsigned long flags;

	/* No IPI comes between the page table and the TLB. */
	local_irq_save(flags);
	if (MARK_FIRST) {
		cpumask_set_cpu(cpu, mm_cpumask(&mm));
		WRITE_ONCE(tlb[cpu], READ_ONCE(pte));
	} else {
		WRITE_ONCE(tlb[cpu], READ_ONCE(pte));
		cpumask_set_cpu(cpu, mm_cpumask(&mm));
	}
	local_irq_restore(flags);
}

THREAD(unmap)
{
	int cpu;
	struct cpumask others;

	cpumask_copy(&others, cpu_online_mask);
	cpumask_clear_cpu(smp_processor_id(), &others);
	CHECK(cpumask_weight(&others) == NR_CPUS_IN, "others");
	WRITE_ONCE(pte, 0);
	smp_mb();
	on_each_cpu_mask(mm_cpumask(&mm), flush_tlb_func, NULL, true);
	for_each_cpu(cpu, &flushed)
		CHECK(READ_ONCE(tlb[cpu]) == 0, "CPU %d has been flushed", cpu);
	if (cpumask_equal(&flushed, &others))
		REACHED("all other CPUs are flushed");
}

FINALLY("no TLB holds the page", FOR_ALL(i, 4, tlb[i] == 0));
SCENARIO(mark_last, VIOLATED);
SCENARIO(mark_first, HOLDS, MARK_FIRST = true);
SCENARIO(mark_first_two, HOLDS, MARK_FIRST = true, NR_CPUS_IN = 2);
SCENARIO(mark_first_tso, HOLDS, MARK_FIRST = true, MEMORY = tso);
