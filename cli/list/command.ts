/** `racewalk list`: the built-in models with their scenarios, or the races that fit some facts. */
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import type { AnyDefinition, Scenario } from '../../checker/language/model.ts';
import { outputWidth, print, styled } from '../terminal/output.ts';
import { wrap } from '../../checker/report/wrap.ts';
import type { Query } from '../../models/race-query.ts';

interface ListOptions extends Query {
  readonly facts?: true;
  readonly json?: true;
}

export function listCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('list')
        .description('list the models, with their scenarios and declared verdicts; or races by their facts')
        .option('--affects <release>', 'races that a kernel had, such as v6.1')
        .option('--arch <name>', 'races that these CPUs have: x86, x86-broadcast, arm64, powerpc or parisc')
        .option('--about <mechanism>', 'races about a mechanism, such as "huge pages"')
        .option('--cve <name>', 'the races of a CVE')
        .option('--fix <commit>', 'the races that a commit mended, by 7 of its digits or more')
        .option('--facts', 'print the facts of all races: releases, CPUs, mechanisms, commits, CVEs')
        .option('--json', 'print the facts as JSON')
        .action(async ({ json, facts: all, ...query }: ListOptions) => {
          const isQuery = Object.keys(query).length > 0;
          if (isQuery || all === true || json === true) return await listFacts(query, json === true);
          const { catalogue } = await import('../model-files/catalogue.ts');
          const width = outputWidth();
          const models = await catalogue();
          print(models.map((definition) => describe(definition, width)).join('\n\n'));
        }),
      { 0: 'some race fits', 1: 'no race fits' },
    ),
    [
      ['racewalk list | grep violated', 'scenarios with a race'],
      ['racewalk list --affects v6.1 --arch arm64 --about "huge pages"', 'races of a kernel'],
    ],
  );
}

async function listFacts(query: Query, json: boolean): Promise<void> {
  const { factsText, noRaces, racesWith } = await import('./facts.ts');
  const found = racesWith(query);
  if (found.length === 0) process.exitCode = 1;
  const width = outputWidth();
  if (json) print(JSON.stringify({ kind: 'races', races: found }, null, 2));
  else if (found.length === 0) print(wrap(noRaces(query), width).join('\n'));
  else print(found.map((race) => factsText(race, width)).join('\n\n'));
}

function describe({ name, summary, scenarios }: AnyDefinition, width: number): string {
  const [first = '', ...more] = wrap(`${name}  ${summary}`, width, 2);
  const longest = Math.max(0, ...scenarios.map((scenario) => scenario.name.length));
  const declared = ({ verdict, memory }: Scenario) => verdict + (memory === undefined ? '' : ` (${memory})`);
  const lines = scenarios.map((scenario) => `  ${scenario.name.padEnd(longest)}  ${declared(scenario)}`);
  return [styled('bold', name) + first.slice(name.length), ...more, ...lines].join('\n');
}
