/**
 * gup_fast takes its reference on the head of a compound page that no longer exists.
 *
 * A reference to a tail page is counted in its head. Between the time gup_fast reads which page is the head and the time it
 * raises the count, the compound page may be freed and its pages allocated one by one: the head by another owner, the tail by
 * this process, at the same address. The recheck finds the pte unchanged, and gup_fast returns the right page with its
 * reference on another owner's page.
 *
 *   CPU 0: gup_fast                          CPU 1: the process, and the next owner of the head
 *   irqs off; read pte: page T; head(T) is H
 *                                            unmap; flush (does not wait); put H: count 0, free: head(T) is T
 *                                            another owner allocates H; this mm allocates T and maps it at the old address
 *   count of H 1 -> 2; pte unchanged; return T
 *
 * Kernel:  v4.5 to v5.13: v5.12; since v5.14: recheck-head
 * About:   lockless walk, huge pages, reuse of a page
 * Exposed: broadcast flush
 * Source:  v5.12 mm/gup.c: gup_pte_range, try_grab_compound_head, try_get_compound_head; mm/page_alloc.c: free_tail_pages_check
 * Broke:   7aef4172c795 (v4.5, ptes may map tails)
 * Fixed:   c24d37322548 (v5.14) -> recheckHead
 * CVE:     unknown
 * Omitted: split_huge_page, the other way to break up the compound page: it, too, changes head(T) and frees the head
 *          while the head has no reference, and changes nothing else that gup_fast reads. The pmd: the page table does not change.
 *          page_ref_count(head) < 0: an overflow check. Other tails: each is independent.
 */
import { always, and, bool, branch, conditional, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full,
  goto, ifdef, init, integer, label, ne, never, not, note, oneOf, or, range, reachable, say, set, shared, smpWmb, step, thread,
  through, values } from 'racewalk';
import { allocPage, anotherOwner, flushTlbRange, getPageUnlessZero, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore,
  localIrqSave, Owner, Pte, putPage } from 'racewalk/kernel';

const Head = values('H', 'T');

export const model = defineModel({
  name: 'gup-fast-vs-compound-page',
  summary: 'gup_fast takes its reference on the head of a compound page that no longer exists',
  options: {
    flush: oneOf('machine', 'how other CPUs\' TLBs are flushed', ['broadcast', 'ipi']),
    recheckHead: flag('fix', 'gup_fast rechecks which page is the head after it takes the reference'),
    cpus: integer('CPUs in gup_fast', [1, 3]),
  },

  build: ({ flush, recheckHead, cpus }) => {
    const mem = shared({
      pte:       init(Pte, 'present', '*ptep; when present, it maps T'),
      head:      init(Head, 'H', 'compound_head(T)'),
      headCount: init(range(0, cpus + 1), 1, 'page->_refcount of H'),
      headOwner: init(Owner, 'this mm', 'the owner of H'),
      headFree:  init(bool, false, 'H is in the free lists'),
      tailCount: init(range(0, 1 + cpus), 0, 'page->_refcount of T: 0 while it is a tail'),
      tailOwner: init(Owner, 'this mm', 'the owner of T'),
      ...interrupts(cpus),
    });
    const tail = { count: mem.tailCount, owner: mem.tailOwner };
    const head = { count: mem.headCount, owner: mem.headOwner, isFree: mem.headFree };

    const gup = thread('gup_fast', { cpus, locals: {
      pte: init(Pte, 'none'), head: init(Head, 'H'), got: init(bool, false), holds: init(bool, false),
    } }, (l, cpu) => [
      localIrqSave(mem, cpu),
      step('pte = ptep_get_lockless(ptep)',               set(l.pte, mem.pte)),
      branch('!pte_present(pte)',                         eq(l.pte, 'none'), [goto('out')]),
      step('head = compound_head(page)',                  set(l.head, through(mem.head, l.pte))),
      branch('head == page',                              eq(l.head, 'T'), [
        getPageUnlessZero(mem.tailCount, l.got, 'page_cache_add_speculative(page, refs)'),
      ], [
        getPageUnlessZero(mem.headCount, l.got, 'page_cache_add_speculative(head, refs)'),
      ]),
      branch('!page_cache_add_speculative',               not(l.got), [goto('out')]),
      ifdef(recheckHead,
        branch('compound_head(page) != head',             ne(l.head, mem.head), [goto('put')])),
      branch('pte_val(pte) != pte_val(*ptep)',            ne(l.pte, mem.pte), [goto('put')]),
      localIrqRestore(mem, cpu),
      step('return page',                                 set(l.holds, true)),
      branch('head == page',                              eq(l.head, 'T'), [
        full(step('put_page(page)',                       dec(mem.tailCount), set(l.holds, false))),
      ], [
        full(step('put_page(head)',                       dec(mem.headCount), set(l.holds, false))),
      ]),
      goto('done'),
      label('put'),
      branch('head == page',                              eq(l.head, 'T'), [putPage(mem.tailCount)], [putPage(mem.headCount)]),
      label('out'),
      localIrqRestore(mem, cpu),
      label('done'),
    ]);

    const remap = thread('munmap, mmap', { locals: { freed: init(bool, false) } }, (l) => [
      note('munmap'),
      step('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', set(mem.pte, 'none')),
      flushTlbRange(flush, mem, 'tlb_flush_mmu_tlbonly(tlb)'),
      step('put_page_testzero(head)',                     dec(mem.headCount), set(l.freed, eq(mem.headCount, 0))),
      branch('!put_page_testzero(head)',                  not(l.freed), [note('pinned: not freed'), goto('done')]),
      note('free_pages_prepare takes the compound page apart'),
      step('clear_compound_head(page)',                   set(mem.head, 'T')),
      smpWmb('spin_lock_irqsave(&zone->lock, flags)'),
      step('__free_one_page(page, pfn, zone, order, migratetype, fpi_flags)', set(mem.headFree, true)),
      note('mmap and a page fault at the same address'),
      allocPage(tail, 'this mm'),
      step('set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry)', set(mem.pte, 'present')),
      label('done'),
    ]);

    return {
      shared: mem,
      threads: [gup, remap, anotherOwner(head), ipiHandlers(mem, gup)],
      properties: [
        always('gup_fast holds a reference to the page that it returned', forAll(gup, (l, cpu) =>
          never(and(l.holds, ne(l.head, mem.head)),
            say`gup_fast on CPU ${cpu} returned page T, whose head is ${mem.head}, with a reference on ${l.head} of ${mem.headOwner}`))),
        always('no reference leaks', never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ended(remap),
          or(ne(mem.headCount, conditional(eq(mem.headOwner, 'another owner'), 1, 0)),
            ne(mem.tailCount, conditional(eq(mem.head, 'T'), 1, 0)))),
          say`every thread is done: H of ${mem.headOwner} has count ${mem.headCount}, T has count ${mem.tailCount}`)),
        reachable('gup_fast pins a tail of the compound page', exists(gup, (l) => and(l.holds, eq(mem.head, 'H')))),
        reachable('gup_fast pins the page that was a tail',   exists(gup, (l) => and(l.holds, eq(l.head, 'T')))),
        reachable('the former tail is mapped again',          and(ended(remap), eq(mem.head, 'T'))),
        eventually(gup), eventually(remap),
      ],
      costs: [cost('gup mem ops', { steps: 'access' }, { thread: gup, until: exists(gup, (l, cpu) => and(eq(cpu, 0), l.holds)) })],
    };
  },

  scenarios: [
    { name: 'v5.12',                 options: {},                             verdict: 'violated',
      steps: 14, states: 161, transitions: 279 },
    { name: 'recheck-head',          options: { recheckHead: true },          verdict: 'holds',
      states: 165, transitions: 291, proves: ['cpus'] },
    { name: 'recheck-head-pso',      options: { recheckHead: true }, memory: 'pso', verdict: 'holds',
      states: 283, transitions: 535, proves: ['cpus'] },
    { name: 'x86',                   options: { flush: 'ipi' },               verdict: 'holds',
      states: 106, transitions: 171,
      why: 'the flush waits until gup_fast has irqs on: on bare metal x86 the compound page cannot be freed during the walk',
      proves: ['cpus'] },
    { name: 'recheck-head-arm64',    options: { recheckHead: true }, memory: 'arm64', verdict: 'holds',
      states: 156, transitions: 315 },
    { name: 'ipi-arm64',             options: { flush: 'ipi' }, memory: 'arm64', verdict: 'holds',
      states: 106, transitions: 184,
      why: 'the address of page->compound_head depends on the pte: who reads the new pte reads the new head' },
    { name: 'two-cpus-recheck-head', options: { recheckHead: true, cpus: 2 }, verdict: 'holds',
      states: 2821, transitions: 6923, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the recheck of the head detects what the recheck of the pte would: gup-fast-vs-unmap is about the pte', mutants: [
      "gup_fast: if (compound_head(page) != head): after 'if (pte_val(pte) != pte_val(*ptep))'" ] },
    { why: 'where the recheck matters the flush does not wait, whether irqs are off or on', mutants: [
      "gup_fast: if (pte_val(pte) != pte_val(*ptep)): after 'local_irq_restore(flags)'" ] },
    { why: 'once T is its own head it stays its own head', mutants: ["gup_fast: put_page(page): without 'holds = false'" ] },
    { why: 'the compound page is broken up only after the wait, and until then a count of 0 stops gup_fast', mutants: [
      "munmap, mmap: csd_lock_wait(csd): after 'put_page_testzero(head)'" ] },
    { why: 'put_page_testzero is a fully ordered read-modify-write', mutants: ['munmap, mmap: dsb(ish): left out' ] },
    { why: 'H and T are separate free pages, and gup_fast does not raise a count of 0', mutants: [
      "munmap, mmap: __free_one_page(page, pfn, zone, order, migratetype, fpi_flags): after 'page = alloc_page(gfp_mask)'",
      "munmap, mmap: page = alloc_page(gfp_mask): after 'set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry)'",
      'munmap, mmap: page = alloc_page(gfp_mask): does not wait' ] },
    { why: 'T returns to its mm, and H is allocated once: no later statement reads the value', mutants: [
      "munmap, mmap: page = alloc_page(gfp_mask): without 'mem.tailOwner = this mm'",
      "another owner: page = alloc_page(gfp_mask): without 'mem.headFree = false'" ] },
    ipiHandlerSurvivors,
  ],
});
