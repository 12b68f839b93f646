/**
 * The trace of the email, word for word; and traces that are saved, replayed, and spoilt.
 *
 * @module-tag process
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectWrongUse, file, folder, racewalk } from './run.ts';

const email = 'gup-fast-vs-collapse';

/** The output without what varies from run to run. */
const steady = (text: string) => text.replace(/[\d.]+ MB, [\d.]+ s \([\d,]+\/s, \w+\)/, '(measured)');

test('the race of the email, twice the same', async () => {
  const [first, second] = await Promise.all([racewalk(['check', email]), racewalk(['check', email])]);
  expect({ code: first.code, err: first.err }).toEqual({ code: 1, err: '' });
  expect(steady(second.out)).toBe(steady(first.out));
  expect(steady(first.out)).toMatchInlineSnapshot(`
    "gup-fast-vs-collapse: violated after 21 steps: invariant "a page that gup_fast holds stays mapped" is false
    with --flush broadcast --recheck-pte --no-recheck-pmd --no-sync-ipi
         --second-pin-check none --walker irqs-off --flush-barrier --check-barrier
         --reference get_page_unless_zero --cpus 1 --ptes 2

         CPU 0: gup_fast    CPU 1: collapse_huge_page
      1  local_irq_save(flags)                          irqsOff[0]: false -> true
      2  pmd = ACCESS_ONCE(*pmdp)                       reads pmd == table
         ptep = pte_offset_map(&pmd, addr)              addr = 0
      3  pte = ACCESS_ONCE(*ptep)                       reads pte[0] == present
      4                     _pmd = pmdp_get_and_clear(mm, address, pmd)
                                                        pmd: table -> none
                            flush_tlb_range(vma, ...)
                            (a broadcast: waits for no CPU)
                            dsb(ish)
                            (__collapse_huge_page_isolate)
                            for each _pte: i = 0
      5                     if (page_count(page) != 1)  reads count[0] == 1: no
                            (the gup-pin check did not fire)
      6  get_page_unless_zero(page)                     count[0]: 1 -> 2
      7  if (pte_val(pte) != pte_val(*ptep))            reads pte[0] == present: no
      8  local_irq_restore(flags)                       irqsOff[0]: true -> false
      9  return page                                    local holds: false -> true
     10                     trylock_page(page)          locked[0]: false -> true
                            for each _pte: i = 1
     11                     if (page_count(page) != 1)  reads count[1] == 1: no
                            (the gup-pin check did not fire)
     12                     trylock_page(page)          locked[1]: false -> true
                            (__collapse_huge_page_copy)
                            for each _pte: i = 0
     13                     copy_user_highpage(page, src_page)
                                                        copied[0]: false -> true
     14                     unlock_page(src_page)       locked[0]: true -> false
     15                     pte_clear(mm, address, _pte)  pte[0]: present -> none
     16                     put_page(page)              count[0]: 2 -> 1
                            for each _pte: i = 1
     17                     copy_user_highpage(page, src_page)
                                                        copied[1]: false -> true
     18                     unlock_page(src_page)       locked[1]: true -> false
     19                     pte_clear(mm, address, _pte)  pte[1]: present -> none
     20                     put_page(page)              count[1]: 1 -> 0
     21                     set_pmd_at(mm, address, pmd, _pmd)  pmd: none -> huge
                                                        local result: running ->
                                                          succeeded

    => gup_fast on CPU 0 holds page 0, but the address maps the huge page's copy

    Races (nothing orders these accesses):
      - gup_fast read pmd == table (step 2) before collapse_huge_page set it to none
        (step 4)
      - collapse_huge_page read count[0] == 1 (step 5) before gup_fast took it from
        1 to 2 (step 6)
      - gup_fast read pte[0] == present (step 7) before collapse_huge_page set it to
        none (step 15)

    351 states, 591 transitions, depth 21, (measured)
    1 of 32 statements had not run when the search stopped
    reproduce: racewalk check gup-fast-vs-collapse
    "
  `);
});

test('the same for a changelog, in 72 columns of ASCII', async () => {
  const { code, out } = await racewalk(['check', email, '--lkml']);
  expect(code).toBe(1);
  expect(out.split('\n').filter((line) => !/^[ -~]{0,72}$/.test(line))).toEqual([]);
  expect(out).toMatchInlineSnapshot(`
    "gup-fast-vs-collapse: violated after 21 steps: invariant "a page that
      gup_fast holds stays mapped" is false
    with --flush broadcast --recheck-pte --no-recheck-pmd --no-sync-ipi
         --second-pin-check none --walker irqs-off --flush-barrier
         --check-barrier --reference get_page_unless_zero --cpus 1 --ptes 2

    CPU 0                               CPU 1
    gup_fast                            collapse_huge_page
    local_irq_save(flags)
    pmd = ACCESS_ONCE(*pmdp)
        reads pmd == table
    ptep = pte_offset_map(&pmd, addr)
    pte = ACCESS_ONCE(*ptep)
                                        _pmd = pmdp_get_and_clear(mm,
                                            address, pmd)
                                            pmd: table -> none
                                        flush_tlb_range(vma, ...)
                                        (a broadcast: waits for no CPU)
                                        dsb(ish)
                                        (__collapse_huge_page_isolate)
                                        for each _pte: i = 0
                                        if (page_count(page) != 1)
                                            reads count[0] == 1: no
                                        (the gup-pin check did not fire)
    get_page_unless_zero(page)
        count[0]: 1 -> 2
    if (pte_val(pte) != pte_val(*ptep))
        reads pte[0] == present: no
    local_irq_restore(flags)
    return page
        local holds: false -> true
                                        trylock_page(page)
                                        for each _pte: i = 1
                                        if (page_count(page) != 1)
                                            reads count[1] == 1: no
                                        (the gup-pin check did not fire)
                                        trylock_page(page)
                                        (__collapse_huge_page_copy)
                                        for each _pte: i = 0
                                        copy_user_highpage(page, src_page)
                                        unlock_page(src_page)
                                        pte_clear(mm, address, _pte)
                                            pte[0]: present -> none
                                        put_page(page)
                                        for each _pte: i = 1
                                        copy_user_highpage(page, src_page)
                                        unlock_page(src_page)
                                        pte_clear(mm, address, _pte)
                                        put_page(page)
                                        set_pmd_at(mm, address, pmd, _pmd)
                                            pmd: none -> huge

    gup_fast on CPU 0 holds page 0, but the address maps the huge page's
    copy

    reproduce: racewalk check gup-fast-vs-collapse
    "
  `);
});

describe('saved traces', () => {
  const save = async () => {
    await racewalk(['check', email, '--save-trace', 'trace.json']);
    return JSON.parse(readFileSync(join(folder, 'trace.json'), 'utf8')) as { steps: { text: string }[] };
  };

  test('replay shows the same trace and comes to the same end', async () => {
    const { out: checked } = await racewalk(['check', email, '--save-trace', 'same.json']);
    const { code, out } = await racewalk(['replay', 'same.json']);
    const trace = (text: string) => text.slice(text.indexOf('     CPU 0'), text.indexOf('=>'));
    expect(code).toBe(1);
    expect(trace(out)).toBe(trace(checked));
    expect(out).toContain('confirmed by the interpreter');
  });

  test('traces that are none, or not of this model', async () => {
    const saved = await save();
    const changed = (change: object) => JSON.stringify({ ...saved, ...change });
    const [first, ...others] = saved.steps;
    const cases: readonly (readonly [string, RegExp])[] = [
      ['not json', /is not a racewalk trace: not JSON/],
      ['{"states":[]}', /is not a racewalk trace/],
      ['null', /is not a racewalk trace/],
      [changed({ version: 2 }), /has trace version 2: this program reads version 1/],
      [changed({ steps: 'none' }), /is damaged/],
      [changed({ model: 'nothing' }), /unknown model 'nothing'/],
      [changed({ options: { flush: 'mail' } }), /no longer has --flush mail/],
      [
        changed({ steps: [{ ...first, text: 'schedule()' }, ...others] }),
        /step 1: the model no longer has 'schedule\(\)'/,
      ],
      [changed({ steps: others }), /does not fit the model: step 1/],
      [changed({ steps: saved.steps.slice(0, -1) }), /the trace no longer ends in 'violated'/],
      [changed({ initial: 99 }), /does not fit the model/],
    ];
    const runs = cases.map(([text], at) => racewalk(['replay', file(`foreign-${at}.json`, text)]));
    for (const [at, run] of (await Promise.all(runs)).entries()) expectWrongUse(run, cases[at]![1]);
    expectWrongUse(await racewalk(['replay', 'nowhere.json']), /no such file/);
  });
});
