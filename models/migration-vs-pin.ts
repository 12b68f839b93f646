/**
 * Migration checks for pins before it unmaps the page.
 *
 * Migration may move a page if its only references are the mapping and migration's own. As long as the page is mapped, gup_fast
 * can take another: a check before the unmap proves nothing about later references. After the unmap gup_fast either finds the
 * migration entry, or already has its reference, and then migration restores the pte.
 *
 *   CPU 0: gup_fast                          CPU 1: migrate_pages
 *                                            page_count(page) as expected
 *   read pte; take the reference; pte unchanged
 *                                            pte := migration entry; copy; pte := the new page
 *   return the old page
 *
 * Kernel:  since 2.6.16: unmap-first
 * About:   lockless walk, migration
 * Exposed: any CPU
 * Source:  v3.18 mm/migrate.c: __unmap_and_move, move_to_new_page, migrate_page_move_mapping, remove_migration_ptes; mm/rmap.c:
 *          try_to_unmap_one; mm/gup.c: gup_pte_range
 * Broke:   none in a release
 * Fixed:   never broken in a release: the order of __unmap_and_move is the protocol -> unmapFirst
 * CVE:     none
 * Omitted: the page lock: gup_fast does not take it. Page cache and swap cache: there migration also freezes the count
 *          (page_freeze_refs). The pmd and irqs: the page table does not change, and a broadcast flush does not wait. Freeing of the
 *          old page: gup-fast-vs-unmap.
 */
import { always, and, atEnd, bool, branch, cost, dec, defineModel, eq, eventually, exists, flag, forAll, full, goto, ifdef, inc,
  init, integer, label, ne, never, not, note, or, range, reachable, relaxed, say, set, shared, smpMb, step,
  thread } from 'racewalk';
import { getPageUnlessZero, MigratedPte, putPage } from 'racewalk/kernel';

export const model = defineModel({
  name: 'migration-vs-pin',
  summary: 'migration checks for pins before it unmaps the page',
  options: {
    unmapFirst: flag('fix', 'migration unmaps the page before it checks the count'),
    cpus: integer('CPUs in gup_fast', [1, 4]),
  },

  build: ({ unmapFirst, cpus }) => {
    const mem = shared({
      pte:   init(MigratedPte, 'old page', '*ptep'),
      count: init(range(0, cpus + 2), 2, 'page->_count of the old page: one for its mapping, one for migrate_pages'),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pte: init(MigratedPte, 'migration entry'), got: init(bool, false), holds: init(bool, false),
    } }, (l) => [
      step('pte = ACCESS_ONCE(*ptep)',                    set(l.pte, mem.pte)),
      branch('!pte_present(pte)',                         eq(l.pte, 'migration entry'), [goto('out')]),
      branch('pte_page(pte) is the new page',             eq(l.pte, 'new page'), [note('pins the new page, rightly'), goto('out')]),
      getPageUnlessZero(mem.count, l.got),
      branch('!get_page_unless_zero(page)',               not(l.got), [goto('out')]),
      branch('pte_val(pte) != pte_val(*ptep)',            ne(l.pte, mem.pte), [goto('put')]),
      step('return page',                                 set(l.holds, true)),
      full(step('put_page(page)',                         dec(mem.count), set(l.holds, false))),
      goto('out'),
      label('put'),
      putPage(mem.count),
      label('out'),
    ]);

    const migrate = thread('migrate_pages', { locals: { failed: init(bool, false) } }, (l) => [
      ifdef(!unmapFirst,
        branch('page_count(page) != expected_count',      ne(mem.count, 2), [step('return -EAGAIN', set(l.failed, true)), goto('done')])),
      note('try_to_unmap(page, TTU_MIGRATION|TTU_IGNORE_MLOCK|TTU_IGNORE_ACCESS)'),
      step('set_pte_at(mm, address, pte, swp_entry_to_pte(entry))', set(mem.pte, 'migration entry')),
      smpMb('ptep_clear_flush: dsb(ish)'),
      full(step('page_cache_release(page)',               dec(mem.count))),
      ifdef(unmapFirst,
        branch('page_count(page) != expected_count',      ne(mem.count, 1), [
          note('remove_migration_ptes(page, page)'),
          relaxed(step('get_page(new)',                   inc(mem.count))),
          step('set_pte_at(mm, addr, ptep, pte)',         set(mem.pte, 'old page')),
          step('return -EAGAIN',                          set(l.failed, true)),
          goto('done')])),
      note('migrate_page_copy(newpage, page); remove_migration_ptes(page, newpage)'),
      step('set_pte_at(mm, addr, ptep, pte)',             set(mem.pte, 'new page')),
      putPage(mem.count),
      label('done'),
    ]);

    return {
      shared: mem,
      threads: [gup, migrate],
      properties: [
        always('a page that gup_fast holds stays mapped', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.pte, 'new page')),
            say`gup_fast on CPU ${cpu} holds the old page, but the pte maps the new one`))),
        atEnd('no reference leaks', never(
          or(and(eq(mem.pte, 'new page'), ne(mem.count, 0)), and(ne(mem.pte, 'new page'), ne(mem.count, 2))),
          say`every thread is done with the old page, but its count is ${mem.count}`)),
        reachable('gup_fast pins the page',  exists(gup, (l) => l.holds)),
        reachable('the page is migrated',    eq(mem.pte, 'new page')),
        reachable('migration fails',      and(exists(migrate, (l) => l.failed), eq(mem.pte, 'old page'))),
        eventually(gup), eventually(migrate),
      ],
      costs: [cost('migration mem ops', { steps: 'access' }, { thread: migrate, until: eq(mem.pte, 'new page') })],
    };
  },

  scenarios: [
    { name: 'check-first',          options: {},                            verdict: 'violated', steps: 8, states: 53, transitions: 75 },
    { name: 'unmap-first',          options: { unmapFirst: true },          verdict: 'holds',    states: 63, transitions: 95,
      proves: ['cpus'] },
    { name: 'unmap-first-pso',      options: { unmapFirst: true }, memory: 'pso', verdict: 'holds',
      states: 93, transitions: 153, proves: ['cpus'] },
    { name: 'two-cpus-unmap-first', options: { unmapFirst: true, cpus: 2 }, verdict: 'holds',    states: 529, transitions: 1166,
      proves: ['cpus'] },
    { name: 'unmap-first-arm64', options: { unmapFirst: true }, memory: 'arm64', verdict: 'holds',
      states: 103, transitions: 199 },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'gup_fast: put_page(page): relaxed, not full', 'gup_fast: put_page(page) #2: relaxed, not full',
      'migrate_pages: page_cache_release(page): relaxed, not full', 'migrate_pages: put_page(page): relaxed, not full' ] },
    { why: 'it belongs to the variant that checks first, which is violated with or without the change', mutants: [
      'migrate_pages: if (page_count(page) != expected_count): never taken', 'migrate_pages: return -EAGAIN: left out',
      'migrate_pages: goto done;: left out', "migrate_pages: page_cache_release(page): after 'set_pte_at(mm, addr, ptep, pte) #2'" ] },
    { why: 'page_cache_release is a fully ordered read-modify-write', mutants: [
      'migrate_pages: ptep_clear_flush: dsb(ish): left out' ] },
    { why: 'the old page has no mapping any more, so its last reference and the new pte do not depend on each other', mutants: [
      "migrate_pages: set_pte_at(mm, addr, ptep, pte) #2: after 'put_page(page)'" ] },
    { why: "migration's own reference keeps the page", mutants: [
      "migrate_pages: get_page(new): after 'set_pte_at(mm, addr, ptep, pte)'" ] },
  ],
});
