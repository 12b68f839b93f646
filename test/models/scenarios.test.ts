/** Every scenario of every model gets the verdict it declares, with the exact counts it declares. */
import { describe, expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check } from '../../checker/search/check.ts';
import { registry } from '../../models/registry.ts';

describe.each(registry.map((definition) => [definition.name, definition] as const))('%s', (_, definition) => {
  const { scenarios, build } = withMemoryOption(definition);

  test('has scenarios', () => {
    expect(scenarios.length).toBeGreaterThan(0);
  });

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const { outcome, trace } = check(build(scenario.options));
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
