/**
 * Two MADV_DONTNEED run in parallel: one returns before the other has flushed.
 *
 * Both hold mmap_sem for reading. The second one finds the pte cleared, has nothing to flush and returns; the first one gathers
 * more ptes before it flushes. When the second one returns, its caller expects the page to be gone, but a CPU still reads and
 * writes the page through its TLB entry.
 *
 *   CPU 0: madvise                   CPU 1: madvise                      CPU 2: user
 *                                                                        TLB entry
 *   pte := none
 *                                    pte none: nothing to flush; return
 *                                                                        reads and writes the old page
 *   flush
 *
 * Kernel:  2.6.22 to v4.12: v4.12; since v4.13: nested-flush
 * About:   TLB flush
 * Exposed: any CPU
 * Source:  v4.12 mm/memory.c: zap_pte_range, tlb_gather_mmu, tlb_finish_mmu; the fix as in v4.14 include/linux/mm_types.h:
 *          inc_tlb_flush_pending, mm_tlb_flush_nested
 * Broke:   2.6.22, where MADV_DONTNEED began to hold mmap_sem for reading only
 * Fixed:   99baac21e458 (v4.13) -> forceNestedFlush
 * CVE:     unknown
 * Omitted: the freeing of the page: it comes after the flush by the thread that cleared the pte. Page faults that map a new
 *          page: their TLB entries are correct. MADV_FREE, which clears dirty bits in the same way. Page-table locks of other
 *          ptes: mm_tlb_flush_nested() is correct only for a pte whose lock the caller has taken, as its comment says.
 */
import { always, and, atEnd, bool, branch, dec, defineModel, eq, eventually, exists, flag, forAll, gt, ifdef, inc, init,
  integer, ne, never, not, or, range, reachable, relaxed, say, set, shared, step, thread } from 'racewalk';
import { Access, flushUserTlbs, spinLock, spinUnlock, tlbEntries, userCpus, userCpuSurvivors } from 'racewalk/kernel';

export const model = defineModel({
  name: 'dontneed-vs-dontneed',
  summary: 'MADV_DONTNEED returns before another MADV_DONTNEED has flushed',
  options: {
    forceNestedFlush: flag('fix', 'the mm counts pending flushes; if there is more than one, every madvise flushes'),
    callers: integer('threads in madvise', [2, 3]),
    cpus: integer('user CPUs', [1, 4]),
  },

  build: ({ forceNestedFlush, callers, cpus }) => {
    const mem = shared({
      pte:     init(Access, 'write', '*pte'),
      ptl:     init(bool, false, 'the page-table lock'),
      pending: init(range(0, callers), 0, 'mm->tlb_flush_pending'),
      tlb:     tlbEntries(cpus, 'TLB entries for the address'),
    });

    const madvise = thread('madvise', { cpus: callers, locals: {
      cleared: init(bool, false), force: init(bool, false), returned: init(bool, false),
    } }, (l) => [
      ifdef(forceNestedFlush, relaxed(step('inc_tlb_flush_pending(tlb->mm)', inc(mem.pending)))),
      spinLock('pte_offset_map_lock(mm, pmd, addr, &ptl)', mem.ptl),
      branch('!pte_none(ptent)',                          ne(mem.pte, 'none'), [
        step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.pte, 'none'), set(l.cleared, true))]),
      spinUnlock('pte_unmap_unlock(start_pte, ptl)',      mem.ptl),
      ifdef(forceNestedFlush, step('force = mm_tlb_flush_nested(tlb->mm)', set(l.force, gt(mem.pending, 1)))),
      branch('tlb->end || force',                         or(l.cleared, l.force), [
        flushUserTlbs('tlb_flush_mmu(tlb)',               mem.tlb)]),
      ifdef(forceNestedFlush, relaxed(step('dec_tlb_flush_pending(tlb->mm)', dec(mem.pending)))),
      step('return 0',                                    set(l.returned, true)),
    ]);

    return {
      shared: mem,
      threads: [madvise, userCpus('user CPU', mem.pte, mem.tlb)],
      properties: [
        always('once a madvise has returned, no TLB entry maps the old page', forAll(madvise, (l, caller) => forAll(cpus, (cpu) =>
          never(and(l.returned, ne(mem.tlb.at(cpu), 'none')),
            say`madvise on CPU ${caller} has returned, but a user CPU still uses the page through its TLB entry`)))),
        atEnd('tlb_flush_pending returns to 0', never(ne(mem.pending, 0),
          say`all callers have returned, but ${mem.pending} flushes are still pending: every later madvise flushes`)),
        reachable('a madvise clears the pte',   exists(madvise, (l) => and(l.returned, l.cleared))),
        reachable('a madvise finds no pte',     exists(madvise, (l) => and(l.returned, not(l.cleared)))),
        reachable('a CPU uses the page',        exists(cpus, (cpu) => eq(mem.tlb.at(cpu), 'write'))),
        eventually(madvise),
      ],
    };
  },

  scenarios: [
    { name: 'v4.12',              options: {},                                     verdict: 'violated',
      steps: 9, states: 52, transitions: 77 },
    { name: 'nested-flush',       options: { forceNestedFlush: true },             verdict: 'holds',
      states: 244, transitions: 416, proves: ['callers', 'cpus'] },
    { name: 'nested-flush-pso',   options: { forceNestedFlush: true }, memory: 'pso', verdict: 'holds',
      states: 348, transitions: 646, proves: ['callers', 'cpus'] },
    { name: 'three-nested-flush', options: { forceNestedFlush: true, callers: 3 }, verdict: 'holds',
      states: 3184, transitions: 7691, proves: ['callers', 'cpus'] },
    { name: 'nested-flush-arm64', options: { forceNestedFlush: true }, memory: 'arm64', verdict: 'holds',
      states: 706, transitions: 1013,
      why: 'the unlock orders the count before the pte; without the page-table lock a caller sees no pte and no pending flush' },
  ],

  survivors: [
    { why: 'the lock does not order flushes: a caller counts its flush before it clears the pte and reads the count after', mutants: [
      "madvise: inc_tlb_flush_pending(tlb->mm): after 'pte_offset_map_lock(mm, pmd, addr, &ptl)'",
      "madvise: pte_unmap_unlock(start_pte, ptl): after 'force = mm_tlb_flush_nested(tlb->mm)'" ] },
    userCpuSurvivors('user CPU', 'pte', 'tlb'),
  ],
});
