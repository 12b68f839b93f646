/** Every scenario of every model gets the verdict it declares, with the exact counts it declares. */
import { afterAll, describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { registry } from '../../models/registry.ts';
import { law, sampled } from '../depth.ts';

/** What the whole registry may take, in seconds: one who changes a model runs it often. */
const budget = 60;
let spent = 0;

afterAll(() => {
  expect(spent).toBeLessThan(budget);
});

describe.each(registry.map((definition) => [definition.name, definition] as const))('%s', (_, definition) => {
  const { scenarios, build } = withMemoryOption(definition);

  test('has scenarios', () => {
    expect(scenarios.length).toBeGreaterThan(0);
  });

  test.each(sampled(scenarios, 4).map((scenario) => [scenario.name, scenario] as const))('%s', law, (_name, scenario) => {
    const begin = performance.now();
    const { outcome, trace } = check(build(scenario.options));
    spent += (performance.now() - begin) / 1000;
    const { states, transitions } = outcome.statistics;
    const declared = { verdict: scenario.verdict, states: scenario.states, transitions: scenario.transitions };
    expect({ verdict: outcome.verdict, states, transitions }).toEqual({
      verdict: declared.verdict,
      states: declared.states ?? states,
      transitions: declared.transitions ?? transitions,
    });
    expect(trace?.steps.length).toBe(scenario.steps ?? trace?.steps.length);
  });
});
