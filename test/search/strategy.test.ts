/** The phases of large models, forced on small ones: without a first phase, symmetry or stubborn sets apply immediately. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eq, reachable, set, step, thread } from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { check, noLimits, type Checked } from '../../checker/search/check.ts';
import { defaultSettings } from '../../checker/search/settings.ts';
import { registry } from '../../models/registry.ts';
import { law, runs, sampled } from '../depth.ts';
import { randomModel } from '../laws/random-model.ts';
import { mem, modelOf } from '../language/tiny.ts';

const atOnce = { ...defaultSettings, firstPhase: 0 };
/** Stubborn sets and symmetry together, where generated code would come first. */
const reducedAtOnce = { ...atOnce, secondPhase: 0 };
const limited = { ...noLimits, maxStates: 4_000 };

/** What must be the same however the states were explored. */
const judgement = ({ outcome, trace }: Checked) => ({
  verdict: outcome.verdict,
  witnesses: outcome.verdict === 'unreached' ? outcome.witnesses : [],
  /** The length of a trace that claims to be shortest. */
  steps: 'minimal' in outcome && outcome.minimal ? trace!.steps.length : null,
});

/** The judgements of a full and of a shortened search; the second may leave open what the shortest trace is. */
function judgements(model: Model, settings = atOnce) {
  const full = check(model, limited);
  if (full.outcome.verdict === 'inconclusive') return null;
  const short = check(model, noLimits, settings);
  const open = 'minimal' in short.outcome && !short.outcome.minimal;
  return {
    full: { ...judgement(full), ...(open ? { steps: null } : {}) },
    short: judgement(short),
    method: short.outcome.statistics.method,
  };
}

const scenarios = registry.flatMap((definition) =>
  definition.scenarios
    .filter(({ states = Infinity }) => states < 4_000)
    .map((scenario) => [`${definition.name}/${scenario.name}`, definition.build(scenario.options)] as const),
);

describe('a search that takes a short cut judges as one that does not', () => {
  test.each(sampled(scenarios, 6))('%s', law, (_name, model) => {
    for (const settings of [atOnce, reducedAtOnce]) {
      const judged = judgements(model, settings);
      expect(judged!.short).toEqual(judged!.full);
    }
  });

  test.each([
    { symmetric: true, settings: atOnce, method: 'compiled, symmetric' },
    { symmetric: true, settings: reducedAtOnce, method: 'reduced, symmetric' },
    { symmetric: false, settings: atOnce, method: 'reduced' },
  ])('random models, $method', law, ({ symmetric, settings, method }) => {
    const methods = new Set<string>();
    const same = fc.property(randomModel({ errors: false, symmetric, states: 300 }), (model) => {
      const judged = judgements(model, settings);
      if (judged === null) return;
      methods.add(judged.method);
      expect(judged.short).toEqual(judged.full);
    });
    fc.assert(same, { numRuns: runs(150), seed: 22 });
    expect(methods).toContain(method);
  });
});

describe('a model of more copies than stubborn sets are chosen from', () => {
  const model = modelOf(() => {
    const t = thread('t', { cpus: 65 }, () => [step('flag = true', set(mem.flag, true))]);
    return { shared: mem, threads: [t], properties: [reachable('the flag is set', eq(mem.flag, true))] };
  });

  test('is left to generated code', () => {
    const { outcome } = check(model, noLimits, reducedAtOnce);
    expect(outcome).toMatchObject({ verdict: 'holds', statistics: { method: 'compiled, symmetric' } });
  });

  const reached = 'the limit of 1000 states was reached';
  test.each([
    [
      'why it comes to no end',
      {},
      new RegExp(`^${reached}; the 65 copies of its threads are more than the 64`),
    ],
    ['only the limit where stubborn sets are not wanted', { reduce: false }, new RegExp(`^${reached}$`)],
    ['only the limit in a first phase', { firstPhase: 100_000 }, new RegExp(`^${reached}$`)],
    [
      'only the limit where it is interpreted',
      { engine: 'interpreter' as const },
      new RegExp(`^${reached}$`),
    ],
  ])('and it tells %s', (_name, chosen, reason) => {
    const settings = { ...atOnce, symmetry: false, ...chosen };
    const { outcome } = check(model, { ...noLimits, maxStates: 1_000 }, settings);
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(reason) as string,
    });
  });
});

test.each([0, 1, 100, 500])(
  'a search with stubborn sets goes on where it was stopped after %i states',
  (thirdPhase) => {
    const definition = registry.find(({ name }) => name === 'gup-fast-vs-collapse')!;
    const model = definition.build({ cpus: 3, syncIpi: true });
    const checked = (most: number) => {
      const met: number[] = [];
      const onProgress = ({ states }: { readonly states: number }) => met.push(states);
      const { outcome } = check(model, { ...noLimits, onProgress }, { ...reducedAtOnce, thirdPhase: most });
      return { outcome, met: met.filter((states) => states > 1) };
    };
    const whole = checked(Infinity);
    expect(whole.outcome).toMatchObject({
      verdict: 'holds',
      statistics: { method: 'reduced, symmetric', states: 578 },
    });
    expect(checked(thirdPhase)).toEqual(whole);
  },
);

describe('stubborn sets that leave out more, the deeper they are', () => {
  const definition = registry.find(({ name }) => name === 'gup-fast-vs-collapse')!;
  const settings = { ...atOnce, secondPhase: 16_000, thirdPhase: 2_000 };

  test.each([
    [
      'begin before the turn of generated code has ended',
      { syncIpi: true },
      'reduced, symmetric',
      [0, 16_000],
    ],
    [
      'are few in proportion, and others get little time',
      { recheckPmd: true },
      'compiled, symmetric',
      [16_001, 100_000],
    ],
  ] as const)('%s', (_name, options, method, [least, most]) => {
    let met = 0;
    const onProgress = ({ states }: { readonly states: number }) => (met = Math.max(met, states));
    const { outcome } = check(
      definition.build({ cpus: 4, ...options }),
      { ...noLimits, onProgress },
      settings,
    );
    expect(outcome).toMatchObject({ verdict: 'holds', statistics: { method } });
    expect(met).toBeGreaterThan(least);
    expect(met).toBeLessThan(most);
  });

  test('do not begin where the limit of the user ends the first turn', () => {
    const { outcome } = check(
      definition.build({ cpus: 4, recheckPmd: true }),
      { ...noLimits, maxStates: 8_000 },
      settings,
    );
    expect(outcome).toMatchObject({ verdict: 'inconclusive', statistics: { method: 'compiled, symmetric' } });
  });
});

describe('a violation that stubborn sets find', () => {
  const definition = registry.find(({ name }) => name === 'gup-fast-vs-collapse')!;

  test.each([
    ['is shown as the shortest when symmetry alone comes as far', 300, 'compiled, symmetric', true],
    ['is shown as it is when that is too far', 20, 'reduced, symmetric', false],
  ])('%s', (_name, secondPhase, method, minimal) => {
    const { outcome } = check(definition.build({ cpus: 2 }), noLimits, { ...atOnce, secondPhase });
    expect(outcome).toMatchObject({ verdict: 'violated', minimal, statistics: { method } });
  });
});

test('a check that is stopped in a turn of stubborn sets reports the states of the longer search', () => {
  const definition = registry.find(({ name }) => name === 'gup-fast-vs-collapse')!;
  let [most, isStubborn] = [0, false];
  const limits = {
    ...noLimits,
    stop: () => (isStubborn ? 'it was stopped' : null),
    onProgress: ({ states }: { readonly states: number }) => {
      isStubborn ||= states < most;
      most = Math.max(most, states);
    },
  };
  const settings = { ...atOnce, secondPhase: 2_000, thirdPhase: 100 };
  const { outcome } = check(definition.build({ cpus: 4, flush: 'ipi' }), limits, settings);
  expect(outcome).toMatchObject({ verdict: 'inconclusive', reason: 'it was stopped' });
  expect(isStubborn).toBe(true);
  expect(outcome.statistics).toMatchObject({ states: most, method: 'compiled, symmetric' });
});

test.each([
  ['the first phase', { ...defaultSettings, firstPhase: 100 }],
  ['the phase under symmetry', { ...atOnce, secondPhase: 100 }],
  ['stubborn sets', { ...reducedAtOnce, thirdPhase: 100 }],
])('a search stopped just when %s has come to its end says that it was stopped', (_name, settings) => {
  const definition = registry.find(({ name }) => name === 'gup-fast-vs-collapse')!;
  let reached = 0;
  const limits = {
    ...noLimits,
    stop: () => (reached > 100 ? 'it was stopped' : null),
    onProgress: ({ states }: { readonly states: number }) => (reached = states),
  };
  const { outcome } = check(definition.build({ cpus: 3, flush: 'ipi' }), limits, settings);
  expect(outcome).toMatchObject({ verdict: 'inconclusive', reason: 'it was stopped' });
});
