/**
 * Reclaim discards a MADV_FREE page while a device reads data into it.
 *
 * A MADV_FREE page may be dropped while it is clean. A direct read from disk pins the page with gup_fast and marks it dirty only
 * when the data has arrived. Reclaim clears the pte, finds the page clean, and discards it: the data goes to an unmapped page.
 * Reclaim must check the count after it clears the pte, just as gup_fast rechecks the pte after it takes its reference.
 *
 *   CPU 0: direct IO                         CPU 1: try_to_unmap_one
 *   gup_fast: read pte; take the reference; pte unchanged
 *                                            pte := none; the page is clean: discard it
 *   the data arrives; set_page_dirty
 *
 * Kernel:  v4.12 to v5.17: v5.16; since v5.18: check-barrier
 * About:   lockless walk, reclaim, barriers
 * Exposed: any CPU
 * Source:  v5.16 and v5.18 mm/rmap.c: try_to_unmap_one; mm/gup.c: gup_pte_range; block/bio.c: bio_release_pages
 * Broke:   802a3a92ad7a (v4.12, MADV_FREE without swap)
 * Fixed:   6c8e2a256915 (v5.18) -> checkCount, barrier
 * CVE:     unknown
 * Omitted: the page lock and the page-table lock: gup_fast takes neither. The pte's dirty bit: a device does not set it. Swap:
 *          those pages are not discarded. The freeze of the count in shrink_page_list: it prevents freeing, not unmapping.
 */
import { always, and, bool, branch, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto, ifdef,
  init, integer, label, ne, never, not, note, or, range, reachable, say, set, shared, smpMb, smpRmb, step,
  thread } from 'racewalk';
import { getPageUnlessZero, Pte, putPage } from 'racewalk/kernel';

export const model = defineModel({
  name: 'madv-free-vs-direct-io',
  summary: 'reclaim discards a MADV_FREE page that direct IO has pinned',
  options: {
    checkCount: flag('fix', 'reclaim discards the page only if its count is as expected'),
    barrier: flag('fix', 'smp_mb between clearing the pte and the check of the count'),
    cpus: integer('CPUs in direct IO', [1, 3]),
  },

  build: ({ checkCount, barrier, cpus }) => {
    const mem = shared({
      pte:   init(Pte, 'present', '*pvmw.pte'),
      count: init(range(0, cpus + 2), 2, 'page->_refcount: the mapping, and the isolation by reclaim'),
      dirty: init(bool, false, 'PageDirty(page)'),
    });

    const direct = thread('direct IO', { cpus, locals: {
      pte: init(Pte, 'none'), got: init(bool, false), reads: init(bool, false),
    } }, (l) => [
      step('pte = ptep_get_lockless(ptep)',               set(l.pte, mem.pte)),
      branch('!pte_present(pte)',                         eq(l.pte, 'none'), [goto('out')]),
      getPageUnlessZero(mem.count, l.got, 'try_grab_folio(page, 1, flags)'),
      branch('!try_grab_folio(page, 1, flags)',           not(l.got), [goto('out')]),
      branch('pte_val(pte) != pte_val(*ptep)',            ne(l.pte, mem.pte), [goto('put')]),
      step('submit_bio(bio)',                             set(l.reads, true)),
      step('set_page_dirty_lock(bvec->bv_page)',          set(mem.dirty, true)),
      full(step('put_page(bvec->bv_page)',                dec(mem.count), set(l.reads, false))),
      goto('out'),
      label('put'),
      putPage(mem.count),
      label('out'),
    ]);

    const reclaim = thread('try_to_unmap_one', { locals: {
      count: init(range(0, cpus + 2), 0), discarded: init(bool, false), kept: init(bool, false),
    } }, (l) => [
      step('pteval = ptep_get_and_clear(mm, address, pvmw.pte)', set(mem.pte, 'none')),
      ifdef(barrier, smpMb()),
      ifdef(checkCount,
        step('ref_count = page_ref_count(page)',          set(l.count, mem.count)),
        smpRmb(),
        branch('ref_count != 1 + map_count',              ne(l.count, 2), [goto('remap')])),
      branch('PageDirty(page)',                           mem.dirty, [goto('remap')]),
      note('dec_mm_counter(mm, MM_ANONPAGES)'),
      step('goto discard',                                set(l.discarded, true)),
      putPage(mem.count),
      goto('done'),
      label('remap'),
      step('set_pte_at(mm, address, pvmw.pte, pteval)',   set(mem.pte, 'present'), set(l.kept, true)),
      label('done'),
    ]);

    const discarded = exists(reclaim, (l) => l.discarded);
    return {
      shared: mem,
      threads: [direct, reclaim],
      properties: [
        always('a page that a device reads into is not discarded', forAll(direct, (l, cpu) =>
          never(and(l.reads, discarded),
            say`the device of CPU ${cpu} reads into the page, but reclaim has discarded it: the program reads zeroes`))),
        always('data that has arrived is not discarded', never(and(mem.dirty, discarded),
          say`the page is dirty with data from a device, but reclaim has discarded it`)),
        always('no reference leaks', never(and(forAll(direct, (_, cpu) => ended(direct, cpu)), ended(reclaim),
          or(and(discarded, ne(mem.count, 1)), and(not(discarded), ne(mem.count, 2)))),
          say`every thread except reclaim is done with the page, but its count is ${mem.count}`)),
        reachable('direct IO reads into the page', exists(direct, (l) => l.reads)),
        reachable('reclaim discards the page',     discarded),
        reachable('direct IO marks the page dirty', mem.dirty),
        reachable('reclaim keeps the page',        and(exists(reclaim, (l) => l.kept), eq(mem.pte, 'present'))),
        eventually(direct), eventually(reclaim),
      ],
      costs: [cost('barriers', { steps: 'barrier' }, { thread: reclaim, until: discarded })],
    };
  },

  scenarios: [
    { name: 'v5.16',         options: {},                                           verdict: 'violated',
      steps: 7, states: 41, transitions: 57 },
    { name: 'check',         options: { checkCount: true },                         verdict: 'holds',
      states: 58, transitions: 83,
      why: 'under sequential consistency; TSO reorders the check of the count before the clearing of the pte', proves: ['cpus'] },
    { name: 'check-barrier', options: { checkCount: true, barrier: true },          verdict: 'holds',
      states: 58, transitions: 83, proves: ['cpus'] },
    { name: 'two-cpus',      options: { checkCount: true, barrier: true, cpus: 2 }, verdict: 'holds',
      states: 583, transitions: 1212, proves: ['cpus'] },
    { name: 'check-tso',         options: { checkCount: true },                memory: 'tso', verdict: 'violated',
      steps: 8, states: 94, transitions: 161,
      why: 'the cleared pte is still in the store buffer when reclaim checks the count' },
    { name: 'check-barrier-tso', options: { checkCount: true, barrier: true }, memory: 'tso', verdict: 'holds',
      states: 90, transitions: 139, proves: ['cpus'] },
    { name: 'check-arm64',         options: { checkCount: true },                memory: 'arm64', verdict: 'violated',
      steps: 8, states: 88, transitions: 146,
      why: 'reclaim looks at the count before the pte is cleared' },
    { name: 'check-barrier-arm64', options: { checkCount: true, barrier: true }, memory: 'arm64', verdict: 'holds',
      states: 68, transitions: 115 },
  ],

  survivors: [
    { why: "reclaim's own reference keeps the count above 0", mutants: [
      "direct IO: try_grab_folio(page, 1, flags): without 'if (got)'", 'direct IO: if (!try_grab_folio(page, 1, flags)): never taken' ] },
    { why: 'reclaim never discards a dirty page, whether or not the device is done with it', mutants: [
      "direct IO: put_page(bvec->bv_page): without 'reads = false'" ] },
    { why: 'it belongs to v5.16, which is violated with or without the change', mutants: [
      "try_to_unmap_one: pteval = ptep_get_and_clear(mm, address, pvmw.pte): after 'if (PageDirty(page))'" ] },
  ],
});
