/** Expressions that a reader types in the page, and the search for a state in which one is true. */
import { describe, expect, test } from 'vitest';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { printExpr } from '../../checker/language/print.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { replay } from '../../checker/trace/replay.ts';
import { isTrue } from '../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { model as email } from '../../models/gup-fast-vs-collapse.ts';
import { scheduleIn } from '../../web/src/check/messages.ts';
import { findingState } from '../../web/src/watch/find.ts';
import { parse } from '../../web/src/watch/parse.ts';

const definition = withMemoryOption(email);
const model = definition.build({ cpus: 2, secondPinCheck: 'all-pages' });

describe('an expression', () => {
  test.each([
    ['count[0] == 2', 'mem.count[0] == 2'],
    ['pmd == none && !gup_fast.holds', 'mem.pmd == none && !gup_fast[0].holds'],
    ['gup_fast[1].addr + 1 > count[1] - 1', 'gup_fast[1].addr + 1 > mem.count[1] - 1'],
    ['collapse_huge_page.saved[0] != present', 'collapse_huge_page[0].saved[0] != present'],
    [
      'ended(gup_fast[1]) || ended(collapse_huge_page)',
      'gup_fast[1] has ended || collapse_huge_page[0] has ended',
    ],
    ['count[gup_fast.addr] >= 1', 'mem.count[gup_fast[0].addr] >= 1'],
  ])('%s', (text, printed) => {
    const parsed = parse(text, model);
    expect(parsed.kind === 'expression' ? printExpr(parsed.expr) : parsed.message).toBe(printed);
    expect(parsed.kind === 'expression' && parsed.isCondition).toBe(true);
  });

  test('need not be a condition to be watched', () => {
    expect(parse('count[1]', model)).toMatchObject({ kind: 'expression', isCondition: false });
  });

  test.each([
    ['count[0] == ', /Expected expression after ==/],
    ['count[0] = 2', /./],
    ['count == 2', /count/],
    ['count[7] == 2', /count\[7\]/],
    ['pmd == presnt', /presnt/],
    ['pmd == 1', /another type|compare|pmd/],
    ['gup_fast.hold', /no local 'hold': expected addr/],
    ['gup_slow.holds', /unknown thread 'gup_slow': expected gup_fast, collapse_huge_page or IPI handler/],
    ['gup_fast[2].holds', /invalid copy of gup_fast: expected a number from 0 to 1/],
    ['gup_fast[count[0]].holds', /invalid copy of gup_fast/],
    ['count[0] ** 2 == 2', /unknown operator '\*\*'/],
    ['max(count[0], 1)', /only function is ended/],
    ['count[0]; pmd', /expected one expression/],
    ['', /./],
  ])('%s is refused in words', (text, message) => {
    const parsed = parse(text, model);
    expect(parsed.kind === 'error' ? parsed.message : parsed.kind).toMatch(message);
    expect(parsed.kind).toBe('error');
  });
});

describe('the search for a state', () => {
  const find = (text: string, options = {}, limits = noLimits) => {
    const built = definition.build(options);
    const parsed = parse(text, built);
    if (parsed.kind === 'error') throw new Error(parsed.message);
    const found = finish(findingState(built, parsed.expr, { limits, settings: defaultSettings }));
    return { built, expr: parsed.expr, found };
  };

  test.each([
    ['count[0] == 2', 4],
    ['count[0] == 0', 9],
    ['pmd == table && collapse_huge_page.result == aborted', 7],
    ['gup_fast.got && pmd == none', 5],
  ])('%s has a shortest run of %d steps, which ends in such a state', (text, steps) => {
    const { built, expr, found } = find(text);
    const system = transitionSystem(built);
    const trace = replay(system, scheduleIn(found.schedule!, system));
    const states = [trace.initial, ...trace.steps.map(({ after }) => after)];
    expect(states.map((state) => isTrue(expr, propertyPlace(state, endsOf(system)))).indexOf(true)).toBe(
      states.length - 1,
    );
    expect(trace.steps.length).toBe(steps);
  });

  test('there is none', () => {
    expect(find('pmd == huge && gup_fast.holds', { flush: 'ipi' }).found).toEqual({
      schedule: null,
      reason: 'No such state is reachable.',
    });
  });

  test('a search that was stopped does not say that there is none', () => {
    const { found } = find('pmd == huge && gup_fast.holds', { flush: 'ipi' }, { ...noLimits, maxStates: 20 });
    expect(found.reason).toMatch(/^No such state was found: /);
  });
});
