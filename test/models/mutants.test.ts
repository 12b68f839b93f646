/** No line of a model goes without a scenario: what no scenario notices, and what never happens, is explained in the model. */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../checker/language/model.ts';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { mutationStudy } from '../../checker/study/mutate/mutate.ts';
import { studying } from '../../checker/study/study.ts';
import { unfiredIn } from '../study/mutate/unfired.ts';
import { noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { registry } from '../../models/registry.ts';
import { long } from '../depth.ts';

/** Small enough for the interpreter, which walks through them. */
const isSmall = ({ states = 0 }: Scenario) => states <= 40_000;

/** `npm test` tries the mutants of these, `npm run test:long` those of all others. */
const quick = new Set(['gup-fast-vs-free-pgtables', 'ksm-vs-pin', 'switch-mm-vs-flush', 'ticket-lock']);

/** What only a scenario does that is too large for the interpreter; the mutants of these lines are killed there. */
const firedInLarge: Readonly<Record<string, readonly string[]>> = {
  qspinlock: ['process: if (!(val & _Q_PENDING_MASK)): never taken', 'process: clear_pending(lock): left out'],
};

describe.each(registry.map((definition) => [definition.name, definition] as const))('%s', (_, definition) => {
  const whole = withMemoryOption(definition);
  const explained = new Set(definition.survivors.flatMap(({ mutants }) => mutants));

  const options = quick.has(definition.name) ? { timeout: long.timeout } : { ...long, timeout: 900_000 };

  test('every mutant is killed or explained, and every explanation is of a survivor', options, () => {
    const { mutants, stale } = finish(studying(mutationStudy(whole, whole.scenarios, defaultSettings), noLimits));
    expect(mutants.some(({ fate }) => fate.kind === 'killed')).toBe(true);
    const open = mutants.filter(({ fate }) => fate.kind === 'undecided' || (fate.kind === 'survives' && fate.why === null));
    expect({ open: open.map(({ mutation }) => mutation.name), stale }).toEqual({ open: [], stale: [] });
  });

  test('every step fires in a scenario, and every branch goes both ways', options, () => {
    const small = whole.scenarios.filter(isSmall);
    const bySize = small.toSorted((a, b) => (a.states ?? Infinity) - (b.states ?? Infinity));
    const unfired = unfiredIn(bySize.map(({ options }) => whole.build({ ...options, memory: 'sc' })));
    const large = firedInLarge[definition.name] ?? [];
    expect([...unfired].filter((name) => !explained.has(name) && !large.includes(name))).toEqual([]);
  });
});
