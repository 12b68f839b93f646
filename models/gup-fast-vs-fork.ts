/**
 * gup_fast pins a page for DMA while fork is about to share it copy-on-write.
 *
 * fork checks whether a page is pinned; if it is not, fork write-protects the pte and shares the page with the child. gup_fast
 * takes no lock that fork holds: it can read the writable pte first, pin the page after fork's check, and find the pte unchanged.
 * The next write of the parent then gets a copy, and the device keeps using a page that no longer belongs to the parent.
 *
 *   CPU 0: gup_fast (FOLL_PIN)               CPU 1: copy_present_pte
 *   read pte: writable
 *                                            page_maybe_dma_pinned(page)? no
 *   pin the page; pte unchanged; return
 *                                            pte := read-only; the child maps the page
 *
 * Kernel:  v5.9 to v5.10: v5.10; since v5.11: seqcount-barrier
 * About:   lockless walk, copy-on-write, barriers
 * Exposed: any CPU
 * Source:  v5.10 and v5.11 mm/gup.c: lockless_pages_from_mm, gup_pte_range; mm/memory.c: copy_page_range, copy_present_pte,
 *          copy_present_page
 * Broke:   70e806e4e645 (v5.9, early copies for pinned pages)
 * Fixed:   57efa1fe5957 (v5.11) -> writeProtectSeq. fork has no explicit barrier after it: on x86 the page-table locks that it
 *          takes next are atomic operations and act as one; elsewhere a lock is only an acquire -> barrierBeforeCheck
 * CVE:     unknown
 * Omitted: MMF_HAS_PINNED and false positives of page_maybe_dma_pinned: they cause more copies. What the child does with the
 *          shared page. Irqs and TLB flushes: fork does not wait for gup_fast, whatever the flush.
 */
import { always, and, bool, branch, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto, gt, ifdef,
  inc, init, integer, label, ne, never, note, range, reachable, say, set, shared, smpMb, smpRmb, step, thread,
  values } from 'racewalk';
import { rawReadSeqcount, rawWriteSeqcountBegin, rawWriteSeqcountEnd } from 'racewalk/kernel';

const Pte = values('writable', 'read-only');

export const model = defineModel({
  name: 'gup-fast-vs-fork',
  summary: 'gup_fast pins a page for DMA while fork shares it copy-on-write',
  options: {
    writeProtectSeq: flag('fix', 'fork holds write_protect_seq, and gup_fast drops its pins if the sequence count has changed'),
    barrierBeforeCheck: flag('fix', 'a full barrier between the begin of write_protect_seq and the check for pins'),
    cpus: integer('CPUs in gup_fast', [1, 4]),
  },

  build: ({ writeProtectSeq, barrierBeforeCheck, cpus }) => {
    const mem = shared({
      pte:    init(Pte, 'writable', '*src_pte of the parent'),
      pins:   init(range(0, cpus), 0, 'page->_refcount / GUP_PIN_COUNTING_BIAS'),
      shared: init(bool, false, 'the child maps the page, copy-on-write'),
      seq:    init(range(0, 2), 0, 'mm->write_protect_seq'),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      seq: init(range(0, 2), 0), pte: init(Pte, 'read-only'), holds: init(bool, false),
    } }, (l) => [
      ifdef(writeProtectSeq,
        rawReadSeqcount(mem.seq, l.seq),
        branch('seq & 1',                                 eq(l.seq, 1), [goto('out')])),
      note('local_irq_save(flags)'),
      step('pte = gup_get_pte(ptep)',                     set(l.pte, mem.pte)),
      branch('!pte_access_permitted(pte, write)',         eq(l.pte, 'read-only'), [goto('out')]),
      // Ends in atomic_add_unless(), which returns a value and here always succeeds: fully ordered.
      full(step('try_grab_compound_head(page, 1, FOLL_PIN)', inc(mem.pins))),
      branch('pte_val(pte) != pte_val(*ptep)',            ne(l.pte, mem.pte), [goto('unpin')]),
      note('local_irq_restore(flags)'),
      ifdef(writeProtectSeq,
        smpRmb(),
        branch('read_seqcount_retry(&mm->write_protect_seq, seq)', ne(l.seq, mem.seq), [goto('unpin')])),
      step('return nr_pinned',                            set(l.holds, true)),
      full(step('unpin_user_page(page)',                  dec(mem.pins), set(l.holds, false))),
      goto('out'),
      label('unpin'),
      full(step('unpin_user_pages(pages, nr_pinned)',     dec(mem.pins))),
      label('out'),
    ]);

    const fork = thread('copy_page_range', { locals: { seq: init(range(0, 2), 0), copied: init(bool, false) } }, (l) => [
      ifdef(writeProtectSeq, rawWriteSeqcountBegin(mem.seq, l.seq)),
      ifdef(barrierBeforeCheck, smpMb()),
      branch('page_maybe_dma_pinned(page)',               gt(mem.pins, 0), [
        step('copy_user_highpage(new_page, page, addr, src_vma)', set(l.copied, true)),
      ], [
        step('ptep_set_wrprotect(src_mm, addr, src_pte)', set(mem.pte, 'read-only')),
        step('set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)', set(mem.shared, true)),
      ]),
      ifdef(writeProtectSeq, rawWriteSeqcountEnd(mem.seq, l.seq)),
    ]);

    return {
      shared: mem,
      threads: [gup, fork],
      properties: [
        always('a page that is pinned for write is not shared copy-on-write', forAll(gup, (l, cpu) =>
          never(and(l.holds, mem.shared),
            say`gup_fast on CPU ${cpu} has pinned the page for a device, but the child shares it: the parent's next write gets a copy`))),
        always('no pin leaks', never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ne(mem.pins, 0)),
          say`gup_fast is done with the page, but the page has ${mem.pins} pins`)),
        reachable('gup_fast pins the page',         exists(gup, (l) => l.holds)),
        reachable('fork shares the page',           mem.shared),
        reachable('fork copies a page with a pin',  exists(fork, (l) => l.copied)),
        eventually(gup), eventually(fork),
      ],
      costs: [
        cost('gup mem ops',   { steps: 'access' }, { thread: gup, until: exists(gup, (l, cpu) => and(eq(cpu, 0), l.holds)) }),
        cost('fork barriers', { steps: 'barrier' }, { thread: fork }),
      ],
    };
  },

  scenarios: [
    { name: 'v5.10',             options: {},                                                           verdict: 'violated',
      steps: 7, states: 36, transitions: 51 },
    { name: 'seqcount',          options: { writeProtectSeq: true },                                    verdict: 'holds',
      states: 81, transitions: 126,
      why: 'under sequential consistency; TSO reorders the check for pins before the store to the sequence count', proves: ['cpus'] },
    { name: 'seqcount-barrier',  options: { writeProtectSeq: true, barrierBeforeCheck: true },          verdict: 'holds',
      states: 81, transitions: 126, proves: ['cpus'] },
    { name: 'seqcount-barrier-pso', options: { writeProtectSeq: true, barrierBeforeCheck: true }, memory: 'pso', verdict: 'holds',
      states: 179, transitions: 332, proves: ['cpus'] },
    { name: 'barrier-alone',     options: { barrierBeforeCheck: true },                                 verdict: 'violated',
      steps: 7, states: 36, transitions: 51 },
    { name: 'two-cpus-seqcount', options: { writeProtectSeq: true, barrierBeforeCheck: true, cpus: 2 }, verdict: 'holds',
      states: 911, transitions: 2022, proves: ['cpus'] },
    { name: 'seqcount-tso',         options: { writeProtectSeq: true },                           memory: 'tso', verdict: 'violated',
      steps: 11, states: 160, transitions: 301,
      why: 'the sequence count is still in the store buffer when fork checks for pins' },
    { name: 'seqcount-barrier-tso', options: { writeProtectSeq: true, barrierBeforeCheck: true }, memory: 'tso', verdict: 'holds',
      states: 138, transitions: 243, proves: ['cpus'] },
    { name: 'seqcount-arm64',         options: { writeProtectSeq: true },                           memory: 'arm64', verdict: 'violated',
      steps: 11, states: 103, transitions: 209,
      why: 'fork looks for pins before its store to the sequence count is performed' },
    { name: 'seqcount-barrier-arm64', options: { writeProtectSeq: true, barrierBeforeCheck: true }, memory: 'arm64', verdict: 'holds',
      states: 87, transitions: 169 },
  ],

  survivors: [
    { why: 'there is one fork: the sequence count is 0 before it, and gup_fast gives up if the count stays odd', mutants: [
      'gup_fast: seq = raw_read_seqcount(s): left out', 'copy_page_range: seq = s->sequence: left out',
      'copy_page_range: s->sequence = seq + 2: left out' ] },
    { why: 'the fully ordered try_grab_compound_head stands between the two loads of the sequence count', mutants: [
      'gup_fast: smp_rmb(): left out', 'gup_fast: smp_rmb() #2: left out' ] },
    { why: 'the sequence count detects what the pte would: gup-fast-vs-unmap is about the recheck', mutants: [
      'gup_fast: if (pte_val(pte) != pte_val(*ptep)): never taken',
      "gup_fast: if (pte_val(pte) != pte_val(*ptep)): after 'if (read_seqcount_retry(&mm->write_protect_seq, seq))'" ] },
    { why: 'until fork ends gup_fast drops its pin, whichever pte fork sets first', mutants: [
      "copy_page_range: ptep_set_wrprotect(src_mm, addr, src_pte): after 'set_pte_at(dst_vma->vm_mm, addr, dst_pte, pte)'" ] },
    { why: 'the full barrier that follows orders stores, too', mutants: ['copy_page_range: smp_wmb(): left out' ] },
  ],
});
