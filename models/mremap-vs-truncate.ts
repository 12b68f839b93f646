/**
 * mremap moves a pte and flushes the old address too late: the page is freed while a CPU can still write to it (CVE-2018-18281).
 *
 * mremap moves a pte from the old address to the new one under the page-table locks, drops them, and only then flushes the TLBs.
 * The page is still mapped, at its new address, and mremap holds no reference to it. As soon as mremap drops the locks, truncate
 * can find the pte at the new address, clear it, flush the new address, and free the page.
 *
 *   CPU 0: move_page_tables          CPU 1: truncate                     CPU 2: user
 *                                                                        TLB entry for the old address
 *   old pte -> new pte; unlock
 *                                    new pte := none; flush the new address; free the page
 *                                                                        writes to the freed page
 *   flush the old address
 *
 * Kernel:  until v4.18: v4.18; since v4.19: flush-under-lock
 * About:   TLB flush, reuse of a page
 * Exposed: any CPU
 * Source:  v3.18 mm/mremap.c: move_page_tables, move_ptes; mm/memory.c: zap_pte_range
 * Broke:   unknown
 * Fixed:   eb66ae030829 (v4.19) -> flushUnderLock. 5d1904204c99 (v4.9) moved the flush for dirty ptes before the unlock of the old
 *          page table; truncate holds the lock of the new one, so that was still too late.
 * CVE:     CVE-2018-18281
 * Omitted: the old page-table lock, which mremap takes too: no other thread takes it here. rmap locks (need_rmap_locks): they decide
 *          which ptes truncate finds, and it finds the new one. mmap_sem: truncate does not take it. The page cache's own
 *          reference, which truncate drops together with that of the mapping. Huge pmds (move_huge_pmd), which had the same bug.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, flag, forAll, gt, ifdef, init, integer, ne,
  never, range, reachable, say, set, shared, step, thread } from 'racewalk';
import { Access, flushUserTlbs, putPage, spinLock, spinUnlock, tlbEntries, userCpus, userCpuSurvivors } from 'racewalk/kernel';

export const model = defineModel({
  name: 'mremap-vs-truncate',
  summary: 'mremap flushes the old address after it drops the page-table lock',
  options: {
    flushUnderLock: flag('fix', 'mremap flushes the old address before it drops the page-table lock'),
    cpus: integer('user CPUs at each address', [1, 3]),
  },

  build: ({ flushUnderLock, cpus }) => {
    const mem = shared({
      oldPte: init(Access, 'write', 'the pte of the old address'),
      newPte: init(Access, 'none', 'the pte of the new address'),
      newPtl: init(bool, false, 'the page-table lock of the new address'),
      count:  init(range(0, 1), 1, 'page->_count'),
      oldTlb: tlbEntries(cpus, 'TLB entries for the old address'),
      newTlb: tlbEntries(cpus, 'TLB entries for the new address'),
    });

    const mremap = thread('move_page_tables', { locals: { pte: init(Access, 'none') } }, (l) => [
      spinLock('spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING)', mem.newPtl),
      step('pte = ptep_get_and_clear(mm, old_addr, old_pte)', set(l.pte, mem.oldPte), set(mem.oldPte, 'none')),
      step('set_pte_at(mm, new_addr, new_pte, pte)',      set(mem.newPte, l.pte)),
      ifdef(flushUnderLock, flushUserTlbs('flush_tlb_range(vma, old_end - len, old_end)', mem.oldTlb)),
      spinUnlock('spin_unlock(new_ptl)',                  mem.newPtl),
      ifdef(!flushUnderLock, flushUserTlbs('flush_tlb_range(vma, old_end-len, old_addr)', mem.oldTlb)),
    ]);

    const truncate = thread('truncate', { locals: { found: init(bool, false) } }, (l) => [
      spinLock('pte_offset_map_lock(mm, pmd, addr, &ptl)', mem.newPtl),
      step('ptent = *pte',                                set(l.found, ne(mem.newPte, 'none'))),
      branch('!pte_none(ptent)',                          l.found, [
        step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.newPte, 'none')),
        flushUserTlbs('tlb_flush_mmu_tlbonly(tlb)',       mem.newTlb)]),
      spinUnlock('pte_unmap_unlock(start_pte, ptl)',      mem.newPtl),
      branch('the page was mapped',                       l.found, [putPage(mem.count)]),
    ]);

    return {
      shared: mem,
      threads: [mremap, truncate, userCpus('user CPU, old address', mem.oldPte, mem.oldTlb),
        userCpus('user CPU, new address', mem.newPte, mem.newTlb)],
      properties: [
        always('no TLB entry for the old address maps a freed page', forAll(cpus, (cpu) =>
          never(and(ne(mem.oldTlb.at(cpu), 'none'), eq(mem.count, 0)),
            say`a user CPU can still write to the page through its TLB entry for the old address, but the page is free`))),
        always('no TLB entry for the new address maps a freed page', forAll(cpus, (cpu) =>
          never(and(ne(mem.newTlb.at(cpu), 'none'), eq(mem.count, 0)),
            say`a user CPU can still write to the page through its TLB entry for the new address, but the page is free`))),
        reachable('mremap moves a page that is in use', and(ended(mremap), gt(mem.count, 0))),
        reachable('truncate frees the page',            eq(mem.count, 0)),
        reachable('a CPU uses the new address',         exists(cpus, (cpu) => eq(mem.newTlb.at(cpu), 'write'))),
        eventually(mremap), eventually(truncate),
      ],
    };
  },

  scenarios: [
    { name: 'v4.18',                     options: {},                                verdict: 'violated',
      steps: 11, states: 63, transitions: 103 },
    { name: 'flush-under-lock',          options: { flushUnderLock: true },          verdict: 'holds',
      states: 41, transitions: 56, proves: ['cpus'] },
    { name: 'flush-under-lock-pso',      options: { flushUnderLock: true }, memory: 'pso', verdict: 'holds',
      states: 54, transitions: 73, proves: ['cpus'] },
    { name: 'two-cpus-flush-under-lock', options: { flushUnderLock: true, cpus: 2 }, verdict: 'holds',
      states: 95, transitions: 174, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'truncate: put_page(page): relaxed, not full' ] },
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'move_page_tables: spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING): relaxed, not acquire',
      'truncate: pte_offset_map_lock(mm, pmd, addr, &ptl): relaxed, not acquire' ] },
    { why: 'only mremap and user CPUs read the old pte, and the flush comes after both statements', mutants: [
      "move_page_tables: spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING): after 'pte = ptep_get_and_clear(mm, old_addr, old_pte)'",
      "move_page_tables: set_pte_at(mm, new_addr, new_pte, pte): after 'flush_tlb_range(vma, old_end - len, old_end)'" ] },
    { why: 'it belongs to v4.18, which is violated with or without the change', mutants: [
      "move_page_tables: set_pte_at(mm, new_addr, new_pte, pte): after 'spin_unlock(new_ptl)'",
      'move_page_tables: flush_tlb_range(vma, old_end-len, old_addr): left out' ] },
    { why: 'the flush before it is fully ordered', mutants: [
      'move_page_tables: spin_unlock(new_ptl): relaxed, not release',
      'truncate: pte_unmap_unlock(start_pte, ptl): relaxed, not release' ] },
    { why: 'a truncate that reads the new pte without the lock still waits for the lock, and therefore for the flush', mutants: [
      "truncate: pte_offset_map_lock(mm, pmd, addr, &ptl): after 'ptent = *pte'" ] },
    { why: 'clearing and flushing a pte that is none changes nothing', mutants: ['truncate: if (!pte_none(ptent)): always taken' ] },
    userCpuSurvivors('user CPU, old address', 'oldPte', 'oldTlb'),
    userCpuSurvivors('user CPU, new address', 'newPte', 'newTlb'),
  ],
});
