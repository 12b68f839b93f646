/**
 * gup_fast pins a page that khugepaged is replacing with a huge page.
 *
 * gup_fast walks the page tables without locks, with irqs off. collapse_huge_page clears the pmd, flushes the TLBs, and then
 * assumes that no gup_fast is still walking, so that a page count of 1 means that the mapping is the only user. If the TLB flush
 * is an IPI, it waits for CPUs with irqs off and the assumption is true. If it is a hardware broadcast, it does not wait:
 * gup_fast has read the pte, collapse sees count 1, gup_fast takes its reference, finds the pte unchanged (the pmd is gone, the
 * pte is not cleared yet), and returns a page that the process soon no longer maps.
 *
 *   CPU 0: gup_fast                          CPU 1: collapse_huge_page
 *   irqs off; read pmd; read pte
 *                                            pmd := none; flush (does not wait)
 *                                            isolate: page_count(page) == 1
 *   count 1 -> 2; pte unchanged; return
 *                                            copy; clear the pte; put the page; pmd := huge
 *
 * Kernel:  v3.18 to v5.19: email; since v6.0: recheck-pmd
 * About:   lockless walk, huge pages
 * Exposed: broadcast flush
 * Source:  v3.18 mm/gup.c: gup_pmd_range, gup_pte_range, __get_user_pages_fast; mm/huge_memory.c: collapse_huge_page,
 *          __collapse_huge_page_isolate, __collapse_huge_page_copy. Reported on linux-mm on 26 October 2014 (Message-ID
 *          20141027001842.GU6911@redhat.com), with two repairs: an IPI, or a second pin check with rollback.
 * Broke:   2667f50e8b81 (v3.18, the generic RCU gup_fast)
 * Fixed:   70cbc3cc78a9 (v6.0) -> recheckPmd; 2ba99c5e0881 (v6.1) -> syncIpi. Collapse never got the second pin check; migration
 *          of huge pages did (2b4847e73004), lost stores because of it, and replaced it.
 * CVE:     unknown
 * Omitted: mmap_sem, anon_vma lock and the page-table locks: gup_fast takes none of them, and there is one collapse.
 *          LRU isolation: it takes and drops collapse's own reference after the count check. Freeing of the page table and
 *          reuse of the pages: separate races (gup-fast-vs-free-pgtables, gup-fast-vs-unmap), which this protocol must also
 *          prevent. A walk of the huge pmd: it correctly pins the huge page. TLB entries of user CPUs: user writes do not matter here.
 */
import { always, and, array, bool, branch, choose, conditional, cost, dec, defineModel, ended, eq, eventually, exists, flag,
  forAll, full, goto, ifdef, index, init, integer, label, loop, ne, never, not, note, oneOf, range, reachable, release, say,
  set, shared, smpMb, step, thread, values } from 'racewalk';
import { flushTlbRange, getPage, getPageUnlessZero, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore, localIrqSave, Pmd, Pte,
  putPage, sendIpiAndWait } from 'racewalk/kernel';

const CollapseResult = values('running', 'succeeded', 'aborted');

export const model = defineModel({
  name: 'gup-fast-vs-collapse',
  summary: 'gup_fast pins a page that collapse_huge_page is replacing',
  options: {
    flush: oneOf('machine', 'how other CPUs\' TLBs are flushed', ['broadcast', 'ipi']),
    recheckPte: flag('fix', 'gup_fast rechecks the pte after it takes the reference', true),
    recheckPmd: flag('fix', 'gup_fast rechecks the pmd after it takes the reference (2022)'),
    syncIpi: flag('fix', 'collapse sends an IPI after pmdp_clear_flush and waits for it'),
    secondPinCheck: oneOf('fix', 'collapse checks for pins again after it clears ptes, and can roll back',
      ['none', 'per-page', 'all-pages']),
    walker: oneOf('variant', 'what protects the page-table walk of gup_fast', ['irqs-off', 'rcu-only']),
    flushBarrier: flag('variant', 'the CPU that issues a broadcast ends it with a full barrier (arm64: dsb ish)', true),
    checkBarrier: flag('variant', 'smp_mb between clearing the ptes and the second pin check', true),
    reference: oneOf('variant', 'how gup_fast takes its reference', ['get_page_unless_zero', 'get_page']),
    cpus: integer('CPUs in gup_fast', [1, 16]),
    ptes: integer('ptes of the huge page range; gup_fast may walk any', [1, 512], 2),
  },

  build: ({ flush, recheckPte, recheckPmd, syncIpi, secondPinCheck, walker, flushBarrier, checkBarrier, reference, cpus, ptes }) => {
    const mem = shared({
      pmd:    init(Pmd, 'table', '*pmd'),
      pte:    array(ptes, Pte, 'present', 'the ptes of the page table'),
      count:  array(ptes, range(0, cpus + 1), 1, 'page->_count of the small pages: 1 is the mapping'),
      locked: array(ptes, bool, false, 'PG_locked of the small pages'),
      copied: array(ptes, bool, false, 'the huge page holds the data of the small page'),
      ...interrupts(cpus),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      addr: init(index(ptes), 0), pmd: init(Pmd, 'none'), pte: init(Pte, 'none'), got: init(bool, false), holds: init(bool, false),
    } }, (l, cpu) => [
      ifdef(walker === 'irqs-off', localIrqSave(mem, cpu)),
      ifdef(walker === 'rcu-only', note('rcu_read_lock(): irqs stay on')),
      step('pmd = ACCESS_ONCE(*pmdp)',                    set(l.pmd, mem.pmd)),
      branch('pmd_none(pmd)',                             eq(l.pmd, 'none'), [goto('out')]),
      branch('pmd_trans_huge(pmd)',                       eq(l.pmd, 'huge'), [note('gup_huge_pmd'), goto('out')]),
      choose('ptep = pte_offset_map(&pmd, addr)',         l.addr),
      step('pte = ACCESS_ONCE(*ptep)',                    set(l.pte, mem.pte.at(l.addr))),
      branch('!pte_present(pte)',                         eq(l.pte, 'none'), [goto('out')]),
      ifdef(reference === 'get_page', getPage(mem.count.at(l.addr))),
      ifdef(reference === 'get_page_unless_zero',
        getPageUnlessZero(mem.count.at(l.addr), l.got),
        branch('!get_page_unless_zero',                   not(l.got), [goto('out')])),
      ifdef(recheckPmd,
        branch('pmd_val(pmd) != pmd_val(*pmdp)',          ne(l.pmd, mem.pmd), [goto('put')])),
      ifdef(recheckPte,
        branch('pte_val(pte) != pte_val(*ptep)',          ne(l.pte, mem.pte.at(l.addr)), [goto('put')])),
      ifdef(walker === 'irqs-off', localIrqRestore(mem, cpu)),
      step('return page',                                 set(l.holds, true)),
      full(step('put_page(page)',                         dec(mem.count.at(l.addr)), set(l.holds, false))),
      goto('done'),
      label('put'),
      putPage(mem.count.at(l.addr)),
      label('out'),
      ifdef(walker === 'irqs-off', localIrqRestore(mem, cpu)),
      label('done'),
    ]);

    const rollback = secondPinCheck !== 'none';
    const saves = rollback ? { saved: array(ptes, Pte, 'none', 'collapse\'s copy of the ptes') } : {};
    const collapse = thread('collapse_huge_page', { locals: {
      i: init(index(ptes), 0), result: init(CollapseResult, 'running'), ...saves,
    } }, (l) => {
      const saved = l.saved;
      const savePte = saved === undefined ? [] : [step('saved[i] = *_pte', set(saved.at(l.i), mem.pte.at(l.i)))];
      const restorePte = saved === undefined ? [] : [step('set_pte_at(mm, address, _pte, saved[i])', set(mem.pte.at(l.i), saved.at(l.i)))];
      /** Continues with the previous pte; after the first one with pmd_populate. */
      const stepBack = (again: string) => [
        branch('_pte == pte',                             eq(l.i, 0), [goto('populate')]),
        step('_pte--',                                    dec(l.i)),
        goto(again)];
      const pinned = (text: string, failed: string) => [
        branch(text,                                      ne(mem.count.at(l.i), 1), [goto(failed)]),
        note('the gup-pin check did not fire')];
      return [
        step('_pmd = pmdp_get_and_clear(mm, address, pmd)', set(mem.pmd, 'none')),
        flushTlbRange(flush === 'broadcast' && !flushBarrier ? 'unordered broadcast' : flush, mem),
        ifdef(syncIpi, ...sendIpiAndWait('kick_all_cpus_sync()', mem)),

        note('__collapse_huge_page_isolate'),
        loop('for each _pte',                             l.i, [
          ...pinned('page_count(page) != 1', 'isolate_failed'),
          step('trylock_page(page)',                      set(mem.locked.at(l.i), true))]),

        note('__collapse_huge_page_copy'),
        loop('for each _pte',                             l.i, [
          step('copy_user_highpage(page, src_page)',      set(mem.copied.at(l.i), true)),
          step('unlock_page(src_page)',                   set(mem.locked.at(l.i), false)),
          savePte,
          step('pte_clear(mm, address, _pte)',            set(mem.pte.at(l.i), 'none')),
          ifdef(secondPinCheck === 'per-page', ifdef(checkBarrier, smpMb()), ...pinned('page_count(src_page) != 1', 'rollback')),
          ifdef(secondPinCheck !== 'all-pages', putPage(mem.count.at(l.i)))]),
        ifdef(secondPinCheck === 'all-pages',
          ifdef(checkBarrier, smpMb()),
          loop('for each _pte',                           l.i, pinned('page_count(src_page) != 1', 'all_pages_rollback')),
          loop('for each _pte',                           l.i, [putPage(mem.count.at(l.i))])),
        step('set_pmd_at(mm, address, pmd, _pmd)',        set(mem.pmd, 'huge'), set(l.result, 'succeeded')),
        goto('done'),

        label('isolate_failed'),
        ...stepBack('release'),
        label('release'),
        step('unlock_page(page)',                         set(mem.locked.at(l.i), false)),
        ...stepBack('release'),

        ifdef(rollback,
          label('all_pages_rollback'),
          step('_pte = pte + HPAGE_PMD_NR - 1',           set(l.i, ptes - 1)),
          label('rollback'),
          restorePte,
          ...stepBack('rollback')),

        label('populate'),
        // The unlock of pte_ptl and the lock of pmd_ptl order the restored ptes before the pmd.
        release(step('pmd_populate(mm, pmd, pmd_pgtable(_pmd))', set(mem.pmd, 'table'), set(l.result, 'aborted'))),
        label('done'),
      ];
    });

    const pinsFirst = exists(gup, (l, cpu) => and(eq(cpu, 0), l.holds));
    const succeeded = exists(collapse, (l) => eq(l.result, 'succeeded'));
    const aborted = exists(collapse, (l) => eq(l.result, 'aborted'));
    return {
      shared: mem,
      threads: [gup, collapse, ipiHandlers(mem, gup)],
      properties: [
        always('a page that gup_fast holds stays mapped', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.pmd, 'huge')),
            say`gup_fast on CPU ${cpu} holds page ${l.addr}, but the address maps the huge page's copy`))),
        always('a mapped page is not free', forAll(ptes, (i) =>
          never(and(eq(mem.pmd, 'table'), eq(mem.pte.at(i), 'present'), eq(mem.count.at(i), 0)),
            say`pte ${i} maps page ${i}, which is free`))),
        always('the huge page holds the data of every small page', forAll(ptes, (i) =>
          never(and(eq(mem.pmd, 'huge'), not(mem.copied.at(i))), say`the huge page lacks the data of page ${i}`))),
        always('no reference leaks', forAll(ptes, (i) =>
          never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ended(collapse), ne(mem.count.at(i), conditional(succeeded, 0, 1))),
            say`every thread is done with page ${i}, but its count is ${mem.count.at(i)}`))),
        always('a failed collapse restores every pte', forAll(ptes, (i) =>
          never(and(aborted, eq(mem.pmd, 'table'), eq(mem.pte.at(i), 'none')), say`collapse has failed, but pte ${i} is none`))),
        // The rollback of per-page, a variant that is violated earlier, leaves the pages locked that it does not reach.
        ...(secondPinCheck === 'per-page' ? [] : [always('no page stays locked', forAll(ptes, (i) =>
          never(and(ended(collapse), ne(mem.pmd, 'none'), mem.locked.at(i)), say`collapse has ended, but page ${i} is still locked`)))]),
        reachable('gup_fast pins a page',   exists(gup, (l) => l.holds)),
        reachable('collapse succeeds',      succeeded),
        reachable('collapse fails',      and(aborted, eq(mem.pmd, 'table'))),
        reachable('collapse fails while the last page is pinned', and(aborted, ne(mem.count.at(ptes - 1), 1))),
        eventually(gup), eventually(collapse),
      ],
      costs: [
        cost('IPIs',          { effect: 'IPIs' }),
        cost('gup mem ops',   { steps: 'access' }, { thread: gup, until: pinsFirst }),
        cost('gup RMW ops',   { steps: 'read-modify-write' }, { thread: gup, until: pinsFirst }),
        cost('barriers',      { steps: 'barrier' }, { thread: collapse }),
        cost('pte slots',     { cells: 'saved' }, { thread: collapse }),
      ],
    };
  },

  scenarios: [
    { name: 'email',                 options: {},                                                     verdict: 'violated',
      states: 351, transitions: 591, steps: 21 },
    { name: 'flush-by-ipi',          options: { flush: 'ipi' },                                       verdict: 'holds',
      states: 171, transitions: 260, proves: ['cpus', 'ptes'] },
    { name: 'flush-by-ipi-alone',    options: { flush: 'ipi', recheckPte: false },                    verdict: 'holds',
      states: 165, transitions: 250,
      why: 'the flush itself waits until gup_fast has irqs on, which x86 relied on', proves: ['cpus', 'ptes'] },
    { name: 'sync-ipi',              options: { syncIpi: true },                                      verdict: 'holds',
      states: 171, transitions: 260, proves: ['cpus', 'ptes'] },
    { name: 'recheck-pmd',           options: { recheckPmd: true },                                   verdict: 'holds',
      states: 336, transitions: 563, proves: ['cpus', 'ptes'] },
    { name: 'recheck-pmd-alone',     options: { recheckPmd: true, recheckPte: false },                verdict: 'holds',
      states: 325, transitions: 543,
      why: 'enough for this race; against unmap and reallocation gup_fast needs the recheck of the pte', proves: ['cpus', 'ptes'] },
    { name: 'second-check',          options: { secondPinCheck: 'all-pages' },                        verdict: 'holds',
      states: 470, transitions: 800, proves: ['cpus', 'ptes'] },
    { name: 'second-check-alone',    options: { secondPinCheck: 'all-pages', recheckPte: false },     verdict: 'violated',
      states: 395, transitions: 658, steps: 24,
      why: 'gup_fast takes its reference after the second check and does not recheck the pte: the handshake needs both sides' },
    { name: 'second-check-no-barrier', options: { secondPinCheck: 'all-pages', checkBarrier: false }, verdict: 'holds',
      states: 470, transitions: 800,
      why: 'under sequential consistency; TSO reorders the check before the clearing of the ptes', proves: ['cpus', 'ptes'] },
    { name: 'per-page',              options: { secondPinCheck: 'per-page' },                         verdict: 'violated',
      states: 438, transitions: 731, steps: 23,
      why: 'a pin on the second page rolls back the first, which is already freed' },
    { name: 'per-page-one-pte',      options: { secondPinCheck: 'per-page', ptes: 1 },                verdict: 'holds',
      states: 163, transitions: 265,
      why: 'with one pte there is no earlier page for a rollback to map again', proves: ['cpus'] },
    { name: 'per-page-one-pte-tso',  options: { secondPinCheck: 'per-page', ptes: 1 },  memory: 'tso', verdict: 'holds',
      states: 249, transitions: 428, proves: ['cpus'] },
    { name: 'second-check-three-ptes', options: { secondPinCheck: 'all-pages', ptes: 3 },             verdict: 'holds',
      states: 933, transitions: 1619, proves: ['cpus', 'ptes'] },
    { name: 'recheck-pmd-three-ptes', options: { recheckPmd: true, ptes: 3 },                         verdict: 'holds',
      states: 654, transitions: 1118, proves: ['cpus', 'ptes'] },
    { name: 'rcu-only',              options: { flush: 'ipi', walker: 'rcu-only' },                   verdict: 'violated',
      states: 300, transitions: 493, steps: 22,
      why: 'with irqs on, the IPI of the flush does not wait for gup_fast either' },
    { name: 'get-page',              options: { reference: 'get_page' },                              verdict: 'violated',
      states: 204, transitions: 332, steps: 13,
      why: 'gup_fast takes its reference after collapse has freed the page' },
    { name: 'two-cpus-email',        options: { cpus: 2 },                                            verdict: 'violated',
      states: 6337, transitions: 14_960, steps: 21 },
    { name: 'two-cpus-sync-ipi',     options: { cpus: 2, syncIpi: true },                             verdict: 'holds',
      states: 2319, transitions: 5269, proves: ['cpus', 'ptes'] },
    { name: 'two-cpus-second-check', options: { cpus: 2, secondPinCheck: 'all-pages' },               verdict: 'holds',
      states: 10_888, transitions: 26_982, proves: ['cpus', 'ptes'] },
    { name: 'email-tso',             options: {},                                      memory: 'tso', verdict: 'violated',
      steps: 26, states: 467, transitions: 802 },
    { name: 'sync-ipi-tso',          options: { syncIpi: true },                       memory: 'tso', verdict: 'holds',
      states: 229, transitions: 361, proves: ['cpus'] },
    { name: 'recheck-pmd-tso',       options: { recheckPmd: true },                    memory: 'tso', verdict: 'holds',
      states: 454, transitions: 778, proves: ['cpus'] },
    { name: 'recheck-pmd-no-flush-barrier', options: { recheckPmd: true, flushBarrier: false },       verdict: 'holds',
      states: 336, transitions: 563,
      why: 'under sequential consistency; TSO reorders the read of the count before the clearing of the pmd', proves: ['cpus', 'ptes'] },
    { name: 'recheck-pmd-no-flush-barrier-tso', options: { recheckPmd: true, flushBarrier: false }, memory: 'tso', verdict: 'violated',
      steps: 26, states: 706, transitions: 1407,
      why: 'the cleared pmd is still in the store buffer when collapse reads the count and gup_fast reads the pmd' },
    { name: 'second-check-tso',      options: { secondPinCheck: 'all-pages' },         memory: 'tso', verdict: 'holds',
      states: 760, transitions: 1445, proves: ['cpus'] },
    { name: 'second-check-pso',      options: { secondPinCheck: 'all-pages' },         memory: 'pso', verdict: 'holds',
      states: 810, transitions: 1597, proves: ['cpus'] },
    { name: 'second-check-no-barrier-tso', options: { secondPinCheck: 'all-pages', checkBarrier: false }, memory: 'tso',
      verdict: 'violated', steps: 30, states: 917, transitions: 1856,
      why: 'the cleared ptes are still in the store buffer when collapse checks for pins and gup_fast rechecks the pte' },
    { name: 'email-arm64',           options: {},                                    memory: 'arm64', verdict: 'violated',
      steps: 21, states: 321, transitions: 638 },
    { name: 'sync-ipi-arm64',        options: { syncIpi: true },                     memory: 'arm64', verdict: 'holds',
      states: 163, transitions: 273 },
    { name: 'recheck-pmd-arm64',     options: { recheckPmd: true },                  memory: 'arm64', verdict: 'holds',
      states: 306, transitions: 607 },
    { name: 'recheck-pmd-no-flush-barrier-arm64', options: { recheckPmd: true, flushBarrier: false }, memory: 'arm64', verdict: 'violated',
      steps: 22, states: 921, transitions: 1837,
      why: 'collapse looks at the count before the pmd is cleared' },
    { name: 'second-check-arm64',    options: { secondPinCheck: 'all-pages' },       memory: 'arm64', verdict: 'holds',
      states: 1170, transitions: 2330 },
    { name: 'second-check-no-barrier-arm64', options: { secondPinCheck: 'all-pages', checkBarrier: false }, memory: 'arm64',
      verdict: 'violated', steps: 25, states: 3216, transitions: 6087,
      why: 'collapse checks for pins before the ptes are cleared' },
  ],

  survivors: [
    { why: 'the ptes are none when the pmd is huge: gup_fast finds no page, with or without the check', mutants: [
      'gup_fast: if (pmd_trans_huge(pmd)): never taken' ] },
    { why: 'it belongs to reference=get_page, which is violated with or without the change', mutants: [
      'gup_fast: get_page(page): left out' ] },
    { why: 'where the recheck matters the flush does not wait, whether irqs are off or on', mutants: [
      "gup_fast: if (pte_val(pte) != pte_val(*ptep)): after 'local_irq_restore(flags)'",
      "gup_fast: if (pmd_val(pmd) != pmd_val(*pmdp)): after 'local_irq_restore(flags)'" ] },
    { why: 'gup_fast drops the page if either value has changed', mutants: [
      "gup_fast: if (pmd_val(pmd) != pmd_val(*pmdp)): after 'if (pte_val(pte) != pte_val(*ptep))'" ] },
    { why: 'the page lock excludes threads other than gup_fast, and the model has none', mutants: [
      'collapse_huge_page: trylock_page(page): left out',
      "collapse_huge_page: copy_user_highpage(page, src_page): after 'unlock_page(src_page)'",
      "collapse_huge_page: unlock_page(src_page): after 'saved[i] = *_pte'",
      "collapse_huge_page: unlock_page(src_page): after 'pte_clear(mm, address, _pte)'" ] },
    { why: 'the pmd is none: a gup_fast that is already walking finds a count of 0 instead of no pte', mutants: [
      "collapse_huge_page: pte_clear(mm, address, _pte): after 'put_page(page)'" ] },
    { why: 'the page whose isolation failed is unlocked with the others, although it is not locked', mutants: [
      'collapse_huge_page: _pte--: left out' ] },
    ipiHandlerSurvivors,
  ],
});
