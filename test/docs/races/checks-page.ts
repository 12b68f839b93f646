/** What each check of gup_fast is for: all of them, and all but one, against each of the others and all at once. */
import { check } from '../../../checker/search/check.ts';
import type { Outcome } from '../../../checker/state-space/outcome.ts';
import type { Choices } from '../../../checker/study/compare/compare.ts';
import { optionName, withFallbacks, type OptionValue } from '../../../checker/language/option.ts';
import { headline } from '../../../checker/report/verdict.ts';
import { model } from '../../../models/gup-fast-checks.ts';
import { code, item, links, paragraph, prose, table } from './markdown.ts';

/** Whom gup_fast meets; a list of names is all of them at once. */
const others = {
  collapse: { collapsers: 1 },
  unmap: { zap: true },
  fork: { fork: true },
} as const satisfies Readonly<Record<string, Choices>>;

type Setting = readonly (keyof typeof others)[];

const settings: readonly Setting[] = [
  ['collapse'],
  ['unmap'],
  ['fork'],
  ['collapse', 'unmap'],
  ['collapse', 'fork'],
  ['unmap', 'fork'],
  ['collapse', 'unmap', 'fork'],
];

// Irqs off are no fix of a race: gup_fast never walked without.
const checks = ['irqsOff', ...Object.keys(model.options).filter((key) => model.options[key]!.role === 'fix')];

/** A variant: the checks that are left out, whom gup_fast meets, and how TLBs are flushed. */
interface Variant {
  readonly without: readonly string[];
  readonly setting: Setting;
  readonly flush: string;
}

const outcomes = new Map<string, Outcome>();

function outcomeOf({ without, setting, flush }: Variant): Outcome {
  const options = withFallbacks(model.options, {
    ...{ flush, collapsers: 0, zap: false, fork: false },
    ...Object.fromEntries(setting.flatMap((name) => Object.entries<OptionValue>(others[name]))),
    ...Object.fromEntries(without.map((key) => [key, false])),
  });
  const key = JSON.stringify(options);
  const outcome = outcomes.get(key) ?? check(model.build(options)).outcome;
  outcomes.set(key, outcome);
  return outcome;
}

const verdictOf = (variant: Variant) => outcomeOf(variant).verdict;

/** Where a check is missed: variants that hold with it and are violated without it, with as few others left out as can be. */
function missedIn(lone: string): readonly Variant[] {
  const alone = missedBeside(lone, []);
  return alone.length > 0
    ? alone
    : checks.filter((other) => other !== lone).flatMap((other) => missedBeside(lone, [other]));
}

/** The same with these others left out, against as few opponents as can be. */
function missedBeside(lone: string, also: readonly string[]): readonly Variant[] {
  const missed = settings
    .map((setting) => ({ without: also, setting, flush: 'broadcast' }))
    .filter(
      (variant) =>
        verdictOf(variant) === 'holds' && verdictOf({ ...variant, without: [lone, ...also] }) === 'violated',
    );
  const isPart = (part: Setting, whole: Setting) =>
    part.length < whole.length && part.every((name) => whole.includes(name));
  return missed
    .filter(({ setting }) => !missed.some((other) => isPart(other.setting, setting)))
    .map((variant) => ({ ...variant, without: [lone, ...also] }));
}

const named = (keys: readonly string[]) => keys.map((key) => code(optionName(key))).join(' and ');

function tableFor(flush: string): string {
  const pairs = checks.flatMap((lone) => missedIn(lone)).filter(({ without }) => without.length > 1);
  const rows = [[], ...checks.map((lone) => [lone]), ...pairs.map(({ without }) => without)];
  return table(
    ['left out', ...settings.map((setting) => setting.join(', '))],
    rows.map((without) => [
      without.length === 0 ? 'nothing' : named(without),
      ...settings.map((setting) => {
        const outcome = outcomeOf({ without, setting, flush });
        return 'schedule' in outcome
          ? `${outcome.verdict} ${outcome.schedule.edges.length}`
          : outcome.verdict;
      }),
    ]),
  );
}

function section(lone: string, models: ReadonlySet<string>): string {
  const vocabulary = { options: model.options, models };
  return [
    `### ${optionName(lone)}`,
    paragraph(`${prose(model.options[lone]!.description, vocabulary)}.`),
    missedIn(lone)
      .map((variant) => {
        const { without, setting } = variant;
        const known = model.scenarios.find(({ options }) =>
          checks.every((key) => (options[key] === false) === without.includes(key)),
        );
        const race = known?.why === undefined ? '' : `: ${prose(known.why, vocabulary)}`;
        return item(
          `without ${named(without)}, against ${setting.join(' and ')}: ${headline(outcomeOf(variant))}${race}`,
        );
      })
      .join('\n'),
  ].join('\n\n');
}

/** Shape:  Markdown with an end of line at the end. */
export function checksPage(models: ReadonlySet<string>): string {
  const page = [
    '# What each check is for',
    paragraph(
      'gup_fast runs against khugepaged, MADV_DONTNEED and fork, alone and together: with all its checks, without one of them, and without two where one covers for the other. A cell is the verdict of [a model](gup-fast-checks.md), with the number of steps of the shortest race.',
    ),
    paragraph(
      '"holds" is a verdict about the model: a check that is not needed here may be needed in the kernel. The page of the model lists what the model omits.',
    ),
    '## CPUs whose TLB flush is a broadcast',
    tableFor('broadcast'),
    '## CPUs whose TLB flush is an IPI',
    tableFor('ipi'),
    '## Check by check',
    ...checks.map((lone) => section(lone, models)),
  ].join('\n\n');
  return `${[page, '`npm run docs` generates this page.', links(page, models)].join('\n\n')}\n`;
}
