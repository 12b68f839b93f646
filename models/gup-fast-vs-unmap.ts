/**
 * gup_fast takes its reference on a page that is unmapped, freed and given to another owner.
 *
 * gup_fast reads a pte without locks; until it has a reference, only the mapping holds the page. If the TLB flush is an IPI, it
 * waits for gup_fast, and the page is freed only afterwards. If the flush is a broadcast, the page may already be free, or belong
 * to another owner at the same pfn, when gup_fast raises its count. A count of 0 must then stop gup_fast, and a recheck of the pte
 * after it takes the reference must detect the count of another owner.
 *
 *   CPU 0: gup_fast                          CPU 1: zap_pte_range, and the next owner of the page
 *   irqs off; read pte
 *                                            pte := none; flush (does not wait); put the page: count 0
 *                                            another owner allocates the page: count 1
 *   count 1 -> 2; return the other owner's page
 *
 * Kernel:  since v3.18: recheck-after
 * About:   lockless walk, reuse of a page
 * Exposed: broadcast flush
 * Source:  v3.18 mm/gup.c: gup_pte_range; arch/x86/mm/gup.c: gup_pte_range (plain get_page, no recheck); mm/memory.c:
 *          zap_pte_range, tlb_flush_mmu
 * Broke:   none in a release
 * Fixed:   2667f50e8b81 (v3.18, the generic RCU gup_fast) -> reference, recheckPte
 * CVE:     none
 * Omitted: the pmd and its recheck: the page table does not change here. The page-table lock: gup_fast does
 *          not take it, and there is one zap. LRU and swap cache references: more references only delay the freeing. The
 *          next owner's freeing of the page: it leads back to a count of 0. Pins of huge pages: gup-fast-vs-splitting-pmd.
 */
import { always, and, bool, branch, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto, ifdef,
  init, integer, label, ne, never, not, note, oneOf, range, reachable, say, set, shared, step, thread } from 'racewalk';
import { anotherOwner, flushTlbRange, getPage, getPageUnlessZero, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore,
  localIrqSave, Owner, Pte, putPage } from 'racewalk/kernel';

export const model = defineModel({
  name: 'gup-fast-vs-unmap',
  summary: 'gup_fast pins a page that is unmapped, freed and reallocated',
  options: {
    flush: oneOf('machine', 'how other CPUs\' TLBs are flushed', ['broadcast', 'ipi']),
    reference: oneOf('fix', 'how gup_fast takes its reference', ['get_page', 'get_page_unless_zero']),
    recheckPte: oneOf('fix', 'when gup_fast rechecks the pte: before or after it takes the reference',
      ['never', 'before', 'after']),
    allocator: flag('variant', 'another owner may allocate a freed page immediately', true),
    freeBeforeFlush: flag('variant', 'zap puts the page before it flushes the TLBs'),
    cpus: integer('CPUs in gup_fast', [1, 4]),
  },

  build: ({ flush, reference, recheckPte, allocator, freeBeforeFlush, cpus }) => {
    const mem = shared({
      pte:   init(Pte, 'present', '*ptep'),
      count: init(range(0, cpus + 1), 1, 'page->_count: 1 is the mapping'),
      owner: init(Owner, 'this mm', 'the owner of the page'),
      ...interrupts(cpus),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pte: init(Pte, 'none'), got: init(bool, false), holds: init(bool, false),
    } }, (l, cpu) => [
      localIrqSave(mem, cpu),
      step('pte = ACCESS_ONCE(*ptep)',                    set(l.pte, mem.pte)),
      branch('!pte_present(pte)',                         eq(l.pte, 'none'), [goto('out')]),
      ifdef(recheckPte === 'before',
        branch('pte_val(pte) != pte_val(*ptep)',          ne(l.pte, mem.pte), [goto('out')])),
      ifdef(reference === 'get_page', getPage(mem.count)),
      ifdef(reference === 'get_page_unless_zero',
        getPageUnlessZero(mem.count, l.got),
        branch('!get_page_unless_zero(page)',             not(l.got), [goto('out')])),
      ifdef(recheckPte === 'after',
        branch('pte_val(pte) != pte_val(*ptep)',          ne(l.pte, mem.pte), [goto('put')])),
      localIrqRestore(mem, cpu),
      step('return page',                                 set(l.holds, true)),
      full(step('put_page(page)',                         dec(mem.count), set(l.holds, false))),
      goto('done'),
      label('put'),
      putPage(mem.count),
      label('out'),
      localIrqRestore(mem, cpu),
      label('done'),
    ]);

    const zap = thread('zap_pte_range', {}, () => [
      step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.pte, 'none')),
      ifdef(freeBeforeFlush, putPage(mem.count)),
      flushTlbRange(flush, mem, 'tlb_flush_mmu_tlbonly(tlb)'),
      ifdef(!freeBeforeFlush,
        note('free_pages_and_swap_cache(batch->pages, batch->nr)'),
        putPage(mem.count)),
    ]);

    return {
      shared: mem,
      threads: [gup, zap, ...(allocator ? [anotherOwner(mem)] : []), ipiHandlers(mem, gup)],
      properties: [
        always('a page that gup_fast returned belongs to this mm', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.owner, 'another owner')),
            say`gup_fast on CPU ${cpu} returned a page that was freed and belongs to another owner`))),
        always('a page that gup_fast returned is not free', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.count, 0)), say`gup_fast on CPU ${cpu} holds a page whose count is 0`))),
        always('no reference leaks',
          never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ended(zap), eq(mem.owner, 'this mm'), ne(mem.count, 0)),
            say`every thread is done with the page, but its count is ${mem.count}`)),
        reachable('gup_fast pins the page',  exists(gup, (l) => l.holds)),
        reachable('zap unmaps and puts the page', ended(zap)),
        ...(allocator ? [reachable('the freed page gets another owner', eq(mem.owner, 'another owner'))] : []),
        eventually(gup), eventually(zap),
      ],
      costs: [
        cost('IPIs',           { effect: 'IPIs' }),
        cost('gup mem ops',    { steps: 'access' }, { thread: gup, until: exists(gup, (l, cpu) => and(eq(cpu, 0), l.holds)) }),
      ],
    };
  },

  scenarios: [
    { name: 'x86',                     options: { flush: 'ipi' },                                                    verdict: 'holds',
      states: 51, transitions: 78,
      why: 'the flush waits until gup_fast has irqs on, and zap puts the page after the flush: x86 in v3.18', proves: ['cpus'] },
    { name: 'get-page',                options: {},                                                                  verdict: 'violated',
      steps: 5, states: 23, transitions: 31 },
    { name: 'no-recheck',              options: { reference: 'get_page_unless_zero' },                               verdict: 'violated',
      steps: 8, states: 37, transitions: 51,
      why: 'the count is not 0, because it is the count of the next owner' },
    { name: 'no-recheck-no-allocator', options: { reference: 'get_page_unless_zero', allocator: false },             verdict: 'holds',
      states: 27, transitions: 37,
      why: 'only reallocation of the page exposes the bug: a model without an allocator misses it', proves: ['cpus'] },
    { name: 'recheck-after',           options: { reference: 'get_page_unless_zero', recheckPte: 'after' },          verdict: 'holds',
      states: 45, transitions: 65, proves: ['cpus'] },
    { name: 'recheck-after-pso',       options: { reference: 'get_page_unless_zero', recheckPte: 'after' }, memory: 'pso', verdict: 'holds',
      states: 65, transitions: 102, proves: ['cpus'] },
    { name: 'recheck-before',          options: { reference: 'get_page_unless_zero', recheckPte: 'before' },         verdict: 'violated',
      steps: 9, states: 43, transitions: 61,
      why: 'the pte may change between the recheck and the reference' },
    { name: 'free-before-flush',       options: { flush: 'ipi', freeBeforeFlush: true },                             verdict: 'violated',
      steps: 5, states: 33, transitions: 47,
      why: 'the IPI comes too late: the page is already free' },
    { name: 'two-cpus',                options: { reference: 'get_page_unless_zero', recheckPte: 'after', cpus: 2 }, verdict: 'holds',
      states: 505, transitions: 1095, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'gup_fast: put_page(page): relaxed, not full', 'gup_fast: put_page(page) #2: relaxed, not full',
      'zap_pte_range: put_page(page): relaxed, not full', 'zap_pte_range: put_page(page) #2: relaxed, not full' ] },
    { why: 'it belongs to recheckPte=before, which is violated with or without the change', mutants: [
      'gup_fast: if (pte_val(pte) != pte_val(*ptep)): never taken',
      "gup_fast: if (pte_val(pte) != pte_val(*ptep)): after 'get_page_unless_zero(page)'" ] },
    { why: 'where the recheck matters the flush does not wait, whether irqs are off or on', mutants: [
      "gup_fast: if (pte_val(pte) != pte_val(*ptep)) #2: after 'local_irq_restore(flags)'" ] },
    { why: 'it belongs to freeBeforeFlush, which is violated with or without the change', mutants: [
      "zap_pte_range: ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm): after 'put_page(page)'",
      'zap_pte_range: put_page(page): left out', "zap_pte_range: put_page(page): after 'tlb_flush_mmu_tlbonly(tlb)'" ] },
    { why: 'put_page is a fully ordered read-modify-write', mutants: ['zap_pte_range: dsb(ish): left out' ] },
    ipiHandlerSurvivors,
  ],
});
