/** The table of README.md: each race with the kernels that had it, and the proof of its fix. */
import { check } from '../../../checker/search/check.ts';
import type { AnyDefinition, Scenario } from '../../../checker/language/model.ts';
import { withMemoryOption } from '../../../checker/memory/memory-option.ts';
import { count } from '../../../checker/report/numbers.ts';
import { firstBound } from '../../../checker/search/prove.ts';
import { declaredClaim } from '../../../cli/prove/all.ts';
import { code, table } from './markdown.ts';
import type { Race } from './races.ts';

/** Shape:  a table in Markdown; a model that is about several races at once is no row. */
export const fixTable = (races: readonly Race[]): string =>
  table(
    ['race', 'kernels', 'proof of the fix'],
    races
      .filter(({ exposure }) => exposure !== null)
      .map((race) => [nameOf(race), brokenIn(race), proofOf(race)]),
  );

const nameOf = ({ definition: { name, summary } }: Race) => `[${name}](docs/races/${name}.md): ${summary}`;

const brokenIn = ({ broken }: Race) =>
  broken.length === 0 ? 'never in a release' : broken.map(({ versions }) => versions).join(', ');

/** The scenario of the last kernel: what has been proved of it, else the states that a check sees. */
function proofOf({ definition, kernels }: Race): string {
  const { name, build } = definition;
  const { name: scenario, proves, states, options } = kernels.at(-1)!.scenario;
  return proves === undefined
    ? `${code(`check ${name}/${scenario}`)}: all ${states ?? check(build(options)).outcome.statistics.states} states`
    : `${code(`prove ${name}/${scenario}`)}: any number of ${proves.join(' and ')}${boundOf(definition, kernels.at(-1)!.scenario)}`;
}

/** The largest number that the proof covers, which begins with it: test/c/proofs.test.ts. */
function boundOf(definition: AnyDefinition, scenario: Scenario): string {
  const upTo = firstBound(declaredClaim(withMemoryOption(definition), scenario));
  return upTo === null ? '' : `, up to ${count(upTo)}`;
}
