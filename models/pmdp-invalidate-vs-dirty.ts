/**
 * pmdp_invalidate reads a pmd, writes it back as invalid, and loses the dirty bit that hardware sets in between.
 *
 * A CPU that writes through a clean, writable pmd sets its dirty bit with an atomic read-modify-write. pmdp_invalidate holds the
 * pmd lock, which hardware does not take. Its store restores the old, clean value: the page appears clean, and reclaim may drop
 * it without writing it back. With an exchange, pmdp_invalidate returns exactly the value that it replaces.
 *
 *   CPU 0: __split_huge_pmd_locked           CPU 1: user
 *   entry = *pmd: clean
 *                                            writes: dirty bit of the pmd := 1
 *   pmd := entry, invalid: clean
 *
 * Kernel:  v2.6.38 to v4.15: v4.15; since v4.16: exchange
 * About:   huge pages, dirty bits
 * Exposed: any CPU
 * Source:  v4.15 mm/pgtable-generic.c: pmdp_invalidate (the same as in v3.18); mm/huge_memory.c: __split_huge_pmd_locked. The fix:
 *          v4.16 mm/pgtable-generic.c, pmdp_establish
 * Broke:   unknown
 * Fixed:   d52605d7cb30 (v4.16) -> exchange
 * CVE:     unknown
 * Omitted: the pmd lock: no other thread takes it here. The TLB flush: it ends writes through old dirty entries, which lose nothing.
 *          The accessed bit: the same race, but harmless. Where the split reads the dirty bit: v4.15 reads it from the pmd
 *          before pmdp_invalidate, v4.16 from the value that pmdp_invalidate returns; the loss is the same.
 */
import { always, and, bool, branch, defineModel, ended, eq, eventually, exists, flag, forAll, init, integer, never, not, or,
  reachable, say, set, shared, step, thread, values, wait, when } from 'racewalk';

const Pmd = values('clean', 'dirty', 'invalid, clean', 'invalid, dirty');

export const model = defineModel({
  name: 'pmdp-invalidate-vs-dirty',
  summary: 'pmdp_invalidate loses a dirty bit that hardware sets',
  options: {
    exchange: flag('fix', 'pmdp_invalidate exchanges the pmd and returns the old value'),
    cpus: integer('user CPUs', [1, 4]),
  },

  build: ({ exchange, cpus }) => {
    const mem = shared({
      pmd:       init(Pmd, 'clean', '*pmd, writable'),
      pageDirty: init(bool, false, 'PG_dirty'),
    });

    const split = thread('__split_huge_pmd_locked', { locals: {
      entry: init(Pmd, 'clean'), invalid: init(Pmd, 'invalid, clean'), old: init(Pmd, 'clean'),
    } }, (l) => [
      step('entry = *pmdp',                               set(l.entry, mem.pmd)),
      step('pmd_mknotpresent(entry)',                     when(eq(l.entry, 'dirty'), set(l.invalid, 'invalid, dirty'))),
      exchange
        ? step('old = pmdp_establish(vma, address, pmdp, pmd_mknotpresent(*pmdp))', set(l.old, mem.pmd), set(mem.pmd, l.invalid))
        : step('set_pmd_at(vma->vm_mm, address, pmdp, pmd_mknotpresent(entry))', set(mem.pmd, l.invalid), set(l.old, l.entry)),
      branch('pmd_dirty(old)',                            eq(l.old, 'dirty'), [
        step('SetPageDirty(page)',                        set(mem.pageDirty, true))]),
    ]);

    const user = thread('user CPU', { cpus, mayBlockForever: true, locals: { wrote: init(bool, false) } }, (l) => [
      wait('<store>: dirty bit set by the hardware walk', or(eq(mem.pmd, 'clean'), eq(mem.pmd, 'dirty')),
        set(mem.pmd, 'dirty'), set(l.wrote, true)),
    ]);

    return {
      shared: mem,
      threads: [split, user],
      properties: [
        always('no dirty bit is lost', forAll(user, (l) =>
          never(and(l.wrote, ended(split), not(mem.pageDirty)),
            say`a user CPU has written to the page, but neither the pmd (${mem.pmd}) nor the page is dirty`))),
        reachable('a user writes',                 exists(user, (l) => l.wrote)),
        reachable('a clean page stays clean',      and(ended(split), not(mem.pageDirty))),
        reachable('a dirty page is marked',        mem.pageDirty),
        eventually(split),
      ],
    };
  },

  scenarios: [
    { name: 'v4.15',             options: {},                          verdict: 'violated', steps: 3, states: 8, transitions: 7 },
    { name: 'exchange',          options: { exchange: true },          verdict: 'holds',    states: 10, transitions: 9,
      proves: ['cpus'] },
    { name: 'two-cpus-exchange', options: { exchange: true, cpus: 2 }, verdict: 'holds',    states: 24, transitions: 27,
      proves: ['cpus'] },
  ],

  survivors: [
    { why: 'the exchange returns the old value, whatever the new pmd is', mutants: [
      '__split_huge_pmd_locked: entry = *pmdp: left out', '__split_huge_pmd_locked: pmd_mknotpresent(entry): left out',
      "__split_huge_pmd_locked: pmd_mknotpresent(entry): without 'if (entry == dirty)'" ] },
    { why: 'it belongs to v4.15, which is violated with or without the change', mutants: [
      '__split_huge_pmd_locked: set_pmd_at(vma->vm_mm, address, pmdp, pmd_mknotpresent(entry)): left out',
      "__split_huge_pmd_locked: set_pmd_at(vma->vm_mm, address, pmdp, pmd_mknotpresent(entry)): without 'mem.pmd = invalid'",
      "__split_huge_pmd_locked: set_pmd_at(vma->vm_mm, address, pmdp, pmd_mknotpresent(entry)): without 'old = entry'" ] },
    { why: 'a CPU that finds the dirty bit set does not need to set it', mutants: [
      "user CPU: <store>: dirty bit set by the hardware walk: without 'mem.pmd == dirty'" ] },
  ],
});
