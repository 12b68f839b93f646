/**
 * NUMA balancing makes a huge pmd none for a moment, and MADV_DONTNEED skips it.
 *
 * change_huge_pmd clears the pmd and sets it again with another protection, under the pmd lock. MADV_DONTNEED reads the pmd
 * without the lock. If the pmd is none, MADV_DONTNEED has nothing to do and returns, but the data that it should have dropped
 * is still mapped. Both hold mmap_sem for reading.
 *
 *   CPU 0: madvise(MADV_DONTNEED)            CPU 1: change_huge_pmd(prot_numa=1)
 *                                            pmd lock; pmd := none
 *   pmd none: skip it; return
 *                                            pmd := the huge page again
 *
 * Kernel:  v4.0 to v4.10: v4.10; since v4.11: pmdp-invalidate
 * About:   huge pages
 * Exposed: any CPU
 * Source:  v4.10 mm/huge_memory.c: change_huge_pmd, zap_huge_pmd; mm/memory.c: zap_pmd_range. The fix: v4.11 mm/huge_memory.c
 * Broke:   v4.0, where prot_numa became pmd_protnone; before, pmdp_set_numa never made the pmd none
 * Fixed:   ced108037c2a (v4.11) -> update pmdp_invalidate, now pmdp_invalidate_ad. An exchange that installs the new pmd
 *          directly, without an invalid pmd in between, is also enough -> update exchange
 * CVE:     unknown
 * Omitted: TLB flushes: reads through an old TLB entry do not matter here. Page faults: they map a new page with other data. The
 *          split of the pmd, which waits for the lock. Dirty and accessed bits: pmdp-invalidate-vs-dirty.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, forAll, goto, init, integer, label, ne, never,
  oneOf, reachable, say, set, shared, step, thread, values } from 'racewalk';
import { spinLock, spinUnlock } from 'racewalk/kernel';

const Pmd = values('none', 'huge', 'invalid', 'protnone');

export const model = defineModel({
  name: 'numa-vs-dontneed',
  summary: 'MADV_DONTNEED skips a huge pmd that is none for a moment',
  options: {
    update: oneOf('fix', 'how change_huge_pmd changes the protection', ['clear-then-set', 'pmdp_invalidate', 'exchange']),
    callers: integer('threads in madvise', [1, 3]),
  },

  build: ({ update, callers }) => {
    const mem = shared({
      pmd: init(Pmd, 'huge', '*pmd'),
      ptl: init(bool, false, 'the pmd lock'),
    });

    const protect = thread('change_huge_pmd', { locals: { entry: init(Pmd, 'none'), changed: init(bool, false) } }, (l) => [
      spinLock('__pmd_trans_huge_lock(pmd, vma)',         mem.ptl),
      branch('!pmd_trans_huge(*pmd)',                     ne(mem.pmd, 'huge'), [goto('unlock')]),
      update === 'clear-then-set'
        ? step('entry = pmdp_huge_get_and_clear_notify(mm, addr, pmd)', set(l.entry, mem.pmd), set(mem.pmd, 'none')) : [],
      update === 'pmdp_invalidate'
        ? step('pmdp_invalidate(vma, addr, pmd)',         set(mem.pmd, 'invalid')) : [],
      update === 'exchange'
        ? step('entry = pmdp_establish(vma, addr, pmd, pmd_modify(*pmd, newprot))',
          set(l.entry, mem.pmd), set(mem.pmd, 'protnone'), set(l.changed, true))
        : step('set_pmd_at(mm, addr, pmd, entry)',        set(mem.pmd, 'protnone'), set(l.changed, true)),
      label('unlock'),
      spinUnlock('spin_unlock(ptl)',                      mem.ptl),
    ]);

    const madvise = thread('madvise', { cpus: callers, locals: {
      pmd: init(Pmd, 'none'), zapped: init(bool, false), returned: init(bool, false),
    } }, (l) => [
      step('pmd_trans_huge(*pmd)',                        set(l.pmd, mem.pmd)),
      branch('!pmd_trans_huge(*pmd)',                     eq(l.pmd, 'none'), [goto('next')]),
      spinLock('__pmd_trans_huge_lock(pmd, vma)',         mem.ptl),
      branch('pmd_trans_huge(*pmd)',                      ne(mem.pmd, 'none'), [
        step('orig_pmd = pmdp_huge_get_and_clear_full(tlb->mm, addr, pmd, tlb->fullmm)',
          set(l.pmd, mem.pmd), set(mem.pmd, 'none'), set(l.zapped, true))]),
      spinUnlock('spin_unlock(ptl)',                      mem.ptl),
      label('next'),
      step('return 0',                                    set(l.returned, true)),
    ]);

    return {
      shared: mem,
      threads: [protect, madvise],
      properties: [
        always('once MADV_DONTNEED has returned, the data is unmapped', forAll(madvise, (l) =>
          never(and(l.returned, ne(mem.pmd, 'none')),
            say`madvise(MADV_DONTNEED) has returned, but the pmd still maps the huge page: ${mem.pmd}`))),
        reachable('madvise drops the huge page',        exists(madvise, (l) => and(l.returned, l.zapped))),
        reachable('change_huge_pmd changes the protection', and(exists(protect, (l) => l.changed), eq(mem.pmd, 'protnone'))),
        reachable('change_huge_pmd comes too late',     and(ended(protect), exists(protect, (l) => eq(l.changed, false)))),
        eventually(protect), eventually(madvise),
      ],
    };
  },

  scenarios: [
    { name: 'v4.10',           options: {},                                        verdict: 'violated',
      steps: 6, states: 25, transitions: 28 },
    { name: 'pmdp-invalidate', options: { update: 'pmdp_invalidate' },             verdict: 'holds',
      states: 37, transitions: 44,
      why: 'an invalid pmd is not none: madvise takes the lock', proves: ['callers'] },
    { name: 'exchange',        options: { update: 'exchange' },                    verdict: 'holds',
      states: 30, transitions: 36, proves: ['callers'] },
    { name: 'pmdp-invalidate-pso', options: { update: 'pmdp_invalidate' }, memory: 'pso', verdict: 'holds',
      states: 59, transitions: 82, proves: ['callers'] },
    { name: 'two-callers',     options: { update: 'pmdp_invalidate', callers: 2 }, verdict: 'holds',
      states: 313, transitions: 491, proves: ['callers'] },
  ],

  survivors: [
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'change_huge_pmd: __pmd_trans_huge_lock(pmd, vma): relaxed, not acquire',
      'madvise: __pmd_trans_huge_lock(pmd, vma): relaxed, not acquire' ] },
    { why: 'of the old entry the model keeps only the page, which does not change', mutants: [
      "change_huge_pmd: entry = pmdp_huge_get_and_clear_notify(mm, addr, pmd): without 'entry = mem.pmd'",
      "change_huge_pmd: entry = pmdp_establish(vma, addr, pmd, pmd_modify(*pmd, newprot)): without 'entry = mem.pmd'" ] },
    { why: 'madvise only needs a pmd that is not none; the invalid pmd protects the dirty bit: pmdp-invalidate-vs-dirty', mutants: [
      'change_huge_pmd: pmdp_invalidate(vma, addr, pmd): left out',
      "change_huge_pmd: pmdp_invalidate(vma, addr, pmd): after 'set_pmd_at(mm, addr, pmd, entry)'" ] },
    { why: 'clearing a pmd that is none changes nothing', mutants: ['madvise: if (pmd_trans_huge(*pmd)): always taken' ] },
    { why: 'pmdp_huge_get_and_clear_full is a fully ordered read-modify-write', mutants: [
      'madvise: spin_unlock(ptl): relaxed, not release' ] },
  ],
});
