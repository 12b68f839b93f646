/**
 * A CPU switches to an mm while another CPU flushes it: each may miss the other's store.
 *
 * The flusher changes the pte and then reads the mask of CPUs that use the mm. The switcher sets its bit in the mask and then loads
 * the page tables, from which its TLB can fill immediately. One of the two must see the other's store. If both stores are still in
 * store buffers, neither does: the flusher sends no IPI, and the TLB keeps the old pte.
 *
 *   CPU 0: flush_tlb_page                    CPU 1: switch_mm
 *   pte := none (in the store buffer)
 *                                            own bit := 1 (in the store buffer); load_cr3
 *   own bit of CPU 1? no: no IPI; return
 *                                            TLB fill from the old pte
 *
 * Kernel:  until v4.4: switch-barrier; since v4.5: both-barriers
 * About:   TLB flush, barriers
 * Exposed: store buffers (x86: the code is its own)
 * Source:  v4.4 arch/x86/mm/tlb.c: flush_tlb_page, flush_tlb_mm_range; arch/x86/include/asm/mmu_context.h: switch_mm
 * Broke:   unknown
 * Fixed:   71b3c126e611 (v4.5) -> flushBarrier, switchBarrier. On x86 load_cr3 serialises and is the switcher's barrier; the flusher's
 *          was missing. In the model both barriers are statements, and plain stores write the bit and the pte.
 * CVE:     CVE-2016-2069
 * Read:    the message of 71b3c126e611, and the references of the CVE, which name it.
 * Omitted: the flush when the bit is set: the IPI arrives when switch_mm enables irqs again, and drops every entry. Lazy TLB mode
 *          and clearing the bit in the old mm: separate handshakes. Other CPUs: each has its own bit.
 */
import { always, and, array, bool, branch, cost, defineModel, eq, eventually, exists, flag, forAll, ifdef, index, init, integer,
  loop, never, reachable, say, set, shared, smpMb, step, thread } from 'racewalk';
import { Pte } from 'racewalk/kernel';

export const model = defineModel({
  name: 'switch-mm-vs-flush',
  summary: 'switch_mm fills the TLB while a flush skips the CPU',
  options: {
    flushBarrier: flag('fix', 'a full barrier between the change of the pte and the read of the mask'),
    switchBarrier: flag('fix', 'a full barrier between setting the bit in the mask and the first use of the page tables'),
    cpus: integer('CPUs in switch_mm', [1, 3]),
  },

  build: ({ flushBarrier, switchBarrier, cpus }) => {
    const mem = shared({
      pte:  init(Pte, 'present', '*ptep'),
      mask: array(cpus, bool, false, 'mm_cpumask(mm)'),
    });

    const flush = thread('flush_tlb_page', { locals: {
      cpu: init(index(cpus), 0), skipped: array(cpus, bool, false), sent: array(cpus, bool, false),
    } }, (l) => [
      step('native_pte_clear(mm, addr, ptep)',            set(mem.pte, 'none')),
      ifdef(flushBarrier, smpMb()),
      loop('for_each_cpu(cpu, mm_cpumask(mm))',           l.cpu, [
        branch('cpumask_test_cpu(cpu, mm_cpumask(mm))',   mem.mask.at(l.cpu), [
          step('flush_tlb_others(mm_cpumask(mm), mm, start, end)', set(l.sent.at(l.cpu), true)),
        ], [
          step('no IPI to the CPU',                       set(l.skipped.at(l.cpu), true))])]),
    ]);

    const switcher = thread('switch_mm', { cpus, locals: { tlb: init(Pte, 'none', 'the TLB entry of the CPU') } }, (l, cpu) => [
      step('cpumask_set_cpu(cpu, mm_cpumask(next))',      set(mem.mask.at(cpu), true)),
      ifdef(switchBarrier, smpMb('load_cr3(next->pgd)')),
      step('<TLB miss>: fill from the pte',               set(l.tlb, mem.pte)),
    ]);

    return {
      shared: mem,
      threads: [flush, switcher],
      properties: [
        always('a CPU that the flush skips has no old TLB entry', forAll(switcher, (l, cpu) =>
          never(and(eq(l.tlb, 'present'), exists(flush, (f) => f.skipped.at(cpu))),
            say`a CPU in switch_mm has filled its TLB from the old pte, but the flush sent it no IPI: the entry stays`))),
        reachable('the flush skips a CPU',         exists(flush, (f) => f.skipped.at(0))),
        reachable('the flush sends an IPI',        exists(flush, (f) => f.sent.at(0))),
        reachable('a CPU fills its TLB before the flush', exists(switcher, (l) => eq(l.tlb, 'present'))),
        eventually(flush), eventually(switcher),
      ],
      costs: [cost('barriers', { steps: 'barrier' })],
    };
  },

  scenarios: [
    { name: 'no-barriers',    options: {},                                          verdict: 'holds',    states: 19, transitions: 23,
      why: 'under sequential consistency one CPU sees the store of the other; TSO needs both barriers', proves: ['cpus'] },
    { name: 'flush-barrier',  options: { flushBarrier: true },                      verdict: 'holds',    states: 19, transitions: 23,
      why: 'under sequential consistency', proves: ['cpus'] },
    { name: 'switch-barrier', options: { switchBarrier: true },                     verdict: 'holds',    states: 19, transitions: 23,
      why: 'under sequential consistency', proves: ['cpus'] },
    { name: 'both-barriers',  options: { flushBarrier: true, switchBarrier: true }, verdict: 'holds',    states: 19, transitions: 23,
      proves: ['cpus'] },
    { name: 'no-barriers-tso',    options: {},                                          memory: 'tso', verdict: 'violated',
      steps: 5, states: 37, transitions: 63,
      why: 'the pte and the bit are both still in store buffers when the CPUs read them' },
    { name: 'flush-barrier-tso',  options: { flushBarrier: true },                      memory: 'tso', verdict: 'violated',
      steps: 7, states: 40, transitions: 62,
      why: 'the bit in the mask is still in the store buffer' },
    { name: 'switch-barrier-tso', options: { switchBarrier: true },                     memory: 'tso', verdict: 'violated',
      steps: 7, states: 48, transitions: 83,
      why: 'the cleared pte is still in the store buffer' },
    { name: 'both-barriers-tso',  options: { flushBarrier: true, switchBarrier: true }, memory: 'tso', verdict: 'holds',
      states: 40, transitions: 59, proves: ['cpus'] },
    { name: 'no-barriers-arm64',    options: {},                                          memory: 'arm64', verdict: 'violated',
      steps: 5, states: 23, transitions: 39,
      why: 'each looks for the other before its own store is performed' },
    { name: 'flush-barrier-arm64',  options: { flushBarrier: true },                      memory: 'arm64', verdict: 'violated',
      steps: 5, states: 24, transitions: 37,
      why: 'the TLB is filled before the bit in the mask is set' },
    { name: 'switch-barrier-arm64', options: { switchBarrier: true },                     memory: 'arm64', verdict: 'violated',
      steps: 5, states: 26, transitions: 41,
      why: 'the mask is read before the pte is cleared' },
    { name: 'both-barriers-arm64',  options: { flushBarrier: true, switchBarrier: true }, memory: 'arm64', verdict: 'holds',
      states: 23, transitions: 34 },
  ],
});
