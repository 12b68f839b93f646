/** The pages of docs/races are what `npm run docs` makes of the models today, and headers say what the models do. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withFallbacks } from '../../checker/language/option.ts';
import { check } from '../../checker/search/check.ts';
import { long } from '../depth.ts';
import { larger } from './races/answer.ts';
import { exposureNames, isViolatedThere, onMachines, type ExposureName } from './races/exposure.ts';
import { partOf } from './marked.ts';
import { headerOf } from './races/header.ts';
import { racePages } from './races/pages.ts';
import { allRaces } from './races/races.ts';

const folder = new URL('../../docs/races/', import.meta.url);

describe('docs/races', () => {
  const { files: pages, fixes, facts } = racePages();

  test('README.md has the table of races that npm run docs writes', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(partOf(readme, 'races')).toBe(fixes);
  });

  test('models/facts.ts is what npm run docs writes', () => {
    expect(readFileSync(new URL('../../models/facts.ts', import.meta.url), 'utf8')).toBe(facts);
  });

  test('has these files', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  });

  test.each([...pages])('%s is what npm run docs writes', (name, page) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(page);
  });

  test.each([...pages])('%s: every link leads somewhere', (name, page) => {
    const targets = [...page.matchAll(/\]\((?!https:)([^)]+)\)|^\[[\w-]+\]: (?!https:)(\S+)$/gm)].map(
      ([, a, b]) => a ?? b!,
    );
    for (const target of targets)
      if (!pages.has(target))
        expect(() => readFileSync(new URL(target, folder)), `${name}: ${target}`).not.toThrow();
  });
});

/** For each exposure, the exposures on whose stronger machines the race must not occur. */
const stronger: Readonly<Record<ExposureName, readonly ExposureName[]>> = {
  'any CPU': [],
  'broadcast flush': ['any CPU'],
  'store buffers': ['any CPU', 'broadcast flush'],
  'reordered stores': ['any CPU', 'broadcast flush', 'store buffers'],
  'reordered loads': ['any CPU', 'broadcast flush', 'store buffers', 'reordered stores'],
};

describe.each(
  allRaces().flatMap((race) =>
    race.exposure === null ? [] : [[race.definition.name, race, race.exposure] as const],
  ),
)('%s', (_, { definition, kernels, broken }, exposure) => {
  const violated = definition.scenarios.filter(({ verdict }) => verdict === 'violated');
  const shown = broken.length > 0 ? broken.map(({ scenario }) => scenario) : violated.slice(0, 1);

  test('exactly the CPUs in the field Exposed are exposed', () => {
    expect(exposureNames).toEqual(Object.keys(stronger));
    expect(shown).not.toEqual([]);
    for (const scenario of shown) {
      expect(isViolatedThere(definition, scenario, exposure)).toBe(true);
      for (const name of stronger[exposure])
        expect([name, isViolatedThere(definition, scenario, name)]).toEqual([name, false]);
    }
  });

  const current = kernels
    .filter(({ versions }) => versions.startsWith('since'))
    .map(({ scenario }) => scenario);

  test('the kernel as it is holds on every machine', { timeout: 60_000 }, () => {
    const holds = { sc: 'holds', tso: 'holds', pso: 'holds' };
    for (const { scenario, machine, verdicts } of onMachines(definition, current, ['sc', 'tso', 'pso']))
      expect({ ...machine, scenario: scenario.name, verdicts }).toMatchObject({ verdicts: holds });
  });
});

describe('the answer to the email', () => {
  const race = allRaces().find(({ definition }) => definition.name === 'gup-fast-vs-collapse')!;
  const { options: choices, build } = race.definition;

  test.each(larger)(
    '$options under $memory: $states states',
    { ...long, timeout: 300_000 },
    ({ options, memory, states }) => {
      const { verdict, statistics } = check(build(withFallbacks(choices, { ...options, memory }))).outcome;
      expect({ verdict, states: statistics.states }).toEqual({ verdict: 'holds', states });
    },
  );
});

describe('a header', () => {
  const header = (fields: string) =>
    `/**\n * A race.\n *\n * What it is.\n *\n *   one   two\n *\n${fields} */\nimport`;

  test('is a sentence, paragraphs, a drawing and fields', () => {
    const { title, paragraphs, drawing, fields } = headerOf(
      header(' * Source:  one\n *          line\n * Fixed:   two\n'),
    );
    expect({ title, paragraphs, drawing, fields }).toEqual({
      title: 'A race',
      paragraphs: ['What it is.'],
      drawing: 'one   two',
      fields: { Source: 'one line', Fixed: 'two' },
    });
  });

  test.each([
    ['an unknown field', ' * Sources: one\n'],
    ['a duplicate field', ' * Source:  one\n * Source:  two\n'],
    ['another order', ' * Fixed:   one\n * Source:  two\n'],
    ['a line that hangs elsewhere', ' * Source:  one\n *   two\n'],
  ])('with %s is refused', (_, fields) => {
    expect(() => headerOf(header(fields))).toThrow(/field/);
  });
});
