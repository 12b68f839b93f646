/**
 * Every check of today's gup_fast, against collapse, unmap and fork at once: which race does each check prevent?
 *
 * gup_fast with FOLL_PIN and FOLL_WRITE runs against khugepaged, MADV_DONTNEED and fork, which mmap_lock serializes in any order,
 * and against the allocator, which gives freed pages to other owners. With every check of the current kernel the model holds.
 * Without one of them its race returns, unless another check covers it.
 *
 *   CPU 0: gup_fast                          others, each under mmap_lock
 *   seqcount; irqs off; read pmd; read pte   khugepaged: pmd := none; IPI; isolate; copy; pmd := huge, table deposited
 *   take the reference                       madvise: pmd or pte := none; free the table; flush; put the page
 *   pmd? pte? irqs on; seqcount?             fork: pinned? copy it, or write-protect and share
 *
 * Kernel:  since v6.2: all-checks
 * About:   lockless walk, huge pages, reuse of a page, copy-on-write, freeing of page tables
 * Source:  v6.2 mm/gup.c: lockless_pages_from_mm, gup_pmd_range, gup_huge_pmd, gup_pte_range; mm/khugepaged.c:
 *          collapse_huge_page; mm/huge_memory.c: zap_huge_pmd, copy_huge_pmd; mm/memory.c: zap_pte_range, copy_present_pte
 * Broke:   unknown
 * Fixed:   each check in a model of its own: gup-fast-vs-collapse, -unmap, -free-pgtables, -fork. All checks are on by default.
 * CVE:     unknown
 * Omitted: PageAnonExclusive and the read-only pin (ksm-vs-pin); compound heads of small pages (gup-fast-vs-compound-page). Page
 *          faults: an unmapped page stays unmapped. mmap_lock for reading: there is one madvise, so a plain lock is enough.
 *          More than one pte: one pte shows each race. page_maybe_dma_pinned: only gup_fast takes references here, so a
 *          count above that of the mapping is a pin. The page-table locks, except that fork takes one after it begins
 *          write_protect_seq: on x86 that is an atomic operation, and the full barrier that gup-fast-vs-fork requires.
 */
import { always, and, bool, branch, conditional, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto,
  gt, ifdef, init, integer, label, ne, never, not, note, oneOf, or, range, reachable, say, set, shared, smpMb,
  smpRmb, step, thread, values } from 'racewalk';
import { Access, anotherOwner, flushTlbRange, getPage, getPageUnlessZero, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore,
  localIrqSave, Owner, putPage, rawReadSeqcount, rawWriteSeqcountBegin, rawWriteSeqcountEnd, sendIpiAndWait, spinLock,
  spinUnlock } from 'racewalk/kernel';

const Pmd = values('none', 'table', 'huge', 'huge, read-only');
const Held = values('nothing', 'small page', 'huge page');

export const model = defineModel({
  name: 'gup-fast-checks',
  summary: 'every check of gup_fast against collapse, unmap and fork at once: what each check prevents',
  options: {
    flush: oneOf('machine', 'how other CPUs\' TLBs are flushed', ['broadcast', 'ipi']),
    unlessZero: flag('fix', 'gup_fast takes no reference on a page whose count is 0', true),
    recheckPte: flag('fix', 'gup_fast rechecks the pte after it takes the reference', true),
    recheckPmd: flag('fix', 'gup_fast rechecks the pmd of a page table after it takes the reference', true),
    recheckHugePmd: flag('fix', 'gup_fast rechecks a huge pmd after it takes the reference', true),
    syncIpi: flag('fix', 'collapse sends an IPI after it clears the pmd, and waits for it', true),
    writeProtectSeq: flag('fix', 'gup_fast drops its pin if a fork ran meanwhile', true),
    collapsers: integer('threads in collapse_huge_page', [0, 2], 1),
    irqsOff: flag('variant', 'gup_fast walks the page tables with irqs off', true),
    zap: flag('variant', 'a thread in MADV_DONTNEED', true),
    fork: flag('variant', 'a thread in fork', true),
  },

  build: ({ flush, irqsOff, unlessZero, recheckPte, recheckPmd, recheckHugePmd, syncIpi, writeProtectSeq, collapsers, zap, fork }) => {
    const cpus = 1;
    const mem = shared({
      mmapLock:   init(bool, false, 'mm->mmap_lock'),
      seq:        init(range(0, 2), 0, 'mm->write_protect_seq'),
      pmd:        init(Pmd, 'table', '*pmd'),
      tableFreed: init(bool, false, 'the page table, in use or deposited, is freed'),
      pte:        init(Access, 'write', '*pte'),
      count:      init(range(0, cpus + 2), 1, 'page->_refcount of the small page'),
      owner:      init(Owner, 'this mm', 'the owner of the small page'),
      shared:     init(bool, false, 'the child maps the small page, copy-on-write'),
      hugeCount:  init(range(0, cpus + 2), 1, 'page->_refcount of the huge page that khugepaged has allocated'),
      hugeOwner:  init(Owner, 'this mm', 'the owner of the huge page'),
      hugeShared: init(bool, false, 'the child maps the huge page, copy-on-write'),
      ...interrupts(cpus),
    });

    const take = (count: typeof mem.count, got: typeof mem.mmapLock, failed: string) => [
      ifdef(unlessZero,
        getPageUnlessZero(count, got, 'folio = try_grab_folio(page, 1, flags)'),
        branch('!folio',                                  not(got), [goto(failed)])),
      ifdef(!unlessZero, getPage(count))];

    const undo = (count: typeof mem.count) => putPage(count, 'gup_put_folio(folio, refs, flags)');
    const unpin = (count: typeof mem.count) => putPage(count, 'unpin_user_pages_lockless(pages, nr_pinned)');

    const gup = thread('gup_fast', { cpus, locals: {
      seq: init(range(0, 2), 0), pmd: init(Pmd, 'none'), pte: init(Access, 'none'), walks: init(bool, false), got: init(bool, false),
      holds: init(Held, 'nothing'),
    } }, (l, cpu) => [
      ifdef(writeProtectSeq,
        rawReadSeqcount(mem.seq, l.seq),
        branch('seq & 1',                                 eq(l.seq, 1), [goto('done')])),
      ifdef(irqsOff, localIrqSave(mem, cpu)),
      step('pmd = pmdp_get_lockless(pmdp)',               set(l.pmd, mem.pmd)),
      branch('!pmd_present(pmd)',                         eq(l.pmd, 'none'), [goto('out')]),
      branch('!pmd_access_permitted(orig, flags & FOLL_WRITE)', eq(l.pmd, 'huge, read-only'), [goto('out')]),
      branch('pmd_trans_huge(pmd)',                       eq(l.pmd, 'huge'), [
        take(mem.hugeCount, l.got, 'out'),
        ifdef(recheckHugePmd,
          branch('pmd_val(orig) != pmd_val(*pmdp)',       ne(l.pmd, mem.pmd), [undo(mem.hugeCount), goto('out')])),
        ifdef(irqsOff, localIrqRestore(mem, cpu)),
        ifdef(writeProtectSeq,
          smpRmb(),
          branch('read_seqcount_retry(&mm->write_protect_seq, seq)', ne(l.seq, mem.seq), [unpin(mem.hugeCount), goto('done')])),
        step('return nr_pinned',                          set(l.holds, 'huge page')),
        full(step('unpin_user_page(page)',                dec(mem.hugeCount), set(l.holds, 'nothing'))),
        goto('done')]),

      step('ptem = ptep = pte_offset_map(&pmd, addr)',    set(l.walks, true)),
      step('pte = ptep_get_lockless(ptep)',               set(l.pte, mem.pte)),
      branch('!pte_access_permitted(pte, flags & FOLL_WRITE)', ne(l.pte, 'write'), [goto('pte_unmap')]),
      take(mem.count, l.got, 'pte_unmap'),
      ifdef(recheckPmd,
        branch('pmd_val(pmd) != pmd_val(*pmdp)',          ne(l.pmd, mem.pmd), [undo(mem.count), goto('pte_unmap')])),
      ifdef(recheckPte,
        branch('pte_val(pte) != pte_val(*ptep)',          ne(l.pte, mem.pte), [undo(mem.count), goto('pte_unmap')])),
      step('pte_unmap(ptem)',                             set(l.walks, false)),
      ifdef(irqsOff, localIrqRestore(mem, cpu)),
      ifdef(writeProtectSeq,
        smpRmb(),
        branch('read_seqcount_retry(&mm->write_protect_seq, seq)', ne(l.seq, mem.seq), [unpin(mem.count), goto('done')])),
      step('return nr_pinned',                            set(l.holds, 'small page')),
      full(step('unpin_user_page(page)',                  dec(mem.count), set(l.holds, 'nothing'))),
      goto('done'),
      label('pte_unmap'),
      step('pte_unmap(ptem)',                             set(l.walks, false)),
      label('out'),
      ifdef(irqsOff, localIrqRestore(mem, cpu)),
      label('done'),
    ]);

    const collapse = () => thread('collapse_huge_page', { cpus: collapsers }, () => [
      spinLock('mmap_write_lock(mm)',                     mem.mmapLock),
      branch('check_pmd_still_valid(mm, address, pmd) != SCAN_SUCCEED', ne(mem.pmd, 'table'), [goto('out_up_write')]),
      step('_pmd = pmdp_collapse_flush(vma, address, pmd)', set(mem.pmd, 'none')),
      flushTlbRange(flush, mem),
      ifdef(syncIpi, ...sendIpiAndWait('tlb_remove_table_sync_one()', mem)),
      branch('!pte_write(pteval)',                        ne(mem.pte, 'write'), [goto('rollback')]),
      branch('!is_refcount_suitable(page)',               ne(mem.count, 1), [goto('rollback')]),
      note('copy_user_highpage(page, src_page, address, vma)'),
      step('ptep_clear(vma->vm_mm, address, _pte)',       set(mem.pte, 'none')),
      putPage(mem.count),
      note('pgtable_trans_huge_deposit(mm, pmd, pgtable)'),
      step('set_pmd_at(mm, address, pmd, _pmd)',          set(mem.pmd, 'huge')),
      goto('out_up_write'),
      label('rollback'),
      step('pmd_populate(mm, pmd, pmd_pgtable(_pmd))',    set(mem.pmd, 'table')),
      label('out_up_write'),
      spinUnlock('mmap_write_unlock(mm)',                 mem.mmapLock),
    ]);

    const dontneed = () => thread('madvise_dontneed', { locals: { pmd: init(Pmd, 'none'), pte: init(Access, 'none') } }, (l) => [
      spinLock('mmap_read_lock(mm)',                      mem.mmapLock),
      step('pmd_trans_huge(*pmd)',                        set(l.pmd, mem.pmd)),
      branch('pmd_trans_huge(*pmd)',                      or(eq(l.pmd, 'huge'), eq(l.pmd, 'huge, read-only')), [
        step('pmdp_huge_get_and_clear_full(vma, addr, pmd, tlb->fullmm)', set(mem.pmd, 'none')),
        note('zap_deposited_table(tlb->mm, pmd)'),
        step('pte_free(mm, pgtable)',                     set(mem.tableFreed, true)),
        flushTlbRange(flush, mem, 'tlb_flush_mmu_tlbonly(tlb)'),
        putPage(mem.hugeCount),
      ], [
        step('ptent = *pte',                              set(l.pte, mem.pte)),
        branch('pte_present(ptent)',                      ne(l.pte, 'none'), [
          step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.pte, 'none')),
          flushTlbRange(flush, mem, 'tlb_flush_mmu_tlbonly(tlb)'),
          putPage(mem.count)])]),
      spinUnlock('mmap_read_unlock(mm)',                  mem.mmapLock),
    ]);

    const copying = () => thread('copy_page_range', { locals: {
      seq: init(range(0, 2), 0), pmd: init(Pmd, 'none'), pte: init(Access, 'none'),
    } }, (l) => [
      spinLock('mmap_write_lock(oldmm)',                  mem.mmapLock),
      rawWriteSeqcountBegin(mem.seq, l.seq),
      smpMb('spin_lock_nested(src_ptl, SINGLE_DEPTH_NESTING)'),
      step('pmd_trans_huge(*src_pmd)',                    set(l.pmd, mem.pmd)),
      branch('pmd_trans_huge(*src_pmd)',                  eq(l.pmd, 'huge'), [
        branch('page_try_dup_anon_rmap(src_page, true, src_vma)', gt(mem.hugeCount, 1), [note('pinned: split and copied')], [
          step('pmdp_set_wrprotect(src_mm, addr, src_pmd)', set(mem.pmd, 'huge, read-only')),
          step('set_pmd_at(dst_mm, addr, dst_pmd, pmd)',  set(mem.hugeShared, true))]),
      ], [
        step('pte = *src_pte',                            set(l.pte, mem.pte)),
        branch('pte_present(*src_pte)',                   ne(l.pte, 'none'), [
          branch('page_try_dup_anon_rmap(page, false, src_vma)', gt(mem.count, 1), [note('pinned: copied')], [
            step('ptep_set_wrprotect(src_mm, addr, src_pte)', set(mem.pte, 'read')),
            step('set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)', set(mem.shared, true))])])]),
      rawWriteSeqcountEnd(mem.seq, l.seq),
      spinUnlock('mmap_write_unlock(oldmm)',              mem.mmapLock),
    ]);

    const mapsHuge = or(eq(mem.pmd, 'huge'), eq(mem.pmd, 'huge, read-only'));
    const small = exists(gup, (l) => eq(l.holds, 'small page'));
    const huge = exists(gup, (l) => eq(l.holds, 'huge page'));
    const zaps = zap ? [dontneed()] : [];
    const others = [...(collapsers > 0 ? [collapse()] : []), ...zaps, ...(fork ? [copying()] : [])];
    const done = and(not(mem.mmapLock), ...[gup, ...others].map((each) => forAll(each, (_, cpu) => ended(each, cpu))));
    const smallIsUsed = or(eq(mem.owner, 'another owner'), and(eq(mem.pmd, 'table'), ne(mem.pte, 'none')));
    // khugepaged holds the huge page until it maps it.
    const hugeIsFree = and(eq(mem.hugeOwner, 'this mm'), mem.tableFreed);
    return {
      shared: mem,
      threads: [gup, ...others,
        anotherOwner({ count: mem.count, owner: mem.owner }),
        anotherOwner({ count: mem.hugeCount, owner: mem.hugeOwner }, 'another owner (huge)'),
        ipiHandlers(mem, gup)],
      properties: [
        always('gup_fast does not walk a freed page table', forAll(gup, (l) =>
          never(and(l.walks, mem.tableFreed), say`gup_fast walks a freed page table`))),
        always('a small page that gup_fast holds stays mapped',
          never(and(small, mapsHuge), say`gup_fast holds the small page, but the address maps the huge page`)),
        always('a small page that gup_fast returned belongs to this mm', never(and(small, eq(mem.owner, 'another owner')),
          say`gup_fast returned a page that was freed and belongs to another owner`)),
        always('a huge page that gup_fast returned belongs to this mm', never(and(huge, eq(mem.hugeOwner, 'another owner')),
          say`gup_fast returned a huge page that was freed and belongs to another owner`)),
        always('a small page that is pinned is not shared copy-on-write', never(and(small, mem.shared),
          say`gup_fast has pinned the small page for a device, but the child shares it`)),
        always('a huge page that is pinned is not shared copy-on-write', never(and(huge, mem.hugeShared),
          say`gup_fast has pinned the huge page for a device, but the child shares it`)),
        ...zaps.map((each) => always('once MADV_DONTNEED has returned, nothing is mapped',
          never(and(ended(each), not(mem.mmapLock), or(mapsHuge, ne(mem.pte, 'none'))),
            say`madvise(MADV_DONTNEED) has returned, but the pmd is ${mem.pmd} and the pte ${mem.pte}`))),
        always('a deposited page table maps nothing', never(and(eq(mem.pmd, 'huge'), ne(mem.pte, 'none')),
          say`the pmd maps the huge page, but the deposited table still maps the small page`)),
        always('no reference to the small page leaks', never(and(done, ne(mem.count, conditional(smallIsUsed, 1, 0))),
          say`every thread is done with the small page, but its count is ${mem.count}`)),
        always('no reference to the huge page leaks', never(and(done, ne(mem.hugeCount, conditional(hugeIsFree, 0, 1))),
          say`every thread is done with the huge page, but its count is ${mem.hugeCount}`)),
        reachable('gup_fast pins the small page', small),
        ...(collapsers > 0 ? [reachable('gup_fast pins the huge page', huge)] : []),
        ...(fork ? [reachable('fork shares the small page', mem.shared)] : []),
        ...(collapsers > 0 && fork ? [reachable('fork shares the huge page', mem.hugeShared)] : []),
        ...(zap ? [reachable('the small page gets another owner', eq(mem.owner, 'another owner'))] : []),
        ...(collapsers > 0 && zap ? [reachable('the huge page gets another owner', eq(mem.hugeOwner, 'another owner'))] : []),
        ...[gup, ...others].map((each) => eventually(each)),
      ],
      costs: [
        cost('IPIs',        { effect: 'IPIs' }),
        cost('gup mem ops', { steps: 'access' }, { thread: gup, until: small }),
      ],
    };
  },

  scenarios: [
    { name: 'all-checks',               options: {},                                                verdict: 'holds',
      states: 4773, transitions: 10007, proves: ['collapsers'] },
    { name: 'x86',                      options: { flush: 'ipi' },                                  verdict: 'holds',
      states: 4622, transitions: 9339, proves: ['collapsers'] },
    { name: 'x86-without-checks', verdict: 'holds', options: {
      flush: 'ipi', unlessZero: false, recheckPte: false, recheckPmd: false, recheckHugePmd: false, syncIpi: false, fork: false },
      states: 761, transitions: 1534,
      why: 'every flush waits until gup_fast has irqs on: x86 needs none of the checks, except against fork, which does not wait',
      proves: ['collapsers'] },
    { name: 'all-checks-pso',           options: {}, memory: 'pso',                                 verdict: 'holds',
      states: 8435, transitions: 18784, proves: ['collapsers'] },
    { name: 'collapse-and-zap',         options: { fork: false },                                   verdict: 'holds',
      states: 879, transitions: 1793,
      why: 'the new huge page is zapped, freed and reallocated before gup_fast takes its reference', proves: ['collapsers'] },
    { name: 'two-collapsers-fork',      options: { collapsers: 2 },                                 verdict: 'holds',
      states: 14_489, transitions: 31_939, proves: ['collapsers'] },
    { name: 'two-collapsers',           options: { collapsers: 2, fork: false },                    verdict: 'holds',
      states: 2718, transitions: 5955, proves: ['collapsers'] },
    { name: 'without-irqs-off',         options: { irqsOff: false },                                verdict: 'violated',
      steps: 19, states: 1648, transitions: 3052,
      why: 'gup-fast-vs-free-pgtables: an IPI does not wait for a walk that it can interrupt' },
    { name: 'without-unless-zero',      options: { unlessZero: false },                             verdict: 'violated',
      steps: 11, states: 283, transitions: 494,
      why: 'gup-fast-vs-unmap: gup_fast raises the count of a free page' },
    { name: 'without-recheck-pte',      options: { recheckPte: false },                             verdict: 'violated',
      steps: 17, states: 1033, transitions: 1913,
      why: 'gup-fast-vs-unmap: the page is freed and reallocated' },
    { name: 'without-recheck-pmd',      options: { recheckPmd: false },                             verdict: 'holds',
      states: 4655, transitions: 9789,
      why: 'the IPI of collapse already waits for gup_fast: 2ba99c5e0881, made for the page table, covers 70cbc3cc78a9',
      proves: ['collapsers'] },
    { name: 'without-recheck-huge-pmd', options: { recheckHugePmd: false },                         verdict: 'violated',
      steps: 25, states: 3099, transitions: 6131,
      why: 'the huge page that collapse created is zapped, freed and reallocated' },
    { name: 'without-sync-ipi',         options: { syncIpi: false },                                verdict: 'violated',
      steps: 17, states: 1431, transitions: 2686,
      why: 'gup-fast-vs-free-pgtables: zap of the huge page frees the table that collapse deposited' },
    { name: 'recheck-pmd-or-sync-ipi',  options: { recheckPmd: false, syncIpi: false, zap: false }, verdict: 'violated',
      steps: 19, states: 857, transitions: 1568,
      why: 'gup-fast-vs-collapse, the race of the email: without zap one of the two checks is needed' },
    { name: 'recheck-pmd-no-zap', options: { syncIpi: false, zap: false }, verdict: 'holds', states: 1439, transitions: 2849,
      proves: ['collapsers'] },
    { name: 'without-seqcount',         options: { writeProtectSeq: false },                        verdict: 'violated',
      steps: 18, states: 1115, transitions: 2132,
      why: 'gup-fast-vs-fork: gup_fast pins the page after fork has checked for pins' },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'gup_fast: gup_put_folio(folio, refs, flags): relaxed, not full',
      'gup_fast: unpin_user_pages_lockless(pages, nr_pinned): relaxed, not full', 'gup_fast: unpin_user_page(page): relaxed, not full',
      'gup_fast: gup_put_folio(folio, refs, flags) #2: relaxed, not full',
      'gup_fast: gup_put_folio(folio, refs, flags) #3: relaxed, not full',
      'gup_fast: unpin_user_pages_lockless(pages, nr_pinned) #2: relaxed, not full',
      'gup_fast: unpin_user_page(page) #2: relaxed, not full', 'collapse_huge_page: put_page(page): relaxed, not full',
      'madvise_dontneed: put_page(page): relaxed, not full', 'madvise_dontneed: put_page(page) #2: relaxed, not full' ] },
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'collapse_huge_page: mmap_write_lock(mm): relaxed, not acquire',
      'madvise_dontneed: mmap_read_lock(mm): relaxed, not acquire',
      'copy_page_range: mmap_write_lock(oldmm): relaxed, not acquire' ] },
    { why: 'there is one fork: the sequence count is 0 before it, and gup_fast gives up if the count stays odd', mutants: [
      'gup_fast: seq = raw_read_seqcount(s): left out', 'copy_page_range: seq = s->sequence: left out',
      'copy_page_range: s->sequence = seq + 2: left out', "copy_page_range: s->sequence = seq + 2: after 'mmap_write_unlock(oldmm)'",
      "copy_page_range: mmap_write_lock(oldmm): after 'seq = s->sequence'" ] },
    { why: 'only the memory model arm64 delays loads, and no scenario here uses it', mutants: [
      'gup_fast: smp_rmb(): left out', 'gup_fast: smp_rmb() #2: left out', 'gup_fast: smp_rmb() #3: left out' ] },
    { why: 'without unlessZero raising a count of 0 is the violation, in any order', mutants: [
      "gup_fast: get_page(page): after 'if (pmd_val(orig) != pmd_val(*pmdp))'",
      "gup_fast: get_page(page) #2: after 'if (pmd_val(pmd) != pmd_val(*pmdp))'" ] },
    { why: 'the following statements end a walk that has already ended, and irqs are on', mutants: ['gup_fast: goto done; #5: left out' ] },
    { why: 'put_page, the IPI and mmap_assert_write_locked are full barriers, and smp_wmb orders the unlock that follows it', mutants: [
      'collapse_huge_page: dsb(ish): left out', 'madvise_dontneed: dsb(ish): left out', 'madvise_dontneed: dsb(ish) #2: left out',
      'madvise_dontneed: mmap_read_unlock(mm): relaxed, not release',
      'copy_page_range: mmap_write_unlock(oldmm): relaxed, not release',
      'copy_page_range: smp_wmb(): left out' ] },
    { why: 'until fork ends gup_fast drops its pin, whichever pte fork sets first', mutants: [
      "copy_page_range: pmdp_set_wrprotect(src_mm, addr, src_pmd): after 'set_pmd_at(dst_mm, addr, dst_pmd, pmd)'",
      "copy_page_range: ptep_set_wrprotect(src_mm, addr, src_pte): after 'set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)'" ] },
    { why: 'where the recheck matters the flush does not wait, whether irqs are off or on', mutants: [
      "gup_fast: if (pmd_val(orig) != pmd_val(*pmdp)): after 'local_irq_restore(flags)'" ] },
    { why: 'gup_fast drops the page if either value has changed', mutants: [
      "gup_fast: if (pmd_val(pmd) != pmd_val(*pmdp)): after 'if (pte_val(pte) != pte_val(*ptep))'",
      "gup_fast: if (pmd_val(orig) != pmd_val(*pmdp)): after 'if (read_seqcount_retry(&mm->write_protect_seq, seq))'" ] },
    { why: 'only the check of the count must wait for gup_fast, and either check rolls back', mutants: [
      "collapse_huge_page: csd_lock_wait(csd): after 'if (!pte_write(pteval))'",
      "collapse_huge_page: csd_lock_wait(csd): after 'tlb_remove_table_sync_one()'",
      "collapse_huge_page: csd_lock_wait(csd) #2: after 'if (!pte_write(pteval))'",
      "collapse_huge_page: if (!pte_write(pteval)): after 'if (!is_refcount_suitable(page))'" ] },
    { why: 'collapse has waited for every walk of the table that it deposited', mutants: [
      "madvise_dontneed: pmdp_huge_get_and_clear_full(vma, addr, pmd, tlb->fullmm): after 'pte_free(mm, pgtable)'",
      "madvise_dontneed: pte_free(mm, pgtable): after 'tlb_flush_mmu_tlbonly(tlb)'" ] },
    { why: 'only collapse clears the pte, and it then sets a huge pmd', mutants: [
      'madvise_dontneed: if (pte_present(ptent)): always taken' ] },
    ipiHandlerSurvivors,
  ],
});
