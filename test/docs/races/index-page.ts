/** The index of the races: by kernel version, by what they are about, by who is exposed. */
import { exposureNames, exposures } from './exposure.ts';
import { factRows } from '../../../models/race-facts-text.ts';
import { factsOf } from './facts.ts';
import { byVersion, mechanisms } from './kernels.ts';
import { item, paragraph, table } from './markdown.ts';
import type { Race } from './races.ts';

/** Shape:  Markdown with an end of line at the end. */
export function indexPage(races: readonly Race[]): string {
  const links = races.map(({ definition: { name } }) => `[${name}]: ${name}.md`);
  return `${[
    '# The races',
    paragraph(
      'Races of the memory management of Linux. Each page has the model, the kernels that had the race, its shortest traces, and the fix. [A table of its own](what-each-check-is-for.md) shows which race each check of gup_fast prevents.',
    ),
    '## By kernel version',
    table(['broken', 'race', 'what happens'], byKernel(races)),
    paragraph(
      'Never broken in a release. These models show which race an order of steps, or a check, prevents:',
    ),
    listed(races.filter(({ broken, exposure }) => broken.length === 0 && exposure !== null)),
    '## Facts',
    paragraph(
      '`racewalk list --affects v6.1 --arch arm64 --about "huge pages"` searches them, and `racewalk show --fix 70cbc3cc78a9` finds the races that a commit mended; `racewalk explore` opens the same search as a page, at `/races`. "unknown": nobody has looked. Architectures are those of `--arch`; x86-broadcast is x86 under a hypervisor or with INVLPGB.',
    ),
    table(
      ['race', 'broken', 'exposed', 'broke', 'fixed', 'CVE', 'not verified'],
      races.filter(({ exposure }) => exposure !== null).map(factRow),
    ),
    '## By mechanism',
    ...mechanisms.flatMap((mechanism) => [
      `### ${mechanism}`,
      listed(races.filter((race) => race.mechanisms.includes(mechanism))),
    ]),
    '## By exposed CPUs',
    ...exposureNames
      .filter((name) => races.some(({ exposure }) => exposure === name))
      .flatMap((name) => [
        `### ${name}`,
        paragraph(`${capital(exposures[name].meaning)}.`),
        listed(races.filter(({ exposure }) => exposure === name)),
      ]),
    paragraph(
      '`npm run docs` generates this page from the headers of the models and a run of their scenarios.',
    ),
    links.join('\n'),
  ].join('\n\n')}\n`;
}

function factRow(race: Race): readonly string[] {
  const rows = new Map(factRows(factsOf(race)));
  const cell = (name: string) => rows.get(name) ?? '';
  const commits = (name: string) => cell(name).replaceAll(/\b[0-9a-f]{12}\b/g, `[$&](${kernelCommits}$&)`);
  return [
    `[${race.definition.name}]`,
    cell('broken'),
    cell('exposed'),
    commits('broke'),
    commits('fixed'),
    cell('CVE'),
    cell('not verified'),
  ];
}

const kernelCommits = 'https://git.kernel.org/linus/';

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const byKernel = (races: readonly Race[]) =>
  races
    .flatMap((race) => race.broken.map((kernels) => ({ race, kernels })))
    .sort((a, b) => byVersion(a.kernels, b.kernels))
    .map(({ race: { definition }, kernels }) => [
      kernels.versions,
      `[${definition.name}]`,
      definition.summary,
    ]);

const listed = (races: readonly Race[]) =>
  races.map(({ definition: { name, summary } }) => item(`[${name}]: ${summary}`)).join('\n');
