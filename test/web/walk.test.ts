/** What the page computes of runs: their text in a link, branches, and the same schedule on another variant. */
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { replay } from '../../checker/trace/replay.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { model as spinlock } from '../../models/mutual-exclusion/ticket-lock.ts';
import { registry } from '../../models/registry.ts';
import { linkedOptions, readLink, readOptions, writeLink } from '../../web/src/state/link.ts';
import { decodeRun, encodeRun } from '../../web/src/walk/run-code.ts';
import { goTo, noRuns, shownRun, take, withFound } from '../../web/src/walk/runs.ts';
import { followed } from '../../checker/report/same-schedule.ts';

const definitions = registry.map(withMemoryOption);

describe('a link', () => {
  test.each(definitions.map((definition) => [definition.name, definition] as const))(
    'holds the counterexample of %s and the options of each scenario',
    (name, { build, options, scenarios }) => {
      const { system, outcome, trace } = check(build());
      if ('schedule' in outcome)
        expect(decodeRun(system, encodeRun(system, outcome.schedule, trace!))).toEqual(outcome.schedule);
      for (const scenario of scenarios) {
        const link = writeLink({
          ...{ model: name, options: linkedOptions(options, scenario.options), view: 'graph' },
          ...{ run: '01.zz.', fingerprint: 'f', at: 3, beside: 'flush=ipi', watch: 'a[0] == 1 && b' },
        });
        const read = readLink(link)!;
        expect(read).toMatchObject({
          model: name,
          view: 'graph',
          run: '01.zz.',
          at: 3,
          watch: 'a[0] == 1 && b',
        });
        const { chosen, unknown } = readOptions(options, read.options);
        expect(unknown).toEqual([]);
        expect({ ...fallbacks(options), ...chosen }).toEqual({ ...fallbacks(options), ...scenario.options });
      }
    },
  );

  const fallbacks = (options: (typeof definitions)[number]['options']) =>
    Object.fromEntries(Object.entries(options).map(([key, { fallback }]) => [key, fallback]));

  test('holds a run of the ARMv8 machine, promises and old values included', () => {
    const options = { recheckPmd: true, flushBarrier: false, memory: 'arm64' };
    const { system, outcome, trace } = check(withMemoryOption(email).build(options));
    if (!('schedule' in outcome)) throw new Error('without the barrier of the flush it is violated');
    const code = encodeRun(system, outcome.schedule, trace!);
    expect(decodeRun(system, code)).toEqual(outcome.schedule);
    expect(decodeRun(system, '9')).toBeNull();
  });

  test('a run goes as far as the model has it', () => {
    const system = transitionSystem(email.build());
    expect(decodeRun(system, '000zzz')?.edges.length).toBe(2);
    expect(decodeRun(system, '9')).toBeNull();
  });
});

describe('runs', () => {
  const { system, outcome, trace } = check(email.build());
  if (!('schedule' in outcome)) throw new Error('the race of the email is there');
  const found = withFound(noRuns, outcome.schedule, 5);
  const [, second] = outcome.schedule.edges;

  test('the next step goes along, another one branches, and the first run stays', () => {
    const along = take(found, outcome.schedule.edges[5]!);
    expect([along.all.length, along.at]).toEqual([1, 6]);
    const branch = take(found, second!);
    expect(branch.all.map(({ schedule }) => schedule.edges.length)).toEqual([21, 6]);
    expect(shownRun(branch)).toMatchObject({ origin: 'own', shared: 5 });
    const longer = take(branch, second!);
    expect(longer.all.map(({ schedule }) => schedule.edges.length)).toEqual([21, 7]);
  });

  test('a cycle walks round', () => {
    const round = check(spinlock.build()).outcome;
    if (round.verdict !== 'livelock') throw new Error('a test-and-set lock starves');
    const { edges, cycleFrom = NaN } = round.schedule;
    const atEnd = withFound(noRuns, round.schedule, edges.length);
    expect(goTo(atEnd, edges.length + 1)).toMatchObject({ at: cycleFrom + 1 });
    expect(take(atEnd, edges[cycleFrom]!)).toMatchObject({ shown: 0, at: cycleFrom + 1 });
    expect(goTo(atEnd, Infinity).at).toBe(edges.length);
    expect(goTo(found, Infinity).at).toBe(outcome.schedule.edges.length);
  });

  test('what the checker finds later does not take a walk away', () => {
    const walk = take(noRuns, outcome.schedule.edges[0]!);
    const both = withFound(walk, outcome.schedule);
    expect([both.shown, both.at, both.all.length]).toEqual([0, 1, 2]);
  });

  const beside = (options: Parameters<typeof email.build>[0]) => {
    const other = transitionSystem(email.build(options));
    const result = followed(system, trace!, other, 0);
    expect(replay(other, result.schedule).steps.length).toBe(result.schedule.edges.length);
    return result;
  };

  test('the same variant follows to the end', () => {
    expect(beside({})).toMatchObject({ schedule: outcome.schedule, first: null, end: null });
  });

  test.each([
    [{ syncIpi: true }, 4, 'waits', /^collapse_huge_page waits at 'csd_lock_wait\(csd\)'/],
    [{ flush: 'ipi' }, 4, 'waits', /^collapse_huge_page waits at/],
    [
      { recheckPmd: true },
      6,
      'other',
      /^gup_fast does not reach 'if \(pte_val\(pte\) != pte_val\(\*ptep\)\)'/,
    ],
  ] as const)('%o follows up to where it cannot', (options, step, kind, sentence) => {
    const { end, taken } = beside(options);
    expect(end).toMatchObject({ step, kind });
    expect(end!.sentence).toMatch(sentence);
    expect(taken.length).toBe(step + 1);
  });

  test('a changed line is taken in place of the line', () => {
    const { end, first } = beside({ reference: 'get_page' });
    expect([end, first]).toMatchObject([null, { step: 5, kind: 'gone' }]);
    expect(first!.sentence).toMatch(
      /^gup_fast executes 'get_page\(page\)' in place of 'get_page_unless_zero/,
    );
  });

  test('one that only does more follows to the end', () => {
    const { end, first } = beside({ recheckPte: true, checkBarrier: false });
    expect([end, first]).toEqual([null, null]);
  });
});
