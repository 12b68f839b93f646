/**
 * gup_fast pins the tail of a huge page during a split, and the split loses the pin.
 *
 * Up to v4.4 a pin of a tail is counted in the tail's mapcount, and the split converts that count into references of the
 * new small page. gup_fast reads the pmd, raises the head's count, and only then raises the tail's mapcount, with irqs
 * off throughout. pmdp_splitting_flush therefore sends an IPI whose only purpose is to wait for gup_fast: without it the
 * split can add up the pins just before gup_fast adds another.
 *
 *   CPU 0: gup_fast                          CPU 1: split_huge_page
 *   irqs off; read pmd; head count 1 -> 2; pmd unchanged
 *                                            pmd := splitting (no IPI); pins of the tail: 0; tail count := 1; head count
 *   tail mapcount + 1; return the tail
 *                                            the tail is a separate mapped page without a reference for the pin
 *
 * Kernel:  v3.18 to v4.4: ipi
 * About:   lockless walk, huge pages
 * Exposed: any CPU
 * Source:  v3.18 mm/gup.c: gup_pmd_range, gup_huge_pmd; mm/huge_memory.c: __split_huge_page_splitting,
 *          __split_huge_page_refcount, __split_huge_page_map; arch/arm64/mm/flush.c: pmdp_splitting_flush (kick_all_cpus_sync)
 * Broke:   none in a release
 * Fixed:   never broken in a release: the comment above gup_fast asks for the IPI, and arm and arm64 had it from the start ("arm: mm:
 *          enable RCU fast_gup", "arm64: mm: enable RCU fast_gup", v3.18) -> splittingIpi. v4.5 removed pins of tails.
 * CVE:     none
 * Omitted: the lru_lock, the anon_vma lock and the page-table lock: gup_fast takes none of them. pmdp_invalidate before
 *          pmd_populate: pmdp-invalidate-vs-dirty. Other mappings: the head's mapcount stays 1. Other tails: each is independent.
 */
import { add, always, and, bool, branch, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto, ifdef,
  init, integer, label, ne, never, not, note, or, range, reachable, relaxed, say, set, shared, smpMb, smpWmb, step, sub, thread,
  values } from 'racewalk';
import { getHugePageTail, getPageUnlessZero, hugePage, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore, localIrqSave,
  putHugePageTail, sendIpiAndWait, spinLock, spinUnlock } from 'racewalk/kernel';

const Pmd = values('huge', 'splitting', 'table');

export const model = defineModel({
  name: 'gup-fast-vs-splitting-pmd',
  summary: 'gup_fast pins the tail of a huge page that is being split (v3.18 to v4.4)',
  options: {
    splittingIpi: flag('fix', 'pmdp_splitting_flush sends an IPI and waits for it'),
    cpus: integer('CPUs in gup_fast', [1, 3]),
  },

  build: ({ splittingIpi, cpus }) => {
    const mem = shared({
      pmd: init(Pmd, 'huge', '*pmd'),
      ...hugePage(cpus),
      ...interrupts(cpus),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pmd: init(Pmd, 'table'), got: init(bool, false), holds: init(bool, false),
    } }, (l, cpu) => [
      localIrqSave(mem, cpu),
      step('pmd = ACCESS_ONCE(*pmdp)',                    set(l.pmd, mem.pmd)),
      branch('pmd_trans_splitting(pmd)',                  eq(l.pmd, 'splitting'), [goto('out')]),
      branch('!pmd_trans_huge(pmd)',                      eq(l.pmd, 'table'), [note('gup_pte_range'), goto('out')]),
      getPageUnlessZero(mem.headCount, l.got, 'page_cache_add_speculative(head, refs)'),
      branch('!page_cache_add_speculative(head, refs)',   not(l.got), [goto('out')]),
      branch('pmd_val(orig) != pmd_val(*pmdp)',           ne(l.pmd, mem.pmd), [
        full(step('put_page(head)',                       dec(mem.headCount))),
        goto('out')]),
      getHugePageTail(mem),
      localIrqRestore(mem, cpu),
      step('return page',                                 set(l.holds, true)),
      putHugePageTail(mem, l.holds),
      goto('done'),
      label('out'),
      localIrqRestore(mem, cpu),
      label('done'),
    ]);

    const split = thread('split_huge_page', { locals: { pins: init(range(0, cpus + 2), 0, 'tail_count') } }, (l) => [
      note('__split_huge_page_splitting'),
      step('set_pmd_at(vma->vm_mm, address, pmdp, pmd)',  set(mem.pmd, 'splitting')),
      ifdef(splittingIpi, ...sendIpiAndWait('kick_all_cpus_sync()', mem)),
      note('__split_huge_page_refcount'),
      spinLock('compound_lock(page)',                     mem.compoundLock),
      step('tail_count += page_mapcount(page_tail)',      set(l.pins, mem.tailMapcount)),
      relaxed(step('atomic_add(page_mapcount(page) + page_mapcount(page_tail) + 1, &page_tail->_count)',
        set(mem.tailCount, add(add(mem.tailCount, l.pins), 2)))),
      smpMb('smp_mb__after_atomic()'),
      step('page_tail->flags &= ~PAGE_FLAGS_CHECK_AT_PREP', set(mem.pageTail, false)),
      smpWmb(),
      step('page_tail->_mapcount = page->_mapcount',      set(mem.tailMapcount, 1)),
      relaxed(step('atomic_sub(tail_count, &page->_count)', set(mem.headCount, sub(mem.headCount, l.pins)))),
      spinUnlock('compound_unlock(page)',                 mem.compoundLock),
      full(step('put_page(page_tail)',                    dec(mem.tailCount))),
      note('__split_huge_page_map'),
      step('pmd_populate(mm, pmd, pgtable)',              set(mem.pmd, 'table')),
    ]);

    return {
      shared: mem,
      threads: [gup, split, ipiHandlers(mem, gup)],
      properties: [
        always('the small page keeps the pin', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.pmd, 'table'), eq(mem.tailCount, 1)),
            say`gup_fast on CPU ${cpu} has pinned the tail, which is now a separate page whose count covers only the mapping`))),
        always('a mapped page is not free', never(and(eq(mem.pmd, 'table'), eq(mem.tailCount, 0)),
          say`a pte maps the former tail, which is free`)),
        always('no reference leaks', never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ended(split),
          or(ne(mem.headCount, 1), ne(mem.tailCount, 1), ne(mem.tailMapcount, 1))),
          say`every thread is done: the head has count ${mem.headCount}, the tail has count ${mem.tailCount}`)),
        reachable('gup_fast pins a tail of the huge page', exists(gup, (l) => and(l.holds, eq(mem.pmd, 'huge')))),
        reachable('a pin outlives the split', exists(gup, (l) => and(l.holds, eq(mem.pmd, 'table')))),
        reachable('the huge page is split without a pin',  and(eq(mem.pmd, 'table'), eq(mem.tailCount, 1))),
        eventually(gup), eventually(split),
      ],
      costs: [cost('IPIs', { effect: 'IPIs' })],
    };
  },

  scenarios: [
    { name: 'no-ipi',       options: {},                              verdict: 'violated', steps: 17, states: 197, transitions: 319 },
    { name: 'ipi',          options: { splittingIpi: true },          verdict: 'holds',    states: 146, transitions: 230,
      why: 'a walk that began before the splitting bit has ended when the split adds up the pins; after it gup_fast refuses',
      proves: ['cpus'] },
    { name: 'ipi-pso',      options: { splittingIpi: true }, memory: 'pso', verdict: 'holds',
      states: 229, transitions: 382, proves: ['cpus'] },
    { name: 'two-cpus-ipi', options: { splittingIpi: true, cpus: 2 }, verdict: 'holds',    states: 1926, transitions: 4470,
      proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'gup_fast: put_page(head): relaxed, not full', 'gup_fast: put_page_testzero(page_head): relaxed, not full',
      'gup_fast: put_page_testzero(page): relaxed, not full', 'split_huge_page: put_page(page_tail): relaxed, not full' ] },
    { why: 'only the memory model arm64 distinguishes a lock from a full barrier, and no scenario here uses it', mutants: [
      'gup_fast: compound_lock_irqsave(page_head): relaxed, not acquire',
      'split_huge_page: compound_lock(page): relaxed, not acquire' ] },
    { why: 'against a split either is enough: irqs off before gup_fast reads the pmd, or the recheck with irqs off', mutants: [
      "gup_fast: local_irq_save(flags): after 'pmd = ACCESS_ONCE(*pmdp)'",
      'gup_fast: if (pmd_val(orig) != pmd_val(*pmdp)): never taken' ] },
    { why: 'the head stays mapped: its count is never 0', mutants: [
      "gup_fast: page_cache_add_speculative(head, refs): without 'if (got)'",
      'gup_fast: if (!page_cache_add_speculative(head, refs)): never taken' ] },
    { why: 'gup_fast cannot observe the order: it puts the tail under compound_lock, which it takes with irqs on', mutants: [
      "gup_fast: atomic_dec(&page->_mapcount): after 'put_page_testzero(page_head)'",
      "split_huge_page: csd_lock_wait(csd): after 'compound_lock(page)'",
      "split_huge_page: atomic_add(page_mapcount(page) + page_mapcount(page_tail) + 1, &page_tail->_count): after 'page_tail->flags &= ~PAGE_FLAGS_CHECK_AT_PREP'",
      "split_huge_page: page_tail->flags &= ~PAGE_FLAGS_CHECK_AT_PREP: after 'page_tail->_mapcount = page->_mapcount'",
      "split_huge_page: page_tail->_mapcount = page->_mapcount: after 'atomic_sub(tail_count, &page->_count)'",
      "split_huge_page: atomic_sub(tail_count, &page->_count): after 'compound_unlock(page)'" ] },
    { why: 'the read-modify-writes before it are full barriers', mutants: [
      'gup_fast: compound_unlock_irqrestore(page_head, flags): relaxed, not release',
      'split_huge_page: compound_unlock(page): relaxed, not release',
      'split_huge_page: smp_mb__after_atomic(): left out', 'split_huge_page: smp_wmb(): left out' ] },
    { why: 'the following statement enables irqs, and they are already on', mutants: ['gup_fast: goto done;: left out' ] },
    { why: "no other statement depends on when the split drops its own reference", mutants: [
      "split_huge_page: compound_unlock(page): after 'put_page(page_tail)'",
      "split_huge_page: put_page(page_tail): after 'pmd_populate(mm, pmd, pgtable)'" ] },
    { why: 'it belongs to the variant without the IPI, which is violated with or without the change', mutants: [
      "split_huge_page: set_pmd_at(vma->vm_mm, address, pmdp, pmd): after 'compound_lock(page)'" ] },
    ipiHandlerSurvivors,
  ],
});
