/**
 * get_user_pages forgets that it wants to write and returns the page cache page of a private mapping (CVE-2016-5195).
 *
 * A debugger writes to a private read-only mapping. get_user_pages faults until the process has its own copy, whose pte stays
 * read-only; to leave the loop it then drops FOLL_WRITE. If the process discards the copy at that moment, the next fault is a
 * read fault and maps the page cache page again.
 *
 *   CPU 0: __get_user_pages (FOLL_WRITE | FOLL_FORCE)   CPU 1: madvise(MADV_DONTNEED)
 *   fault: the process gets its own copy
 *   fault: nothing to copy; flags &= ~FOLL_WRITE
 *                                                       pte := none
 *   read fault: maps the page cache page
 *   lookup: pte present, FOLL_WRITE not set: return the page; it is written
 *
 * Kernel:  2.6.13 to v4.8: v4.8; v4.9 to v5.15: fixed; v5.16 to v5.19: v5.19-continue; since v6.0: v6.0-continue
 * About:   copy-on-write
 * Exposed: any CPU
 * Source:  v4.8 mm/gup.c: __get_user_pages, follow_page_pte, faultin_page; mm/memory.c: do_cow_fault,
 *          do_read_fault, do_wp_page. v5.19 and v6.0 mm/gup.c: can_follow_write_pte; mm/userfaultfd.c: mfill_atomic_install_pte
 * Broke:   f33ea7f404e5 (2.6.13), which reverted 4ceb5db9757a, the first fix of this race; 9ae0f87d009c (v5.16): since then
 *          UFFDIO_CONTINUE maps shared memory pages with a dirty pte, in private mappings too (CVE-2022-2590)
 * Fixed:   19be0eaffa3a (v4.9) -> keepFollWrite (FOLL_COW instead of dropping FOLL_WRITE) and requireDirty (can_follow_write_pte);
 *          5535be309971 (v6.0) replaces both -> requireExclusive (PageAnonExclusive)
 * CVE:     CVE-2016-5195, CVE-2022-2590
 * Read:    write-ups of CVE-2016-5195, which name 19be0eaffa3a; the message of 5535be309971, which names CVE-2022-2590.
 * Omitted: mmap_sem: both hold it for reading. The page-table lock: it makes each access to the pte atomic, so each is one step.
 *          Reference counts: the caller holds the returned page. The zero page. Retries of handle_mm_fault.
 *          That the zaps stop some day: each retry of get_user_pages may find that the page has been zapped again (mustEnd).
 */
import { always, and, bool, branch, defineModel, eq, eventually, exists, flag, forever, goto, ifdef, init, label, ne, never, not, or,
  reachable, say, set, shared, step, thread, values, wait, when } from 'racewalk';

/** What the pte maps. No pte is writable; the pte of the process's own copy is dirty from the start, and the copy is exclusive. */
const Pte = values('none', 'page cache', 'page cache, dirty', 'own copy');
const Flags = values('FOLL_WRITE', 'FOLL_WRITE | FOLL_COW', '0');

export const model = defineModel({
  name: 'dirty-cow',
  summary: 'get_user_pages returns the page cache page of a private mapping (Dirty COW)',
  options: {
    keepFollWrite: flag('fix', 'after copy-on-write get_user_pages sets FOLL_COW instead of dropping FOLL_WRITE'),
    requireDirty: flag('fix', 'with FOLL_COW a read-only pte passes only if it is dirty, like the pte of the copy'),
    requireExclusive: flag('fix', 'a read-only pte passes if it maps an exclusive page; FOLL_WRITE is kept'),
    reader: flag('variant', 'another thread of the process reads from the mapping'),
    continues: flag('variant', 'another thread of the process maps shared memory pages with UFFDIO_CONTINUE'),
    mustEnd: flag('variant', 'get_user_pages must end, however often the page is zapped'),
  },

  build: ({ keepFollWrite, requireDirty, requireExclusive, reader, continues, mustEnd }) => {
    const mem = shared({
      pte:  init(Pte, 'none', '*ptep of the private mapping'),
      file: init(values('unchanged', 'written'), 'unchanged', 'the page cache page'),
    });

    const gup = thread('__get_user_pages', { locals: {
      flags: init(Flags, 'FOLL_WRITE'), pte: init(Pte, 'none'), copied: init(bool, false), wrote: init(bool, false),
    } }, (l) => {
      const cow = eq(l.flags, 'FOLL_WRITE | FOLL_COW');
      const dirty = or(eq(l.pte, 'own copy'), eq(l.pte, 'page cache, dirty'));
      const canFollowWrite = requireExclusive ? eq(l.pte, 'own copy') : requireDirty ? and(cow, dirty) : cow;
      return [
        label('retry'),
        step('pte = *ptep',                               set(l.pte, mem.pte)),
        branch('!pte_present(pte)',                       eq(l.pte, 'none'), [goto('faultin_page')]),
        branch('(flags & FOLL_WRITE) && !can_follow_write_pte(pte, flags)', and(ne(l.flags, '0'), not(canFollowWrite)), [
          goto('faultin_page')]),
        goto('return_page'),

        label('faultin_page'),
        branch('*flags & FOLL_WRITE',                     ne(l.flags, '0'), [
          step('ret = handle_mm_fault(vma, address, FAULT_FLAG_WRITE)',
            set(l.copied, ne(mem.pte, 'none')),
            set(mem.pte, 'own copy')),
        ], [
          step('ret = handle_mm_fault(vma, address, 0)',
            set(l.copied, false),
            when(eq(mem.pte, 'none'), set(mem.pte, 'page cache'))),
        ]),
        ifdef(!requireExclusive, branch('(ret & VM_FAULT_WRITE) && !(vma->vm_flags & VM_WRITE)', l.copied, [
          ifdef(keepFollWrite, step('*flags |= FOLL_COW', set(l.flags, 'FOLL_WRITE | FOLL_COW'))),
          ifdef(!keepFollWrite, step('*flags &= ~FOLL_WRITE', set(l.flags, '0'))),
        ])),
        goto('retry'),

        label('return_page'),
        branch('page is of the page cache',               ne(l.pte, 'own copy'), [
          step('copy_to_user_page(vma, page, addr, maddr + offset, buf, bytes)', set(mem.file, 'written')),
        ], [
          step('copy_to_user_page(vma, page, addr, maddr + offset, buf, bytes)', set(l.wrote, true)),
        ]),
      ];
    });

    const dontneed = thread('madvise_dontneed', { mayBlockForever: true }, () => [
      forever(wait('ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm)', ne(mem.pte, 'none'), set(mem.pte, 'none'))),
    ]);

    const readFault = () => thread('do_read_fault', { mayBlockForever: true }, () => [
      forever(wait('alloc_set_pte(fe, NULL, fault_page)', eq(mem.pte, 'none'), set(mem.pte, 'page cache'))),
    ]);

    const uffdContinue = () => thread('mfill_atomic_install_pte', { mayBlockForever: true }, () => [
      forever(wait('set_pte_at(dst_mm, dst_addr, dst_pte, _dst_pte)', eq(mem.pte, 'none'), set(mem.pte, 'page cache, dirty'))),
    ]);

    return {
      shared: mem,
      threads: [gup, dontneed, ...(reader ? [readFault()] : []), ...(continues ? [uffdContinue()] : [])],
      properties: [
        always('no write to a private mapping reaches the file', never(eq(mem.file, 'written'),
          say`the write went to the page cache: every user of the file sees it`)),
        reachable('get_user_pages writes to the copy', exists(gup, (l) => l.wrote)),
        ...(mustEnd ? [eventually(gup)] : []),
        reachable('the copy is discarded', exists(gup, (l) => and(requireExclusive ? l.wrote : l.copied, eq(mem.pte, 'none')))),
      ],
    };
  },

  scenarios: [
    { name: 'v4.8',                  options: {},                                                        verdict: 'violated',
      steps: 9, states: 20, transitions: 23 },
    { name: 'v4.8-reader',           options: { reader: true },                                          verdict: 'violated',
      steps: 7, states: 39, transitions: 64 },
    { name: 'fixed',                 options: { keepFollWrite: true, requireDirty: true },               verdict: 'holds',
      states: 21, transitions: 26 },
    { name: 'fixed-reader',          options: { keepFollWrite: true, requireDirty: true, reader: true }, verdict: 'holds',
      states: 51, transitions: 96 },
    { name: 'foll-cow-alone',        options: { keepFollWrite: true },                                   verdict: 'holds',
      states: 21, transitions: 26,
      why: 'get_user_pages itself no longer takes a read fault' },
    { name: 'foll-cow-alone-reader', options: { keepFollWrite: true, reader: true },                     verdict: 'violated',
      steps: 7, states: 39, transitions: 64,
      why: 'FOLL_COW refers to a copy that may be gone: a read fault has mapped the page cache page instead' },
    { name: 'dirty-alone',           options: { requireDirty: true },                                    verdict: 'violated',
      steps: 9, states: 20, transitions: 23,
      why: 'once FOLL_WRITE is dropped, any pte passes' },
    { name: 'v5.19-continue',        options: { keepFollWrite: true, requireDirty: true, continues: true }, verdict: 'violated',
      steps: 7, states: 39, transitions: 64,
      why: 'a dirty pte no longer implies a copy: UFFDIO_CONTINUE maps the page cache page with a dirty pte (CVE-2022-2590)' },
    { name: 'v6.0',                  options: { requireExclusive: true },                                verdict: 'holds',
      states: 7, transitions: 8 },
    { name: 'v6.0-continue',         options: { requireExclusive: true, continues: true },               verdict: 'holds',
      states: 32, transitions: 58 },
    { name: 'v6.0-all',              options: { requireExclusive: true, reader: true, continues: true }, verdict: 'holds',
      states: 58, transitions: 124 },
    { name: 'v6.0-must-end',         options: { requireExclusive: true, mustEnd: true },                 verdict: 'livelock', steps: 3,
      why: 'the zap always comes between the fault and the next look' },
    { name: 'fixed-must-end',        options: { keepFollWrite: true, requireDirty: true, mustEnd: true }, verdict: 'livelock', steps: 3 },
  ],

  survivors: [
    { why: 'only variants that drop FOLL_WRITE take a read fault, and they are violated with or without the change', mutants: [
      "__get_user_pages: ret = handle_mm_fault(vma, address, 0): without 'copied = false'",
      "__get_user_pages: ret = handle_mm_fault(vma, address, 0): without 'if (mem.pte == none)'" ] },
    { why: 'clearing a pte that is none changes nothing', mutants: [
      'madvise_dontneed: ptep_get_and_clear_full(mm, addr, pte, tlb->fullmm): does not wait' ] },
    { why: 'get_user_pages tolerates even a fault that replaces the copy', mutants: [
      'do_read_fault: alloc_set_pte(fe, NULL, fault_page): does not wait',
      'mfill_atomic_install_pte: set_pte_at(dst_mm, dst_addr, dst_pte, _dst_pte): does not wait' ] },
  ],
});
