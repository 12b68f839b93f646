/**
 * KSM makes a page shareable while gup_fast pins it for reading.
 *
 * A pinned page must belong to one process alone (PageAnonExclusive); otherwise a later copy-on-write replaces it under the pin.
 * KSM clears the pte, checks for pins, clears the flag, and restores the pte, read-only as before. gup_fast compares the pte,
 * which has not changed, so it must also check the flag, and both CPUs must order their accesses.
 *
 *   CPU 0: gup_fast (FOLL_PIN)               CPU 1: write_protect_page
 *   read pte: read-only
 *                                            pte := none; pinned? no; AnonExclusive := 0; pte := read-only
 *   pin the page; pte unchanged; return
 *
 * Kernel:  v5.19 to v6.0: no-barriers; since v6.1: v6.1
 * About:   lockless walk, copy-on-write, barriers
 * Exposed: store buffers (not x86, where ptep_clear_flush is an atomic exchange)
 * Source:  v6.1 include/linux/rmap.h: page_try_share_anon_rmap; mm/ksm.c: write_protect_page; include/linux/mm.h: gup_must_unshare;
 *          mm/gup.c: gup_pte_range
 * Broke:   unknown
 * Fixed:   a7f226604170 (v5.19) -> checkExclusive; 088b8aa537c2 (v6.1) -> fullBarrier, writeBarrier
 * CVE:     unknown
 * Omitted: page_mapcount(page) + 1 + swapped != page_count(page), a second check for the same pins. The flush in
 *          ptep_clear_flush, and with it its barrier: the helper must not depend on it. The merge itself: sharing an unpinned
 *          page is correct. Writable ptes: KSM restores them read-only, which the recheck of the pte detects.
 */
import { always, and, bool, branch, cost, dec, defineModel, ended, eq, eventually, exists, flag, forAll, full, goto, gt, ifdef,
  inc, init, integer, label, ne, never, not, oneOf, range, reachable, say, set, shared, smpMb, smpRmb, smpWmb, step, thread,
  values } from 'racewalk';

const Pte = values('none', 'read-only');

export const model = defineModel({
  name: 'ksm-vs-pin',
  summary: 'KSM makes a page shareable while gup_fast pins it for reading',
  options: {
    checkExclusive: oneOf('fix', 'when gup_fast checks PageAnonExclusive: before or after it pins and compares the pte',
      ['never', 'before', 'after']),
    fullBarrier: flag('fix', 'smp_mb between clearing the pte and the check for pins'),
    writeBarrier: flag('fix', 'smp_wmb between clearing AnonExclusive and restoring the pte'),
    cpus: integer('CPUs in gup_fast', [1, 3]),
  },

  build: ({ checkExclusive, fullBarrier, writeBarrier, cpus }) => {
    const mem = shared({
      pte:       init(Pte, 'read-only', '*ptep'),
      pins:      init(range(0, cpus), 0, 'page->_refcount / GUP_PIN_COUNTING_BIAS'),
      exclusive: init(bool, true, 'PageAnonExclusive(page)'),
    });

    const gup = thread('gup_fast', { cpus, locals: {
      pte: init(Pte, 'none'), holds: init(bool, false), backedOff: init(bool, false),
    } }, (l) => [
      step('pte = ptep_get_lockless(ptep)',               set(l.pte, mem.pte)),
      branch('!pte_present(pte)',                         eq(l.pte, 'none'), [goto('out')]),
      ifdef(checkExclusive === 'before',
        branch('!PageAnonExclusive(page)',                not(mem.exclusive), [
          step('gup_must_unshare(flags, page)',           set(l.backedOff, true)),
          goto('out')])),
      full(step('try_grab_folio(page, 1, flags)',         inc(mem.pins))),
      branch('pte_val(pte) != pte_val(*ptep)',            ne(l.pte, mem.pte), [goto('put')]),
      ifdef(checkExclusive === 'after',
        smpRmb(),
        branch('!PageAnonExclusive(page)',                not(mem.exclusive), [
          step('gup_must_unshare(flags, page)',           set(l.backedOff, true)),
          goto('put')])),
      step('return nr_pinned',                            set(l.holds, true)),
      full(step('unpin_user_page(page)',                  dec(mem.pins), set(l.holds, false))),
      goto('out'),
      label('put'),
      full(step('gup_put_folio(folio, 1, flags)',         dec(mem.pins))),
      label('out'),
    ]);

    const ksm = thread('write_protect_page', { locals: { busy: init(bool, false), shared: init(bool, false) } }, (l) => [
      step('entry = ptep_clear_flush(vma, pvmw.address, pvmw.pte)', set(mem.pte, 'none')),
      ifdef(fullBarrier, smpMb()),
      branch('page_maybe_dma_pinned(page)',               gt(mem.pins, 0), [
        step('set_pte_at(mm, pvmw.address, pvmw.pte, entry)', set(mem.pte, 'read-only'), set(l.busy, true)),
        goto('out_unlock')]),
      step('ClearPageAnonExclusive(page)',                set(mem.exclusive, false)),
      ifdef(writeBarrier, smpWmb('smp_mb__after_atomic()')),
      step('set_pte_at_notify(mm, pvmw.address, pvmw.pte, entry)', set(mem.pte, 'read-only'), set(l.shared, true)),
      label('out_unlock'),
    ]);

    return {
      shared: mem,
      threads: [gup, ksm],
      properties: [
        always('a pinned page is not shared', forAll(gup, (l, cpu) =>
          never(and(l.holds, not(mem.exclusive)),
            say`gup_fast on CPU ${cpu} has pinned the page, but KSM may share it with other processes`))),
        always('no pin leaks', never(and(forAll(gup, (_, cpu) => ended(gup, cpu)), ne(mem.pins, 0)),
          say`gup_fast is done with the page, but the page has ${mem.pins} pins`)),
        reachable('gup_fast pins the page',     exists(gup, (l) => l.holds)),
        reachable('KSM makes the page shareable', exists(ksm, (l) => l.shared)),
        reachable('KSM finds a pin',            and(exists(ksm, (l) => l.busy), eq(mem.pte, 'read-only'))),
        ...(checkExclusive === 'never' ? [] : [reachable('gup_fast finds the page shareable', exists(gup, (l) => l.backedOff))]),
        eventually(gup), eventually(ksm),
      ],
      costs: [
        cost('gup mem ops',  { steps: 'access' }, { thread: gup, until: exists(gup, (l, cpu) => and(eq(cpu, 0), l.holds)) }),
        cost('KSM barriers', { steps: 'barrier' }, { thread: ksm }),
      ],
    };
  },

  scenarios: [
    { name: 'v6.1',             options: { checkExclusive: 'after', fullBarrier: true, writeBarrier: true },          verdict: 'holds',
      states: 50, transitions: 72, proves: ['cpus'] },
    { name: 'no-recheck',       options: { fullBarrier: true, writeBarrier: true },                                   verdict: 'violated',
      steps: 8, states: 44, transitions: 63,
      why: 'KSM restores the same pte value: the comparison detects nothing' },
    { name: 'check-before',     options: { checkExclusive: 'before', fullBarrier: true, writeBarrier: true },         verdict: 'violated',
      steps: 9, states: 53, transitions: 76,
      why: 'KSM restores the same pte value, and clears the flag after the check' },
    { name: 'no-full-barrier',  options: { checkExclusive: 'after', writeBarrier: true },                             verdict: 'holds',
      states: 50, transitions: 72,
      why: 'under sequential consistency; TSO reorders the check for pins before the clearing of the pte', proves: ['cpus'] },
    { name: 'no-write-barrier', options: { checkExclusive: 'after', fullBarrier: true },                              verdict: 'holds',
      states: 50, transitions: 72,
      why: 'under sequential consistency and TSO; PSO lets the restored pte become visible before the cleared flag', proves: ['cpus'] },
    { name: 'no-barriers',      options: { checkExclusive: 'after' },                                                 verdict: 'holds',
      states: 50, transitions: 72,
      why: 'under sequential consistency', proves: ['cpus'] },
    { name: 'two-cpus',         options: { checkExclusive: 'after', fullBarrier: true, writeBarrier: true, cpus: 2 }, verdict: 'holds',
      states: 446, transitions: 948, proves: ['cpus'] },
    { name: 'v6.1-tso',             options: { checkExclusive: 'after', fullBarrier: true, writeBarrier: true }, memory: 'tso',
      verdict: 'holds', states: 90, transitions: 148, proves: ['cpus'] },
    { name: 'v6.1-pso',             options: { checkExclusive: 'after', fullBarrier: true, writeBarrier: true }, memory: 'pso',
      verdict: 'holds', states: 102, transitions: 174, proves: ['cpus'] },
    { name: 'no-full-barrier-tso',  options: { checkExclusive: 'after', writeBarrier: true },  memory: 'tso', verdict: 'violated',
      steps: 10, states: 125, transitions: 235,
      why: 'the cleared pte is still in the store buffer when KSM checks for pins' },
    { name: 'no-write-barrier-tso', options: { checkExclusive: 'after', fullBarrier: true },   memory: 'tso', verdict: 'holds',
      states: 90, transitions: 148, proves: ['cpus'] },
    { name: 'no-write-barrier-pso', options: { checkExclusive: 'after', fullBarrier: true },   memory: 'pso', verdict: 'violated',
      steps: 13, states: 100, transitions: 170,
      why: 'the restored pte is visible before the cleared AnonExclusive' },
    { name: 'v6.1-arm64',             options: { checkExclusive: 'after', fullBarrier: true, writeBarrier: true }, memory: 'arm64',
      verdict: 'holds', states: 65, transitions: 107 },
    { name: 'no-full-barrier-arm64',  options: { checkExclusive: 'after', writeBarrier: true },  memory: 'arm64', verdict: 'violated',
      steps: 6, states: 102, transitions: 155,
      why: 'KSM checks for pins before it clears the pte' },
    { name: 'no-write-barrier-arm64', options: { checkExclusive: 'after', fullBarrier: true },   memory: 'arm64', verdict: 'violated',
      steps: 9, states: 109, transitions: 187,
      why: 'the restored pte is visible before the cleared AnonExclusive' },
  ],

  survivors: [
    { why: 'it belongs to checkExclusive=before, which is violated with or without the change', mutants: [
      'gup_fast: if (!PageAnonExclusive(page)): never taken',
      "gup_fast: if (!PageAnonExclusive(page)): after 'try_grab_folio(page, 1, flags)'",
      'gup_fast: gup_must_unshare(flags, page): left out', 'gup_fast: goto out; #2: left out' ] },
  ],
});
