/**
 * Migration of a huge page detects a late reference, restores the old pmd, and loses stores to the new page.
 *
 * This is the second repair proposed in the email, a second pin check with rollback, as it shipped: migrate_misplaced_transhuge_page
 * checks the count, installs the pmd of the new page, checks again, and restores the old pmd if a reference has appeared. But a
 * user may already have written through the new pmd. If the count is frozen before the new pmd is installed, no second check is needed.
 *
 *   CPU 0: gup_fast                  CPU 1: migrate_misplaced_transhuge_page     CPU 2: user
 *   read pmd
 *                                    make the pmd numa; copy; page_count == 2
 *   count 2 -> 3
 *                                    pmd := the new page, writable
 *                                                                                writes to the new page
 *                                    page_count != 2: pmd := the old page
 *   pmd changed: put the page
 *
 * Kernel:  v3.13 to v4.12: v3.18; since v4.13: freeze
 * About:   lockless walk, migration, huge pages
 * Exposed: any CPU
 * Source:  v3.18 mm/migrate.c: migrate_misplaced_transhuge_page; mm/gup.c: gup_huge_pmd; mm/huge_memory.c: change_huge_pmd
 * Broke:   2b4847e73004 (v3.13)
 * Fixed:   "mm/migrate.c: stabilise page count when migrating transparent hugepages" (v4.13) -> freezeCount
 * CVE:     unknown
 * Omitted: the pmd lock and the page lock: neither gup_fast nor a store takes them. Stores before the pmd is numa: the copy
 *          contains them. TLB flushes: a user whose TLB keeps the new pmd loses more stores. LRU and rmap.
 */
import { always, and, atomically, bool, branch, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto,
  ifdef, init, integer, label, ne, never, not, note, or, range, reachable, say, set, shared, smpMb, step, thread, values,
  wait } from 'racewalk';
import { getPageUnlessZero, pageRefFreeze, putPage } from 'racewalk/kernel';

const Pmd = values('old', 'old, numa', 'none', 'new');

export const model = defineModel({
  name: 'migrate-huge-vs-store',
  summary: 'migration of a huge page rolls back and loses a store (the second repair of the email, as it shipped)',
  options: {
    freezeCount: flag('fix', 'migration freezes the count of the old page before it installs the new pmd, without a second check'),
    cpus: integer('CPUs in gup_fast', [1, 3]),
  },

  build: ({ freezeCount, cpus }) => {
    const mem = shared({
      pmd:    init(Pmd, 'old', '*pmd'),
      count:  init(range(0, cpus + 2), 2, 'page->_count of the old page: its mapping, and the isolation by migration'),
      stored: init(bool, false, 'a user has written to the new page'),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pmd: init(Pmd, 'none'), got: init(bool, false), holds: init(bool, false),
    } }, (l) => [
      step('pmd = ACCESS_ONCE(*pmdp)',                    set(l.pmd, mem.pmd)),
      branch('pmd_none(pmd) || pmd_numa(pmd)',            ne(l.pmd, 'old'), [note('or pins the new page, rightly'), goto('out')]),
      getPageUnlessZero(mem.count, l.got, 'page_cache_add_speculative(head, refs)'),
      branch('!page_cache_add_speculative(head, refs)',   not(l.got), [goto('out')]),
      branch('pmd_val(orig) != pmd_val(*pmdp)',           ne(l.pmd, mem.pmd), [goto('put')]),
      step('return page',                                 set(l.holds, true)),
      full(step('put_page(page)',                         dec(mem.count), set(l.holds, false))),
      goto('out'),
      label('put'),
      putPage(mem.count),
      label('out'),
    ]);

    const migrate = thread('migrate_misplaced_transhuge_page', { locals: {
      frozen: init(bool, false), failed: init(bool, false),
    } }, (l) => [
      note('change_huge_pmd, earlier'),
      step('pmdp_set_numa(mm, addr, pmd)',                set(mem.pmd, 'old, numa')),
      smpMb('flush_tlb_range: dsb(ish)'),
      note('migrate_page_copy(new_page, page)'),
      ifdef(freezeCount,
        pageRefFreeze(mem.count, 2, l.frozen),
        branch('!page_ref_freeze(page, 2)',               not(l.frozen), [goto('fail_putback')])),
      ifdef(!freezeCount,
        branch('page_count(page) != 2',                   ne(mem.count, 2), [goto('fail_putback')])),
      step('pmdp_clear_flush(vma, mmun_start, pmd)',      set(mem.pmd, 'none')),
      step('set_pmd_at(mm, mmun_start, pmd, entry)',      set(mem.pmd, 'new')),
      smpMb('flush_tlb_range: dsb(ish)'),
      ifdef(freezeCount, step('page_ref_unfreeze(page, 2)', set(mem.count, 2))),
      ifdef(!freezeCount,
        branch('page_count(page) != 2',                   ne(mem.count, 2), [
          step('set_pmd_at(mm, mmun_start, pmd, orig_entry)', set(mem.pmd, 'old, numa')),
          goto('fail_putback')])),
      note('page_remove_rmap(page)'),
      putPage(mem.count),
      putPage(mem.count),
      goto('done'),
      label('fail_putback'),
      step('put_page(new_page)',                          set(l.failed, true)),
      label('done'),
    ]);

    const user = thread('user CPU', { mayBlockForever: true }, () => [
      atomically('a CPU stores through the pmd that its walk finds',
        wait('<store> to the address', eq(mem.pmd, 'new'), set(mem.stored, true))),
    ]);

    return {
      shared: mem,
      threads: [gup, migrate, user],
      properties: [
        always('no store through a permitted mapping is lost',
          never(and(mem.stored, eq(mem.pmd, 'old, numa')),
            say`a user has written to the new page, but the pmd maps the old one again: the write is lost`)),
        always('a page that gup_fast holds stays mapped', forAll(gup, (l, cpu) =>
          never(and(l.holds, eq(mem.pmd, 'new')), say`gup_fast on CPU ${cpu} holds the old page, but the pmd maps the new one`))),
        always('no reference leaks', never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ended(migrate),
          or(and(eq(mem.pmd, 'new'), ne(mem.count, 0)), and(ne(mem.pmd, 'new'), ne(mem.count, 2)))),
          say`every thread is done with the old page, but its count is ${mem.count}`)),
        always('a failed migration does not leave the new page mapped', never(and(exists(migrate, (l) => l.failed), eq(mem.pmd, 'new')),
          say`migration has failed and put the new page, but the pmd maps it`)),
        reachable('gup_fast pins the old page',   exists(gup, (l) => l.holds)),
        reachable('a user writes to the new page', mem.stored),
        reachable('the huge page is migrated',    and(ended(migrate), eq(mem.pmd, 'new'))),
        reachable('migration fails',           exists(migrate, (l) => l.failed)),
        eventually(gup), eventually(migrate),
      ],
    };
  },

  scenarios: [
    { name: 'v3.18',           options: {},                             verdict: 'violated', steps: 9, states: 99, transitions: 155 },
    { name: 'freeze',          options: { freezeCount: true },          verdict: 'holds',    states: 103, transitions: 165,
      proves: ['cpus'] },
    { name: 'freeze-pso',      options: { freezeCount: true }, memory: 'pso', verdict: 'holds',
      states: 161, transitions: 267, proves: ['cpus'] },
    { name: 'two-cpus-freeze', options: { freezeCount: true, cpus: 2 }, verdict: 'holds',    states: 855, transitions: 1786,
      proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the operation returns a value, so the kernel orders it fully; no scenario needs that order', mutants: [
      'gup_fast: put_page(page): relaxed, not full', 'gup_fast: put_page(page) #2: relaxed, not full',
      'migrate_misplaced_transhuge_page: put_page(page): relaxed, not full',
      'migrate_misplaced_transhuge_page: put_page(page) #2: relaxed, not full' ] },
    { why: 'a numa pmd keeps stores out of the old page during the copy, and the model omits such stores', mutants: [
      'migrate_misplaced_transhuge_page: pmdp_set_numa(mm, addr, pmd): left out',
      "migrate_misplaced_transhuge_page: pmdp_set_numa(mm, addr, pmd): after 'if (page_count(page) != 2)'",
      "migrate_misplaced_transhuge_page: pmdp_set_numa(mm, addr, pmd): after 'page_ref_freeze(page, 2)'" ] },
    { why: 'the pmd is briefly none for the sake of the TLB; to gup_fast a numa pmd is equivalent', mutants: [
      'migrate_misplaced_transhuge_page: pmdp_clear_flush(vma, mmun_start, pmd): left out' ] },
    { why: 'a gup_fast that takes its reference in between detects that the pmd has changed', mutants: [
      'migrate_misplaced_transhuge_page: flush_tlb_range: dsb(ish): left out',
      'migrate_misplaced_transhuge_page: flush_tlb_range: dsb(ish) #2: left out',
      "migrate_misplaced_transhuge_page: set_pmd_at(mm, mmun_start, pmd, entry): after 'page_ref_unfreeze(page, 2)'" ] },
    { why: 'it belongs to v3.18, which is violated with or without the change', mutants: [
      'migrate_misplaced_transhuge_page: if (page_count(page) != 2): never taken',
      "migrate_misplaced_transhuge_page: if (page_count(page) != 2): after 'pmdp_clear_flush(vma, mmun_start, pmd)'",
      'migrate_misplaced_transhuge_page: if (page_count(page) != 2) #2: always taken',
      "migrate_misplaced_transhuge_page: if (page_count(page) != 2) #2: after 'put_page(page)'",
      'migrate_misplaced_transhuge_page: set_pmd_at(mm, mmun_start, pmd, orig_entry): left out',
      'migrate_misplaced_transhuge_page: goto fail_putback; #3: left out' ] },
  ],
});
