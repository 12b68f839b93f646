/**
 * mprotect finds a pte that reclaim has cleared but not yet flushed, and returns without a flush.
 *
 * Reclaim clears ptes and defers the TLB flush, to flush once for many pages. mprotect changes the ptes that are present and
 * flushes only if it changed any. A pte that reclaim has just cleared is not present: mprotect returns, and a CPU keeps
 * writing through the TLB entry that reclaim has not flushed yet.
 *
 *   CPU 0: try_to_unmap_one          CPU 1: mprotect(PROT_READ)          CPU 2: user
 *                                                                        TLB entry: writable
 *   pte := none; flush deferred
 *                                    pte not present: no flush; return
 *                                                                        writes
 *   flush
 *
 * Kernel:  v4.3 to v4.12: v4.12; since v4.13: flush-pending
 * About:   TLB flush, reclaim
 * Exposed: any CPU
 * Source:  v4.12 mm/rmap.c: try_to_unmap_one, set_tlb_ubc_flush_pending, try_to_unmap_flush; mm/mprotect.c: change_pte_range,
 *          change_protection_range
 * Broke:   72b252aed506 (v4.3, batched flushes)
 * Fixed:   3ea277194daa (v4.13) -> flushPending
 * CVE:     unknown
 * Omitted: mmap_sem: mprotect holds it, reclaim does not take it. Swap: while mprotect runs, no fault restores the pte with the old
 *          protection. The batch over many pages: only the delay matters. munmap, mremap and other callers: the same race.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, flag, forAll, ifdef, init, integer, ne, never,
  reachable, say, set, shared, step, thread } from 'racewalk';
import { Access, flushUserTlbs, spinLock, spinUnlock, tlbEntries, userCpus, userCpuSurvivors } from 'racewalk/kernel';

export const model = defineModel({
  name: 'reclaim-vs-mprotect',
  summary: 'mprotect does not flush a pte that reclaim has cleared but not flushed yet',
  options: {
    flushPending: flag('fix', 'mprotect performs a flush that reclaim has deferred, under the page-table lock'),
    cpus: integer('user CPUs', [1, 4]),
  },

  build: ({ flushPending, cpus }) => {
    const mem = shared({
      pte:     init(Access, 'write', '*pte'),
      ptl:     init(bool, false, 'the page-table lock'),
      batched: init(bool, false, 'mm->tlb_flush_batched'),
      tlb:     tlbEntries(cpus, 'TLB entries for the address'),
    });

    const reclaim = thread('try_to_unmap', {}, () => [
      spinLock('page_vma_mapped_walk(&pvmw)',             mem.ptl),
      step('pteval = ptep_get_and_clear(mm, address, pvmw.pte)', set(mem.pte, 'none')),
      step('set_tlb_ubc_flush_pending(mm, pte_dirty(pteval))', set(mem.batched, true)),
      spinUnlock('page_vma_mapped_walk_done(&pvmw)',      mem.ptl),
      flushUserTlbs('try_to_unmap_flush()',               mem.tlb),
    ]);

    const mprotect = thread('mprotect', { locals: { pages: init(bool, false), returned: init(bool, false) } }, (l) => [
      spinLock('pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl)', mem.ptl),
      ifdef(flushPending,
        branch('mm->tlb_flush_batched',                   mem.batched, [
          flushUserTlbs('flush_tlb_mm(mm)',               mem.tlb),
          step('mm->tlb_flush_batched = false',           set(mem.batched, false))])),
      branch('pte_present(oldpte)',                       ne(mem.pte, 'none'), [
        step('ptep_modify_prot_commit(mm, addr, pte, ptent)', set(mem.pte, 'read')),
        step('pages++',                                   set(l.pages, true))]),
      spinUnlock('pte_unmap_unlock(pte - 1, ptl)',        mem.ptl),
      branch('pages',                                     l.pages, [
        flushUserTlbs('flush_tlb_range(vma, start, end)', mem.tlb)]),
      step('return 0',                                    set(l.returned, true)),
    ]);

    return {
      shared: mem,
      threads: [reclaim, mprotect, userCpus('user CPU', mem.pte, mem.tlb)],
      properties: [
        always('once mprotect has returned, no TLB entry allows writes', forAll(cpus, (cpu) =>
          never(and(exists(mprotect, (l) => l.returned), eq(mem.tlb.at(cpu), 'write')),
            say`mprotect(PROT_READ) has returned, but a user CPU can still write through its TLB entry`))),
        always('once reclaim has flushed, no TLB entry maps the page', forAll(cpus, (cpu) =>
          never(and(ended(reclaim), ne(mem.tlb.at(cpu), 'none')),
            say`reclaim is done with the page, but a user CPU still has a TLB entry for it`))),
        reachable('mprotect write-protects a present pte', exists(mprotect, (l) => and(l.returned, l.pages))),
        reachable('mprotect finds no pte',                 exists(mprotect, (l) => and(l.returned, eq(mem.pte, 'none')))),
        reachable('reclaim unmaps and flushes',            ended(reclaim)),
        eventually(reclaim), eventually(mprotect),
      ],
    };
  },

  scenarios: [
    { name: 'v4.12',                  options: {},                              verdict: 'violated',
      steps: 9, states: 58, transitions: 86 },
    { name: 'flush-pending',          options: { flushPending: true },          verdict: 'holds',
      states: 77, transitions: 125, proves: ['cpus'] },
    { name: 'flush-pending-pso',      options: { flushPending: true }, memory: 'pso', verdict: 'holds',
      states: 170, transitions: 354, proves: ['cpus'] },
    { name: 'two-cpus-flush-pending', options: { flushPending: true, cpus: 2 }, verdict: 'holds',
      states: 159, transitions: 302, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'try_to_unmap: page_vma_mapped_walk(&pvmw): relaxed, not acquire',
      'mprotect: pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl): relaxed, not acquire' ] },
    { why: 'the page-table lock makes the two statements one', mutants: [
      "try_to_unmap: pteval = ptep_get_and_clear(mm, address, pvmw.pte): after 'set_tlb_ubc_flush_pending(mm, pte_dirty(pteval))'",
      "mprotect: if (mm->tlb_flush_batched): after 'if (pte_present(oldpte))'",
      "mprotect: flush_tlb_mm(mm): after 'mm->tlb_flush_batched = false'" ] },
    { why: 'it belongs to v4.12, which is violated with or without the change', mutants: [
      "mprotect: pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl): after 'if (pte_present(oldpte))'" ] },
    { why: 'an additional flush does no harm', mutants: [
      'mprotect: if (mm->tlb_flush_batched): always taken', 'mprotect: mm->tlb_flush_batched = false: left out' ] },
    userCpuSurvivors('user CPU', 'pte', 'tlb'),
  ],
});
