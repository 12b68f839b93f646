/** The index of the races: by kernel version, by what they are about, by who is exposed. */
import { exposureNames, exposures } from './exposure.ts';
import { byVersion, mechanisms } from './kernels.ts';
import { item, paragraph, table } from './markdown.ts';
import type { Race } from './races.ts';

/** Shape:  Markdown with an end of line at the end. */
export function indexPage(races: readonly Race[]): string {
  const links = races.map(({ definition: { name } }) => `[${name}]: ${name}.md`);
  return `${[
    '# The races',
    paragraph(
      'Races of the memory management of Linux, each with its model, the kernels that had it, the shortest ways in which it happens, and what was done about it. What each check of gup_fast is for stands in [a table of its own](what-each-check-is-for.md).',
    ),
    '## By kernel version',
    table(['broken', 'race', 'what happens'], byKernel(races)),
    paragraph('Never broken in a release; the models show what an order of steps, or a check, is for:'),
    listed(races.filter(({ broken, exposure }) => broken.length === 0 && exposure !== null)),
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
        paragraph(`${exposures[name].meaning}.`),
        listed(races.filter(({ exposure }) => exposure === name)),
      ]),
    paragraph('Made by `npm run docs` from the headers of the models and a run of their scenarios.'),
    links.join('\n'),
  ].join('\n\n')}\n`;
}

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
