/**
 * gup_fast walks a page table that is being freed.
 *
 * gup_fast reads the pmd and then, without any lock, ptes of the table that the pmd points to. free_pgtables clears the pmd,
 * flushes, and frees the table. This is safe only if something in between waits for CPUs that walk with irqs off (an IPI of the
 * flush, a separate IPI, or an RCU grace period), or if every walk runs under a flavour of RCU that the freeing waits for.
 *
 *   CPU 0: gup_fast                          CPU 1: free_pte_range
 *   irqs off; read pmd
 *                                            pmd := none; flush (does not wait); free the table
 *   read a pte of the freed table
 *
 * Kernel:  v4.8 to v5.19: broadcast; v6.0: recheck-pmd; since v6.1: recheck-pmd-sync-ipi
 * About:   lockless walk, freeing of page tables, huge pages
 * Exposed: broadcast flush
 * Source:  v3.18 mm/gup.c: gup_pmd_range, gup_pte_range; mm/memory.c: free_pte_range, tlb_remove_table, tlb_remove_table_one
 *          (an IPI if no batch page can be allocated), tlb_table_flush (call_rcu_sched)
 * Broke:   unknown
 * Fixed:   267239116987 (v3.0, HAVE_RCU_TABLE_FREE made generic) -> freeing call_rcu; 2ba99c5e0881 (v6.1, for the table that
 *          khugepaged removes: retract_page_tables freed it immediately since v4.8) -> freeing sync_ipi. 70cbc3cc78a9
 *          (v6.0) alone -> recheckPmd does not help here.
 * CVE:     unknown
 * Omitted: what the ptes map and the references to those pages: gup-fast-vs-unmap. mmap_sem: gup_fast does not take it. Batching of
 *          tables before call_rcu: it only delays the freeing. Reuse of the freed table: reading it is already the bug.
 */
import { always, and, bool, branch, cost, defineModel, eq, eventually, exists, flag, forAll, goto, ifdef, init, integer, label,
  ne, never, oneOf, reachable, say, set, shared, step, thread, values } from 'racewalk';
import { callRcu, flushTlbRange, gracePeriodEnds, interrupts, ipiHandlers, ipiHandlerSurvivors, localIrqRestore, localIrqSave, Pmd,
  quiescentStates, quiescentStateSurvivors, rcu, rcuReadLock, rcuReadUnlock, sendIpiAndWait } from 'racewalk/kernel';

const Table = values('in use', 'freed');

export const model = defineModel({
  name: 'gup-fast-vs-free-pgtables',
  summary: 'gup_fast walks a page table that is being freed',
  options: {
    flush: oneOf('machine', 'how other CPUs\' TLBs are flushed', ['broadcast', 'ipi']),
    freeing: oneOf('fix', 'what the freeing of the table waits for', ['nothing', 'sync_ipi', 'call_rcu']),
    recheckPmd: flag('fix', 'gup_fast rechecks the pmd after it reads the pte'),
    walker: oneOf('variant', 'what protects the page-table walk of gup_fast', ['irqs-off', 'rcu-only']),
    cpus: integer('CPUs in gup_fast', [1, 4]),
  },

  build: ({ flush, freeing, recheckPmd, walker, cpus }) => {
    const mem = shared({
      pmd:   init(Pmd, 'table', '*pmd'),
      table: init(Table, 'in use', 'the page table that the pmd points to'),
      ...interrupts(cpus),
      ...rcu(cpus),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pmd: init(Pmd, 'none'), table: init(Table, 'in use', 'the state of the table when gup_fast read its pte'), walked: init(bool, false),
    } }, (l, cpu) => [
      walker === 'irqs-off' ? localIrqSave(mem, cpu) : rcuReadLock(mem, cpu),
      step('pmd = ACCESS_ONCE(*pmdp)',                    set(l.pmd, mem.pmd)),
      branch('pmd_none(pmd)',                             eq(l.pmd, 'none'), [goto('out')]),
      step('pte = ACCESS_ONCE(*ptep)',                    set(l.table, mem.table)),
      ifdef(recheckPmd,
        branch('pmd_val(pmd) != pmd_val(*pmdp)',          ne(l.pmd, mem.pmd), [goto('out')])),
      step('return page',                                 set(l.walked, true)),
      label('out'),
      walker === 'irqs-off' ? localIrqRestore(mem, cpu) : rcuReadUnlock(mem, cpu),
    ]);

    const free = thread('free_pte_range', {}, () => [
      step('pmd_clear(pmd)',                              set(mem.pmd, 'none')),
      flushTlbRange(flush, mem, 'tlb_flush(tlb)'),
      ifdef(freeing === 'sync_ipi', ...sendIpiAndWait('smp_call_function(tlb_remove_table_smp_sync, NULL, 1)', mem)),
      freeing === 'call_rcu'
        ? callRcu('call_rcu_sched(&(*batch)->rcu, tlb_remove_table_rcu)', mem)
        : step('__tlb_remove_table(table)',               set(mem.table, 'freed')),
    ]);

    const callback = () => thread('tlb_remove_table_rcu', {}, () => [
      gracePeriodEnds(mem),
      step('__tlb_remove_table(batch->tables[i])',        set(mem.table, 'freed')),
    ]);

    return {
      shared: mem,
      threads: [gup, free, ...(freeing === 'call_rcu' ? [callback(), quiescentStates(mem, gup)] : []), ipiHandlers(mem, gup)],
      properties: [
        always('gup_fast does not walk a freed page table', forAll(gup, (l, cpu) =>
          never(eq(l.table, 'freed'), say`gup_fast on CPU ${cpu} has read a pte of a freed page table`))),
        reachable('gup_fast walks the table', exists(gup, (l) => and(l.walked, eq(l.table, 'in use')))),
        reachable('the table is freed',       eq(mem.table, 'freed')),
        eventually(gup), eventually(free),
      ],
      costs: [
        cost('IPIs',        { effect: 'IPIs' }),
        cost('gup mem ops', { steps: 'access' }, { thread: gup, until: exists(gup, (l, cpu) => and(eq(cpu, 0), l.walked)) }),
      ],
    };
  },

  scenarios: [
    { name: 'x86',                     options: { flush: 'ipi' },                                          verdict: 'holds',
      states: 37, transitions: 53, proves: ['cpus'] },
    { name: 'broadcast',               options: {},                                                        verdict: 'violated',
      steps: 5, states: 20, transitions: 25 },
    { name: 'call-rcu',                options: { freeing: 'call_rcu' },                                   verdict: 'holds',
      states: 37, transitions: 53,
      why: 'a CPU with irqs off is in a read-side critical section: the grace period waits for it', proves: ['cpus'] },
    { name: 'sync-ipi',                options: { freeing: 'sync_ipi' },                                   verdict: 'holds',
      states: 37, transitions: 53, proves: ['cpus'] },
    { name: 'sync-ipi-rcu-walker',     options: { freeing: 'sync_ipi', walker: 'rcu-only' },               verdict: 'violated',
      steps: 8, states: 44, transitions: 67,
      why: 'the IPI interrupts the walk: irqs are on' },
    { name: 'call-rcu-rcu-walker',     options: { freeing: 'call_rcu', walker: 'rcu-only' },               verdict: 'holds',
      states: 37, transitions: 53, proves: ['cpus'] },
    { name: 'x86-call-rcu-rcu-walker', options: { flush: 'ipi', freeing: 'call_rcu', walker: 'rcu-only' }, verdict: 'holds',
      states: 61, transitions: 95, proves: ['cpus'] },
    { name: 'x86-rcu-walker',          options: { flush: 'ipi', walker: 'rcu-only' },                      verdict: 'violated',
      steps: 8, states: 44, transitions: 67 },
    { name: 'call-rcu-pso',            options: { freeing: 'call_rcu' }, memory: 'pso',                    verdict: 'holds',
      states: 56, transitions: 86, proves: ['cpus'] },
    { name: 'sync-ipi-pso',            options: { freeing: 'sync_ipi' }, memory: 'pso',                    verdict: 'holds',
      states: 56, transitions: 86, proves: ['cpus'] },
    { name: 'recheck-pmd',             options: { recheckPmd: true },                                      verdict: 'violated',
      steps: 5, states: 21, transitions: 25,
      why: '70cbc3cc78a9 without 2ba99c5e0881: gup_fast rechecks after the walk, but the table is freed before' },
    { name: 'recheck-pmd-sync-ipi',    options: { recheckPmd: true, freeing: 'sync_ipi' },                 verdict: 'holds',
      states: 47, transitions: 65,
      why: '70cbc3cc78a9 with 2ba99c5e0881', proves: ['cpus'] },
    { name: 'two-cpus-call-rcu',       options: { freeing: 'call_rcu', cpus: 2 },                          verdict: 'holds',
      states: 319, transitions: 678, proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the recheck does not prevent the race with the freeing of the table, as its scenarios show', mutants: [
      "gup_fast: pte = ACCESS_ONCE(*ptep): after 'if (pmd_val(pmd) != pmd_val(*pmdp))'",
      'gup_fast: if (pmd_val(pmd) != pmd_val(*pmdp)): never taken' ] },
    { why: 'call_rcu and the IPI are fully ordered', mutants: ['free_pte_range: dsb(ish): left out' ] },
    { why: 'only the grace period waits for a walker under RCU', mutants: [
      "free_pte_range: csd_lock_wait(csd): after 'call_rcu_sched(&(*batch)->rcu, tlb_remove_table_rcu)'" ] },
    ipiHandlerSurvivors,
    quiescentStateSurvivors,
  ],
});
