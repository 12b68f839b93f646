/** A comparison as text: a table for each setting of the machine, then the smallest sets of fixes. */
import { tableText } from '../terminal/table.ts';
import { describeChoices, describeSet, describeValue } from './choices.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { optionName } from '../../checker/language/option.ts';
import {
  settingOf,
  type Comparison,
  type Row,
  type SmallestFixes,
} from '../../checker/study/compare/compare.ts';
import type { Extremes } from '../../checker/study/compare/path-costs.ts';
import { withoutUsualMemory } from '../../checker/report/options-text.ts';
import { anyColumn, anySentences, type AnyNumbers } from './any-cpus.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** Shape:  lines of at most `width` characters, unless a word is longer; no final newline. */
export function renderComparison(
  comparison: Comparison & { readonly any?: AnyNumbers | null },
  seconds: number,
  width: number,
): string {
  const { definition, rows, varied, smallest, any = null } = comparison;
  const fixes = varied.filter((key) => definition.options[key]!.role === 'fix');
  // Without fixes, one table shows all varied options.
  const columns = fixes.length === 0 ? varied : fixes;
  const groups = Map.groupBy(rows, ({ varied: choices }) =>
    fixes.length === 0 ? '' : describeChoices(settingOf(definition.options, choices)),
  );
  const tables = [...groups].map(([setting, group]) =>
    [...(setting === '' ? [] : [setting]), renderTable(definition, { columns, any }, group)].join('\n'),
  );
  const legend = wrap(legendOf(comparison).join(' '), width).join('\n');
  const sets = smallest.map((each) => renderSmallest(definition, each));
  const proofs = any === null ? [] : anySentences(comparison, any, width);
  const reasons = rows.flatMap(({ reason }) => reason ?? []);
  const undecided = [...new Set(reasons)].map((reason) => wrap(`Not decided: ${reason}`, width).join('\n'));
  return [header(comparison, seconds, width), ...tables, legend, ...undecided, ...sets, ...proofs]
    .filter((section) => section !== '')
    .join('\n\n');
}

/** The meanings of the signs in the tables. */
function legendOf({ rows, smallest }: Comparison): readonly string[] {
  const steps = rows.map(describeSteps);
  const costs = rows.flatMap((row) => Object.keys(rows[0]!.costs).map((name) => row.costs[name] ?? null));
  const told = costs.map(describeCost);
  const says = (sign: boolean, text: string) => (sign ? [text] : []);
  const perhaps = steps.some((text) => String(text).startsWith('<=')) ? ' (<=: a shorter one may exist)' : '';
  return [
    ...says(
      steps.some((text) => text !== ''),
      `trace steps: length of the shortest trace${perhaps}.`,
    ),
    ...says(
      told.some((text) => text !== '?'),
      `Costs are minima and maxima over all executions${told.some((text) => text.includes('-')) ? ' (least-most)' : ''}.`,
    ),
    ...says(
      told.some((text) => text.includes('any')),
      'any: a loop repeats it without bound.',
    ),
    ...says(told.includes('?'), '?: not counted: no execution gets there, or there are too many states.'),
    ...says(told.includes('?'), '?: not counted (no execution reaches it, too many states, or arm64).'),
    ...says(
      smallest.some(({ sets }) => sets.some((set) => Object.keys(set).length > 0)),
      'Every proper subset of each smallest set was checked and fails.',
    ),
  ];
}

function header({ definition, rows, fixed }: Comparison, seconds: number, width: number): string {
  const kept = describeChoices(withoutUsualMemory(fixed));
  return [
    `${definition.name}: ${rows.length} ${rows.length === 1 ? 'variant' : 'variants'} checked in ${seconds.toFixed(1)} s`,
    ...(kept === '' ? [] : wrap(`with ${kept}`, width, 5)),
  ].join('\n');
}

/** Headings break at every word, so that a column is as wide as its longest word or value. */
export const heading = (text: string) => text.replaceAll(/[ -]/g, '\n');

interface Columns {
  readonly columns: readonly string[];
  readonly any: AnyNumbers | null;
}

function renderTable(
  definition: AnyDefinition,
  { columns: varied, any }: Columns,
  rows: readonly Row[],
): string {
  const costs = Object.keys(rows[0]!.costs);
  // Only if every row that holds was to be proved.
  const told = any !== null && rows.every((row) => row.verdict !== 'holds' || any.has(row)) ? any : null;
  const proofs = told === null ? [] : ['any number'];
  const titles = [...varied.map(optionName), 'verdict', ...proofs, 'trace steps', 'states', ...costs];
  const cells = rows.map((row) => [
    ...varied.map((key) => describeValue(definition, key, row.varied[key]!)),
    row.verdict,
    ...(told === null ? [] : [anyColumn(row, told)]),
    describeSteps(row),
    row.states,
    ...costs.map((name) => describeCost(row.costs[name] ?? null)),
  ]);
  return tableText(cells, {
    head: titles.map(heading),
    aligns: titles.map((_, at) => (at <= varied.length + proofs.length ? 'left' : 'right')),
    gap: ' ',
  });
}

/** The length of a trace; `<=`: a shorter one may exist. */
export const describeSteps = ({ steps, minimal }: Pick<Row, 'steps' | 'minimal'>) =>
  minimal ? (steps ?? '') : `<=${steps}`;

/** A cost, or its least and most; `?`: not counted. */
export const describeCost = (cost: Extremes | null) => {
  if (cost === null) return '?';
  const most = String(cost.most ?? 'any');
  return cost.least === cost.most ? most : `${cost.least}-${most}`;
};

function renderSmallest(
  definition: AnyDefinition,
  { setting, sets, spoiled, undecided }: SmallestFixes,
): string {
  const where = describeChoices(setting);
  const title = `Smallest sets of fixes that make it safe${where === '' ? '' : `, ${where}`}:`;
  const lines = sets.map((set) => `  ${describeSet(definition, set)}`);
  const none = lines.length === 0 ? ['  none of the sets that were tried'] : [];
  const more = spoiled.map((set) => `  ${describeSet(definition, set)}`);
  const warnings = more.length === 0 ? [] : ['Unsafe supersets of a safe set:', ...more];
  const open = undecided ? ['Some variants are inconclusive: a smaller set may exist.'] : [];
  return [title, ...lines, ...none, ...warnings, ...open].join('\n');
}
