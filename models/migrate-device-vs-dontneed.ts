/**
 * Migration to a device hides a pte from MADV_DONTNEED before it flushes the TLBs.
 *
 * migrate_vma_collect_pmd replaces ptes with migration entries under the page-table lock, drops the lock, and then flushes the
 * TLBs. MADV_DONTNEED finds a pte that is not present, has nothing to flush, and returns; a CPU keeps writing to the old page,
 * which the program now expects to be gone. With the flush under the lock, the TLBs are clean before any CPU sees the entry.
 *
 *   CPU 0: migrate_vma_collect_pmd   CPU 1: madvise(MADV_DONTNEED)       CPU 2: user
 *                                                                        TLB entry: writable
 *   lock; pte := migration entry; unlock
 *                                    lock; not present: drop the entry; return
 *                                                                        writes to the old page
 *   flush
 *
 * Kernel:  v4.14 to v5.19: v5.19; since v6.0: flush-under-lock
 * About:   TLB flush, migration
 * Exposed: any CPU
 * Source:  v5.19 and v6.0 mm/migrate_device.c: migrate_vma_collect_pmd; mm/memory.c: zap_pte_range
 * Broke:   8c3328f1f36a (v4.14, migration unmaps pages while it collects them)
 * Fixed:   60bae7370896 (v6.0) -> flushUnderLock
 * CVE:     unknown
 * Omitted: mmap_lock: both hold it for reading. PageAnonExclusive pages: ptep_clear_flush flushes them immediately. The reference
 *          that migration holds: the page is not freed, but writes to it are still lost. migrate_vma_unmap and the copy. The
 *          difference between a migration entry and none: MADV_DONTNEED flushes for neither.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, flag, forAll, goto, ifdef, init, integer, label,
  ne, never, not, note, reachable, say, set, shared, step, thread } from 'racewalk';
import { Access, flushUserTlbs, spinLock, spinUnlock, tlbEntries, userCpus, userCpuSurvivors } from 'racewalk/kernel';

export const model = defineModel({
  name: 'migrate-device-vs-dontneed',
  summary: 'MADV_DONTNEED returns before migration to a device has flushed',
  options: {
    flushUnderLock: flag('fix', 'migration flushes the TLBs before it drops the page-table lock'),
    cpus: integer('user CPUs', [1, 4]),
  },

  build: ({ flushUnderLock, cpus }) => {
    const mem = shared({
      pte: init(Access, 'write', '*ptep; to the hardware a migration entry is none'),
      ptl: init(bool, false, 'the page-table lock'),
      tlb: tlbEntries(cpus, 'TLB entries for the address'),
    });

    const collect = thread('migrate_vma_collect_pmd', { locals: { unmapped: init(bool, false) } }, (l) => [
      spinLock('pte_offset_map_lock(mm, pmdp, addr, &ptl)', mem.ptl),
      branch('pte_none(pte)',                             eq(mem.pte, 'none'), [goto('next')]),
      step('ptep_get_and_clear(mm, addr, ptep)',          set(mem.pte, 'none')),
      note('set_pte_at(mm, addr, ptep, swp_pte)'),
      step('unmapped++',                                  set(l.unmapped, true)),
      label('next'),
      ifdef(flushUnderLock,
        branch('unmapped',                                l.unmapped, [flushUserTlbs('flush_tlb_range(walk->vma, start, end)', mem.tlb)])),
      spinUnlock('pte_unmap_unlock(ptep - 1, ptl)',       mem.ptl),
      ifdef(!flushUnderLock,
        branch('unmapped',                                l.unmapped, [flushUserTlbs('flush_tlb_range(walk->vma, start, end)', mem.tlb)])),
    ]);

    const madvise = thread('madvise', { locals: { zapped: init(bool, false), returned: init(bool, false) } }, (l) => [
      spinLock('pte_offset_map_lock(mm, pmd, addr, &ptl)', mem.ptl),
      branch('pte_present(ptent)',                        ne(mem.pte, 'none'), [
        step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.pte, 'none'), set(l.zapped, true)),
      ], [note('pte_clear_not_present_full(mm, addr, pte, tlb->fullmm)')]),
      spinUnlock('pte_unmap_unlock(start_pte, ptl)',      mem.ptl),
      branch('tlb->end',                                  l.zapped, [flushUserTlbs('tlb_flush_mmu(tlb)', mem.tlb)]),
      step('return 0',                                    set(l.returned, true)),
    ]);

    return {
      shared: mem,
      threads: [collect, madvise, userCpus('user CPU', mem.pte, mem.tlb)],
      properties: [
        always('once madvise has returned, no TLB entry maps the old page', forAll(cpus, (cpu) =>
          never(and(exists(madvise, (l) => l.returned), ne(mem.tlb.at(cpu), 'none')),
            say`madvise(MADV_DONTNEED) has returned, but a user CPU still writes to the page through its TLB entry`))),
        always('the address maps nothing after madvise', never(and(ended(madvise), ne(mem.pte, 'none')),
          say`madvise(MADV_DONTNEED) has returned, but the pte is present`)),
        reachable('madvise unmaps the page',       exists(madvise, (l) => and(l.returned, l.zapped))),
        reachable('madvise drops a migration entry', exists(madvise, (l) => and(l.returned, not(l.zapped)))),
        reachable('migration takes the page',      and(ended(collect), exists(collect, (l) => l.unmapped))),
        eventually(collect), eventually(madvise),
      ],
    };
  },

  scenarios: [
    { name: 'v5.19',                     options: {},                                verdict: 'violated',
      steps: 10, states: 47, transitions: 68 },
    { name: 'flush-under-lock',          options: { flushUnderLock: true },          verdict: 'holds',
      states: 38, transitions: 52, proves: ['cpus'] },
    { name: 'two-cpus-flush-under-lock', options: { flushUnderLock: true, cpus: 2 }, verdict: 'holds',
      states: 62, transitions: 99, proves: ['cpus'] },
    { name: 'flush-under-lock-pso',      options: { flushUnderLock: true },          memory: 'pso', verdict: 'holds',
      states: 55, transitions: 81, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'migrate_vma_collect_pmd: pte_offset_map_lock(mm, pmdp, addr, &ptl): relaxed, not acquire',
      'madvise: pte_offset_map_lock(mm, pmd, addr, &ptl): relaxed, not acquire' ] },
    { why: 'clearing and flushing a pte that is none changes nothing', mutants: [
      "migrate_vma_collect_pmd: pte_offset_map_lock(mm, pmdp, addr, &ptl): after 'if (pte_none(pte))'",
      'migrate_vma_collect_pmd: if (pte_none(pte)): never taken', 'migrate_vma_collect_pmd: if (unmapped): always taken' ] },
    { why: 'it belongs to v5.19, which is violated with or without the change', mutants: [
      'migrate_vma_collect_pmd: if (unmapped) #2: never taken', 'migrate_vma_collect_pmd: if (unmapped) #2: always taken',
      'migrate_vma_collect_pmd: flush_tlb_range(walk->vma, start, end) #2: left out' ] },
    { why: 'the flush before it is fully ordered, and a thread that finds the pte again flushes again', mutants: [
      'migrate_vma_collect_pmd: pte_unmap_unlock(ptep - 1, ptl): relaxed, not release',
      'madvise: pte_unmap_unlock(start_pte, ptl): relaxed, not release' ] },
    { why: 'a madvise that reads the pte without the lock still waits for the lock later, and therefore for the flush', mutants: [
      "madvise: pte_offset_map_lock(mm, pmd, addr, &ptl): after 'if (pte_present(ptent))'" ] },
    userCpuSurvivors('user CPU', 'pte', 'tlb'),
  ],
});
