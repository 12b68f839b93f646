/** A comparison as text: a table for each setting of the machine, then the smallest sets of repairs. */
import Table from 'cli-table3';
import type { AnyDefinition } from '../checker/language/model.ts';
import type { OptionValue } from '../checker/language/option.ts';
import { offValue, optionName } from '../checker/language/option.ts';
import type { Choices, Comparison, Row, SmallestFixes } from '../checker/search/compare.ts';
import { settingOf } from '../checker/search/compare.ts';
import type { Extremes } from '../checker/search/extreme-paths.ts';

/** Shape:  lines without an end of line at the end. */
export function renderComparison(comparison: Comparison, seconds: number): string {
  const { definition, rows } = comparison;
  const groups = Map.groupBy(rows, (row) => describeChoices(settingOf(definition.options, row.varied)));
  const tables = [...groups].map(([setting, group]) =>
    [...(setting === '' ? [] : [setting]), renderTable(comparison, group)].join('\n'),
  );
  const smallest = comparison.smallest.map((fixes) => renderSmallest(definition, fixes));
  return [header(comparison, seconds), ...tables, legend, ...smallest].join('\n\n');
}

const legend = [
  'trace steps: the shortest trace of the violation. Costs: least-most over all executions.',
  'A set of fixes below was checked, and so was every smaller one, which fails.',
].join('\n');

function header({ definition, rows, fixed }: Comparison, seconds: number): string {
  const kept = describeChoices(fixed);
  return [
    `${definition.name}: ${rows.length} variants checked in ${seconds.toFixed(1)} s`,
    ...(kept === '' ? [] : [`with ${kept}`]),
  ].join('\n');
}

/** `flush=broadcast cpus=1`: options as they are typed, without the dashes. */
const describeChoices = (choices: Choices) =>
  Object.entries(choices)
    .map(([key, value]) => `${optionName(key)}=${onOff(value)}`)
    .join(' ');

const onOff = (value: OptionValue) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

/** Headings break at every word, so that a column is as wide as its longest word or value. */
const heading = (text: string) => text.replaceAll(/[ -]/g, '\n');

const noLines = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

function renderTable({ definition, varied }: Comparison, rows: readonly Row[]): string {
  const fixes = varied.filter((key) => definition.options[key]!.role === 'fix');
  const costs = Object.keys(rows[0]!.costs);
  const titles = [...fixes.map(optionName), 'verdict', 'trace steps', 'states', ...costs];
  const table = new Table({
    head: titles.map(heading),
    colAligns: titles.map((_, at) => (at <= fixes.length ? 'left' : 'right')),
    chars: { ...noLines, middle: ' ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) {
    const counted = costs.map((name) => describeCost(row.costs[name] ?? null));
    table.push([
      ...fixes.map((key) => describeFix(definition, key, row.varied[key]!)),
      row.verdict,
      row.steps ?? '',
      row.states,
      ...counted,
    ]);
  }
  return trimLines(table.toString());
}

const trimLines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');

const describeFix = ({ options }: AnyDefinition, key: string, value: OptionValue) =>
  value === offValue(options[key]!) ? '-' : onOff(value);

const describeCost = (cost: Extremes | null) => {
  if (cost === null) return '?';
  const most = cost.most === Infinity ? 'any' : String(cost.most);
  return cost.least === cost.most ? most : `${cost.least}-${most}`;
};

function renderSmallest(
  definition: AnyDefinition,
  { setting, sets, spoiled, undecided }: SmallestFixes,
): string {
  const where = describeChoices(setting);
  const title = `Smallest sets of fixes that make it safe${where === '' ? '' : `, ${where}`}:`;
  const lines = sets.map((set) => `  ${describeSet(definition, set)}`);
  const none = lines.length === 0 ? ['  none of those tried'] : [];
  const more = spoiled.map((set) => `  ${describeSet(definition, set)}`);
  const warnings = more.length === 0 ? [] : ['More fixes than such a set, and yet unsafe:', ...more];
  const open = undecided ? ['Some variants are inconclusive: a smaller set may have been missed.'] : [];
  return [title, ...lines, ...none, ...warnings, ...open].join('\n');
}

const describeSet = ({ options }: AnyDefinition, set: Choices) => {
  const names = Object.entries(set).map(([key, value]) =>
    options[key]!.kind === 'flag' ? optionName(key) : `${optionName(key)}=${String(value)}`,
  );
  return names.length === 0 ? 'no fix at all: it is safe as it is' : names.join(' + ');
};
