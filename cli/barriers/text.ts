/** The result of `barriers` as text: one variant barrier by barrier, or the needs of each smallest set of fixes. */
import { tableText } from '../terminal/table.ts';
import type { Barrier } from '../../checker/study/barriers/barrier.ts';
import type { AblatedBarriers } from '../../checker/study/barriers/barriers.ts';
import type { Sufficient, Ablation, Tried } from '../../checker/study/barriers/ablation.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import {
  commandLines,
  optionWords,
  quotedPath,
  withoutUsualMemory,
} from '../../checker/report/options-text.ts';
import { wrap } from '../../checker/report/wrap.ts';
import { describeChoices, describeSet } from '../compare/choices.ts';

interface Page {
  /** The model argument. */
  readonly typed: string;
  readonly seconds: number;
  /** In characters. */
  readonly width: number;
}

/** Shape:  lines of at most `width` characters, unless a word is longer; no final newline. */
export const renderBarriers = (result: AblatedBarriers, page: Page): string =>
  (result.variants.length === 1 ? oneVariant(result, page) : allRepairs(result, page)).join('\n\n');

const oneTitle = 'the verdict without each barrier';

function oneVariant(result: AblatedBarriers, page: Page): readonly string[] {
  const { variant, trial } = result.variants[0]!;
  return [
    heading(result, oneTitle, variant.options, page),
    table(trial, page.width),
    legend(trial, page.width),
    ['Smallest sets of barriers that make it safe:', ...needs(trial.sufficient, page.width)].join('\n'),
    ...undecided([trial], page.width),
    ...openEnds(result, page),
  ].filter((section) => section !== '');
}

function allRepairs(result: AblatedBarriers, page: Page): readonly string[] {
  const { definition, variants } = result;
  const common = Object.entries(variants[0]!.variant.options).filter(([key, value]) =>
    variants.every(({ variant }) => !(key in variant.setting) && variant.options[key] === value),
  );
  const blocks = variants.map(({ variant, trial }) => {
    const repair = describeSet(definition, variant.fixes);
    const setting = describeChoices(variant.setting);
    const title = [...(setting === '' ? [] : [setting]), repair].join(': ');
    return [...wrap(title, page.width, 2), ...needs(trial.sufficient, page.width)].join('\n');
  });
  const example = variants.findLast(({ variant }) => Object.keys(variant.fixes).length > 0) ?? variants[0]!;
  const options = optionWords(definition.options, example.variant.options);
  const typed = ['One barrier at a time: racewalk barriers', quotedPath(page.typed), ...options];
  const notes =
    'Each block is a smallest set of fixes that holds under sc. Every smaller set of barriers was tried and fails.';
  return [
    heading(
      result,
      'barriers that each set of fixes needs, by memory model',
      Object.fromEntries(common),
      page,
    ),
    ...blocks,
    [...wrap(notes, page.width), ...commandLines(typed, page.width)].join('\n'),
    ...undecided(
      variants.map(({ trial }) => trial),
      page.width,
    ),
    ...openEnds(result, page),
  ];
}

function heading({ definition }: AblatedBarriers, what: string, chosen: Choices, { width }: Page): string {
  const told = withoutUsualMemory(withFallbacks(definition.options, chosen));
  const settled = Object.fromEntries(
    Object.entries(told).filter(([key]) => key in chosen || what === oneTitle),
  );
  const options = describeChoices(settled);
  return [
    ...wrap(`${definition.name}: ${what}`, width, 2),
    ...(options === '' ? [] : wrap(`with ${options}`, width, 5)),
  ].join('\n');
}

const columnWidth = 10;

/** One row for each barrier: the verdict without it. */
function table({ barriers, sufficient }: Ablation, width: number): string {
  const shown = barriers.filter((one) => !isIdleEverywhere(one));
  const labels = shown.map(({ barrier }) => labelOf(barrier).length);
  const left = Math.min(Math.max(16, ...labels), width - columnWidth * sufficient.length);
  const row = (label: string, verdicts: readonly string[]) => [
    wrap(label, left, 8).join('\n').padEnd(left),
    ...verdicts.map((word) => word.padEnd(columnWidth - 2)),
  ];
  const threads = [...Map.groupBy(shown, ({ barrier }) => barrier.thread)];
  const rows = [
    row(
      '',
      sufficient.map(({ memory }) => memory),
    ),
    row(
      'with all barriers',
      sufficient.map(({ whole }) => wordOf(whole)),
    ),
    ...threads.flatMap(([thread, own]) => [
      [{ content: `without, in ${thread}:`, colSpan: 1 + sufficient.length }],
      ...own.map(({ barrier, without }) =>
        row(
          labelOf(barrier),
          without.map((tried) => (tried.idle ? '.' : wordOf(tried))),
        ),
      ),
    ]),
  ];
  return tableText(rows, { gap: '  ' });
}

const labelOf = (barrier: Barrier) => `${String(barrier.line).padStart(4)}  ${called(barrier)}`;

const wordOf = ({ verdict }: Tried) => (verdict === 'inconclusive' ? '?' : verdict);

/** Why trials are inconclusive. */
function undecided(trials: readonly Ablation[], width: number): readonly string[] {
  const tried = trials.flatMap(({ barriers, sufficient }) => [
    ...sufficient.map(({ whole }) => whole),
    ...barriers.flatMap(({ without }) => without),
  ]);
  const reasons = new Set(tried.flatMap(({ reason }) => reason ?? []));
  return [...reasons].map((reason) => wrap(`Not decided: ${reason}`, width).join('\n'));
}

/** A read-modify-write whose implied barrier has no effect under any memory model of the table. */
const isIdleEverywhere = ({ barrier, without }: Ablation['barriers'][number]) =>
  barrier.kind === 'implied' && without.every(({ idle }) => idle);

/** A barrier with what it is. */
export function called({ kind, text, ordering }: Barrier): string {
  switch (kind) {
    case 'barrier':
      return text;
    case 'recheck':
      return `recheck: if (${text})`;
    case 'ordering':
    case 'implied':
      return `${ordering}: ${text}`;
  }
}

function legend({ barriers }: Ablation, width: number): string {
  const words = barriers.flatMap(({ without }) => without);
  const hidden = barriers.filter(isIdleEverywhere).length;
  const notes = [
    ...(words.some(({ idle }) => idle) ? ['.: no effect under this memory model.'] : []),
    ...(words.some(({ verdict }) => verdict === 'inconclusive') ? ['?: not decided.'] : []),
    ...(hidden > 0
      ? [`Not shown: ${hidden} read-modify-writes, which are full barriers under all these memory models.`]
      : []),
  ];
  return notes.length === 0 ? '' : wrap(notes.join(' '), width).join('\n');
}

/** The sufficient sets; memory models with the same needs share a line. */
function needs(sufficient: readonly Sufficient[], width: number): readonly string[] {
  const groups = [...Map.groupBy(sufficient, needOf)];
  const names = groups.map(([, same]) => same.map(({ memory }) => memory).join(', '));
  const longest = Math.max(...names.map((name) => name.length));
  return groups.flatMap(([need], at) => wrap(`  ${names[at]!.padEnd(longest)}  ${need}`, width, longest + 6));
}

function needOf({ whole, sets, undecided }: Sufficient): string {
  const open = undecided ? [sets.length === 0 ? 'not decided' : 'other sets were not decided'] : [];
  if (sets.length === 0) return open[0] ?? `${whole.verdict} with all barriers`;
  const told = sets.map((set) => (set.length === 0 ? 'no barrier' : set.map(placed).join(' and ')));
  return [...told, ...open].join('; or ');
}

const placed = (barrier: Barrier) => `${called(barrier)} (${barrier.thread}, line ${barrier.line})`;

function openEnds({ undecided, variants }: AblatedBarriers, { seconds, width }: Page): readonly string[] {
  const kept = variants.flatMap(({ trial }) =>
    trial.barriers.filter(({ barrier }) => barrier.kind === 'barrier' && !barrier.onlyOrders),
  );
  return [
    ...(undecided ? ['Some variants are inconclusive: a smaller set of fixes may exist.'] : []),
    ...(kept.length > 0
      ? ['Rechecks are part of every set, because they also decide what a thread does next (docs/soundness).']
      : []),
    `tried in ${seconds.toFixed(1)} s`,
  ].map((text) => wrap(text, width).join('\n'));
}
