/** The page of a race: what it is, which kernels had it, its scenarios with their verdicts, its variants, and its traces. */
import { toSvg } from '../../../checker/export/trace/lanes-svg.ts';
import { changelogText } from '../../../checker/export/trace/changelog-text.ts';
import { exportedTrace } from '../../../checker/export/trace/exported-trace.ts';
import { memoryKey, memoryModelNames, memoryOption } from '../../../checker/language/memory-name.ts';
import type { Scenario } from '../../../checker/language/model.ts';
import { optionName, valuesOf } from '../../../checker/language/option.ts';
import { check, noLimits, type Checked } from '../../../checker/search/check.ts';
import { commandLine, withoutUsualMemory } from '../../../checker/report/options-text.ts';
import { headline } from '../../../checker/report/verdict.ts';
import { compare } from '../../../checker/study/compare/compare.ts';
import { renderComparison } from '../../../cli/compare/text.ts';
import { answer } from './answer.ts';
import { exposures, onMachines } from './exposure.ts';
import { code, fenced, item, links, paragraph, prose, table, type Vocabulary } from './markdown.ts';
import type { Race } from './races.ts';

/** A scenario with its verdict and trace. */
interface Result extends Checked {
  readonly scenario: Scenario;
}

/** What stands above all else where a race is the answer to a question. */
const answers: Readonly<Record<string, (definition: Race['definition']) => readonly string[]>> = {
  'gup-fast-vs-collapse': answer,
};

/** The files of one race: its page, Markdown with an end of line at the end, and the picture that the page shows. */
export function raceFiles(race: Race, models: ReadonlySet<string>): readonly (readonly [string, string])[] {
  const { definition, header } = race;
  const vocabulary = { options: definition.options, models };
  const results = definition.scenarios.map((scenario) => ({
    scenario,
    ...check(definition.build(scenario.options)),
  }));
  const picture = pictureOf(race, results);
  const page = [
    `# ${prose(header.title, vocabulary)}`,
    ...(answers[definition.name]?.(definition) ?? []),
    ...header.paragraphs.map((text) => paragraph(prose(text, vocabulary))),
    fenced(header.drawing),
    ...(picture === null ? [] : [`![${picture.alt}](${picture.file})`]),
    '## In the kernel',
    inTheKernel(race, vocabulary),
    ...exposedCpus(race, vocabulary),
    '## Fixes',
    fixes(race, vocabulary),
    '## Scenarios',
    scenarioTable(results),
    results.map(({ scenario }) => scenarioItem(race, scenario, vocabulary)).join('\n'),
    ...variantSection(race),
    ...results.flatMap(traceSection),
    paragraph(
      `\`npm run docs\` generates this page from the header of [the model](../../models/${race.file}) and a run of its scenarios. sc, tso and pso are [memory models](../guide/memory-models.md): sequential consistency, store buffers as on x86, and store buffers that reorder stores.`,
    ),
  ].join('\n\n');
  const text = `${[page, links(page, models)].join('\n\n').trimEnd()}\n`;
  return [
    [`${definition.name}.md`, text],
    ...(picture === null ? [] : [[picture.file, picture.svg] as const]),
  ];
}

/** The race as a picture: of the first kernel that had it, else of the first scenario with a trace. */
function pictureOf({ definition, broken }: Race, results: readonly Result[]) {
  const names = broken.map(({ scenario }) => scenario.name);
  const traced = results.filter(({ trace }) => trace !== null);
  const shown = traced.find(({ scenario }) => names.includes(scenario.name)) ?? traced[0];
  if (shown === undefined) return null;
  const { scenario, system, outcome, trace } = shown;
  return {
    file: `${definition.name}.svg`,
    alt: `${definition.name}/${scenario.name}, ${headline(outcome)}`,
    svg: `${toSvg(exportedTrace(system, outcome, trace!)).trimEnd()}\n`,
  };
}

function inTheKernel({ header, kernels, broken }: Race, vocabulary: Vocabulary): string {
  const { Source, Broke, CVE, Read, Omitted } = header.fields;
  const fields = Object.entries({ Source, Broke, CVE, Read, Omitted });
  return [
    ...kernels.map((one) =>
      item(`${one.versions}: \`${one.scenario.name}\`${broken.includes(one) ? ', broken' : ''}`),
    ),
    ...fields.flatMap(([name, text]) =>
      text === undefined ? [] : [item(`${name}: ${prose(text, vocabulary)}`)],
    ),
  ].join('\n');
}

const fixes = ({ definition, header }: Race, vocabulary: Vocabulary) =>
  [
    paragraph(prose(header.fields.Fixed!, vocabulary)),
    Object.entries(definition.options)
      .filter(([, { role }]) => role === 'fix')
      .map(([key, { description }]) =>
        item(`${code(`--${optionName(key)}`)}: ${prose(description, vocabulary)}`),
      )
      .join('\n'),
  ].join('\n\n');

function exposedCpus(
  { definition, header, kernels, broken, exposure }: Race,
  vocabulary: Vocabulary,
): readonly string[] {
  if (exposure === null) return [];
  const violated = definition.scenarios.find(({ verdict }) => verdict === 'violated');
  const shown = [
    ...(broken.length > 0 || violated === undefined ? [] : [violated]),
    ...kernels.map(({ scenario }) => scenario),
  ];
  const rows = onMachines(definition, shown);
  return [
    '## Exposed CPUs',
    paragraph(`${prose(header.fields.Exposed!, vocabulary)}: ${exposures[exposure].meaning}.`),
    table(
      ['scenario', ...Object.keys(rows[0]!.machine), ...memoryModelNames],
      rows.map(({ scenario, machine, verdicts }) => [
        code(scenario.name),
        ...Object.values(machine).map(String),
        ...memoryModelNames.map((memory) => verdicts[memory]!),
      ]),
    ),
  ];
}

const scenarioTable = (results: readonly Result[]) =>
  table(
    ['scenario', 'memory', 'verdict', 'steps', 'states', 'transitions'],
    results.map(({ scenario, outcome, trace }) => [
      code(scenario.name),
      String(scenario.options[memoryKey] ?? memoryOption.fallback),
      outcome.verdict,
      trace?.steps.length ?? '',
      outcome.statistics.states,
      outcome.statistics.transitions,
    ]),
  );

function scenarioItem(
  { definition }: Race,
  { name, options, why }: Scenario,
  vocabulary: Vocabulary,
): string {
  const typed = commandLine(definition.options, withoutUsualMemory(options));
  return item(
    `${code(name)}: ${typed === '' ? 'no options' : code(typed)}${why === undefined ? '' : `; ${prose(why, vocabulary)}`}`,
  );
}

/** Above this a table is no reading matter, and takes half a minute to compute. */
const mostVariants = 64;

/** What `racewalk compare MODEL` prints, without its time. */
function variantSection({ definition }: Race): readonly string[] {
  const varied = Object.values(definition.options).filter(({ role }) => role === 'fix' || role === 'machine');
  const given = { [memoryKey]: memoryOption.fallback };
  const variants = varied
    .filter((option) => option !== memoryOption)
    .reduce((product, option) => product * valuesOf(option).length, 1);
  if (variants < 2 || variants > mostVariants) return [];
  const comparison = compare(definition, { vary: null, given }, noLimits);
  const text = renderComparison(comparison, 0, tableWidth).replace(/ checked in 0\.0 s$/m, '');
  return [
    '## Variants',
    paragraph('Every combination of fixes and machines, as `racewalk compare` prints it:'),
    fenced(text),
  ];
}

/** Columns of the table of variants, as of a terminal. */
const tableWidth = 80;

/** The trace, as `racewalk check MODEL/SCENARIO --lkml` prints it. */
function traceSection({ scenario, system, outcome, trace }: Result): readonly string[] {
  if (trace === null) return [];
  return [
    `## ${scenario.name}: ${headline(outcome)}`,
    fenced(changelogText(exportedTrace(system, outcome, trace))),
  ];
}
