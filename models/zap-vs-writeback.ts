/**
 * Writeback assumes that a page is unmapped while a CPU still writes to it through its TLB entry: the writes are lost.
 *
 * zap_pte_range transfers the dirty bit of a pte to the page and flushes the TLBs later, for many ptes at once. Until then CPUs can
 * write without setting any dirty bit. Writeback cleans the page in between: it finds no pte to clean, and writes out the current
 * data. A flush under the page-table lock delays writeback while it checks the pte, but it skips the check of an unmapped page.
 *
 *   CPU 0: zap_pte_range             CPU 1: clear_page_dirty_for_io      CPU 2: user
 *                                                                        TLB entry: writable, dirty
 *   pte := none; page dirty; not mapped
 *                                    not mapped: no pte to clean
 *                                    page clean; written to disk
 *                                                                        writes
 *   flush
 *
 * Kernel:  until v3.14: v3.14; v3.15 to v6.1: v3.15; since v6.2: v6.2
 * About:   TLB flush, dirty bits, reclaim
 * Exposed: any CPU
 * Source:  v3.18 and v6.2 mm/memory.c: zap_pte_range; v3.18 mm/page-writeback.c: clear_page_dirty_for_io; mm/rmap.c: page_mkclean,
 *          page_mkclean_one; v6.2 mm/mmu_gather.c: tlb_flush_rmaps
 * Broke:   unknown
 * Fixed:   1cf35d47712d (v3.15) -> flushUnderLock; 5df397dec7c4 (v6.2) -> delayRmap. Without the second, the first has no effect unless
 *          another process maps the page
 * CVE:     unknown
 * Omitted: the page lock: writeback holds it, zap does not take it. page_mkwrite: a CPU that uses a cleaned pte faults
 *          and makes the page dirty again. The file system's own dirty state. Freeing of the page after the flush.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, flag, forAll, goto, ifdef, init, integer, label,
  ne, never, not, note, reachable, say, set, shared, step, thread } from 'racewalk';
import { Access, flushUserTlbs, spinLock, spinUnlock, tlbEntries, userCpus, userCpuSurvivors } from 'racewalk/kernel';

export const model = defineModel({
  name: 'zap-vs-writeback',
  summary: 'writeback cleans a page that a CPU still writes to through its TLB entry',
  options: {
    flushUnderLock: flag('fix', 'zap flushes the TLBs before it drops the page-table lock if a pte was dirty'),
    delayRmap: flag('fix', 'zap removes a dirty page from the reverse map only after the flush'),
    mappedElsewhere: flag('variant', 'another process also maps the page'),
    cpus: integer('user CPUs', [1, 3]),
  },

  build: ({ flushUnderLock, delayRmap, mappedElsewhere, cpus }) => {
    const mem = shared({
      pte:    init(Access, 'write', '*pte; a writable pte is dirty'),
      ptl:    init(bool, false, 'the page-table lock'),
      mapped: init(bool, true, 'page_mapcount(page) includes this mapping'),
      dirty:  init(bool, false, 'PageDirty(page)'),
      tlb:    tlbEntries(cpus, 'TLB entries for the address'),
    });

    const zap = thread('zap_pte_range', { locals: { dirty: init(bool, false, 'pte_dirty(ptent), and delay_rmap') } }, (l) => [
      spinLock('pte_offset_map_lock(mm, pmd, addr, &ptl)', mem.ptl),
      step('ptent = ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(l.dirty, eq(mem.pte, 'write')), set(mem.pte, 'none')),
      branch('pte_dirty(ptent)',                          l.dirty, [
        step('set_page_dirty(page)',                      set(mem.dirty, true))]),
      delayRmap
        ? branch('!delay_rmap',                           not(l.dirty), [
          step('page_remove_rmap(page, vma, false)',      set(mem.mapped, false))])
        : step('page_remove_rmap(page, vma, false)',      set(mem.mapped, false)),
      ifdef(flushUnderLock,
        branch('force_flush',                             l.dirty, [
          flushUserTlbs('tlb_flush_mmu_tlbonly(tlb)',     mem.tlb),
          ifdef(delayRmap, step('tlb_flush_rmaps(tlb, vma)', set(mem.mapped, false)))])),
      spinUnlock('pte_unmap_unlock(start_pte, ptl)',      mem.ptl),
      flushUserTlbs('tlb_flush_mmu(tlb)',                 mem.tlb),
      ifdef(delayRmap && !flushUnderLock,
        step('tlb_flush_rmaps(tlb, vma)',                 set(mem.mapped, false))),
    ]);

    const writeback = thread('clear_page_dirty_for_io', { locals: {
      mkclean: init(bool, false, 'page_mkclean(page)'), written: init(bool, false, 'the page is clean and written to disk'),
    } }, (l) => [
      ifdef(!mappedElsewhere,
        branch('!page_mapped(page)',                      not(mem.mapped), [goto('test_clear')])),
      note('page_mkclean_one'),
      spinLock('page_check_address(page, mm, address, &ptl, 1)', mem.ptl),
      branch('pte_dirty(*pte) || pte_write(*pte)',        eq(mem.pte, 'write'), [
        step('entry = ptep_clear_flush(vma, address, pte)', set(mem.pte, 'none')),
        flushUserTlbs('flush_tlb_page(vma, address)',     mem.tlb),
        step('set_pte_at(mm, address, pte, entry)',       set(mem.pte, 'read'), set(l.mkclean, true))]),
      spinUnlock('pte_unmap_unlock(pte, ptl)',            mem.ptl),
      branch('page_mkclean(page)',                        l.mkclean, [
        step('set_page_dirty(page)',                      set(mem.dirty, true))]),
      label('test_clear'),
      step('TestClearPageDirty(page)',                    set(l.written, mem.dirty), set(mem.dirty, false)),
    ]);

    return {
      shared: mem,
      threads: [zap, writeback, userCpus('user CPU', mem.pte, mem.tlb)],
      properties: [
        always('a write to a page that writeback has cleaned makes it dirty', forAll(cpus, (cpu) =>
          never(and(exists(writeback, (l) => l.written), not(mem.dirty), eq(mem.tlb.at(cpu), 'write')),
            say`the page is clean and on disk, but a user CPU can still write to it through its TLB entry: the write is lost`))),
        always('no dirty bit is lost', never(and(ended(zap), ended(writeback), not(mem.dirty),
          forAll(writeback, (l) => not(l.written))),
          say`the pte was dirty, but the page is clean and was not written to disk`)),
        always('zap leaves the page unmapped', never(and(ended(zap), mem.mapped),
          say`zap has ended, but page_mapcount still includes the mapping`)),
        always('zap clears the pte', never(and(ended(zap), ne(mem.pte, 'none')), say`zap has ended, but the pte still permits ${mem.pte}`)),
        reachable('zap finds a dirty pte',         exists(zap, (l) => and(l.dirty, ended(zap)))),
        reachable('zap finds a pte that writeback has cleaned', and(ended(zap), exists(zap, (l) => not(l.dirty)))),
        reachable('writeback leaves a clean pte', eq(mem.pte, 'read')),
        reachable('writeback writes the page',     exists(writeback, (l) => l.written)),
        reachable('a CPU writes to the page',      exists(cpus, (cpu) => eq(mem.tlb.at(cpu), 'write'))),
        eventually(zap), eventually(writeback),
      ],
    };
  },

  scenarios: [
    { name: 'v3.14',                 options: {},                                                            verdict: 'violated',
      steps: 7, states: 45, transitions: 61 },
    { name: 'v3.14-elsewhere',       options: { mappedElsewhere: true },                                     verdict: 'violated',
      steps: 10, states: 55, transitions: 80,
      why: 'the reverse map leads writeback to the pte, which zap has already cleared' },
    { name: 'v3.15',                 options: { flushUnderLock: true },                                      verdict: 'violated',
      steps: 7, states: 42, transitions: 59,
      why: 'page_mapped is false before the flush: writeback does not take the lock that would delay it' },
    { name: 'v3.15-elsewhere',       options: { flushUnderLock: true, mappedElsewhere: true },               verdict: 'holds',
      states: 63, transitions: 98,
      why: 'the purpose of 1cf35d47712d: page_mkclean waits for the page-table lock', proves: ['cpus'] },
    { name: 'v6.2',                  options: { flushUnderLock: true, delayRmap: true },                     verdict: 'holds',
      states: 76, transitions: 125, proves: ['cpus'] },
    { name: 'v6.2-elsewhere',        options: { flushUnderLock: true, delayRmap: true, mappedElsewhere: true }, verdict: 'holds',
      states: 62, transitions: 97, proves: ['cpus'] },
    { name: 'delay-alone',           options: { delayRmap: true },                                           verdict: 'violated',
      steps: 10, states: 64, transitions: 100,
      why: 'writeback takes the lock and finds no pte before the flush' },
    { name: 'two-cpus',              options: { flushUnderLock: true, delayRmap: true, cpus: 2 },            verdict: 'holds',
      states: 130, transitions: 248, proves: ['cpus'] },
    { name: 'v6.2-pso',              options: { flushUnderLock: true, delayRmap: true }, memory: 'pso',      verdict: 'holds',
      states: 136, transitions: 242, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'zap_pte_range: pte_offset_map_lock(mm, pmd, addr, &ptl): relaxed, not acquire',
      'clear_page_dirty_for_io: page_check_address(page, mm, address, &ptl, 1): relaxed, not acquire' ] },
    { why: 'a page marked dirty unnecessarily is written once more, and an additional flush does no harm', mutants: [
      'zap_pte_range: if (pte_dirty(ptent)): always taken', 'zap_pte_range: if (force_flush): always taken',
      'clear_page_dirty_for_io: if (page_mkclean(page)): always taken' ] },
    { why: 'it belongs to variants without flushUnderLock, which are violated with or without the change', mutants: [
      "zap_pte_range: page_remove_rmap(page, vma, false): after 'pte_unmap_unlock(start_pte, ptl)'",
      "zap_pte_range: tlb_flush_mmu(tlb): after 'tlb_flush_rmaps(tlb, vma) #2'",
      'zap_pte_range: tlb_flush_rmaps(tlb, vma) #2: left out' ] },
    { why: 'the read-modify-writes and flushes before it are full barriers, and page_mapcount may be delayed', mutants: [
      'zap_pte_range: pte_unmap_unlock(start_pte, ptl): relaxed, not release' ] },
    { why: 'a TLB fill in between reads the clean pte', mutants: [
      "clear_page_dirty_for_io: flush_tlb_page(vma, address): after 'set_pte_at(mm, address, pte, entry)'" ] },
    userCpuSurvivors('user CPU', 'pte', 'tlb'),
  ],
});
