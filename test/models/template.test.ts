/** models/template.ts, which models/README.md asks authors to copy, is a complete model. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withMemoryOption } from '../../checker/memory/memory-option.ts';
import { check, noLimits } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import { mutationStudy } from '../../checker/study/mutate/mutate.ts';
import { studying } from '../../checker/study/study.ts';
import { registry } from '../../models/registry.ts';
import { model } from '../../models/template.ts';
import { headerOf } from '../docs/races/header.ts';

const whole = withMemoryOption(model);

test.each(whole.scenarios)('scenario $name has the declared verdict', ({ options, verdict, steps }) => {
  const { outcome, trace } = check(whole.build(options));
  expect(outcome.verdict).toBe(verdict);
  expect(trace?.steps.length).toBe(steps);
});

test('it has a scenario that holds and one that is violated', () => {
  expect(new Set(whole.scenarios.map(({ verdict }) => verdict))).toEqual(new Set(['holds', 'violated']));
});

test('the scenarios kill every mutant that the model does not explain', () => {
  const { mutants, stale } = finish(studying(mutationStudy(whole, whole.scenarios, defaultSettings), noLimits));
  const open = mutants.filter(
    ({ fate }) => fate.kind === 'undecided' || (fate.kind === 'survives' && fate.why === null),
  );
  expect({ open: open.map(({ mutation }) => mutation.name), stale }).toEqual({ open: [], stale: [] });
});

test('its header has every field that the pages of docs/races use', () => {
  const source = readFileSync(new URL('../../models/template.ts', import.meta.url), 'utf8');
  expect(Object.keys(headerOf(source).fields)).toEqual([
    'Kernel',
    'About',
    'Exposed',
    'Source',
    'Fixed',
    'Omitted',
  ]);
});

test('it is not in the registry', () => {
  expect(registry.map(({ name }) => name)).not.toContain(model.name);
});
