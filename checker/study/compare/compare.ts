/**
 * Compares variants of a model: every combination of some options, and the smallest sets of fixes that make it safe.
 */
import type { AnyDefinition, Model, Verdict } from '../../language/model.ts';
import { ModelError } from '../../language/model-error.ts';
import {
  countOfValues,
  eitherOf,
  offValue,
  optionName,
  valuesOf,
  withFallbacks,
  type Options,
  type OptionValue,
} from '../../language/option.ts';
import { checking, type Checked } from '../../search/check.ts';
import { defaultSettings, type SearchSettings } from '../../search/settings.ts';
import { countingCosts, type Costs } from './costs.ts';
import type { Limits } from '../../state-space/outcome.ts';
import { finish, type Cooperative } from '../../state-space/cooperative.ts';
import { sweeping, type Sweep } from '../study.ts';

export type Choices = Readonly<Record<string, OptionValue>>;

/** One variant: plain data. */
export interface Row {
  /** The varied options only. */
  readonly varied: Choices;
  readonly options: Choices;
  readonly verdict: Verdict | 'error';
  /** Steps of the trace; null: none. */
  readonly steps: number | null;
  /** Whether no trace is known to be shorter; true without a trace. */
  readonly minimal: boolean;
  readonly states: number;
  readonly transitions: number;
  /** Why it is inconclusive; null: it is decided. */
  readonly reason: string | null;
  readonly costs: Costs;
}

/** The smallest sets of fixes for one setting of the other varied options. */
export interface SmallestFixes {
  readonly setting: Choices;
  /** Sets of fixes that hold, of which every proper subset was checked and fails. */
  readonly sets: readonly Choices[];
  /** Unsafe supersets of a smallest set. */
  readonly spoiled: readonly Choices[];
  /** True: some variant is inconclusive, so that a smaller set may exist. */
  readonly undecided: boolean;
}

export interface Comparison {
  readonly definition: AnyDefinition;
  readonly varied: readonly string[];
  readonly fixed: Choices;
  readonly rows: readonly Row[];
  readonly smallest: readonly SmallestFixes[];
}

/** Limit on the states for counting costs. */
const costedStates = 50_000;

/**
 * Checks every combination of the varied options; the others keep the value given, or their fallback.
 *
 * Throws  ModelError for options that are unknown, or both varied and given, and for an invalid model.
 */
export function compare(definition: AnyDefinition, choice: VariantChoice, limits: Limits): Comparison {
  return finish(comparing(definition, choice, limits));
}

/** The options to vary (null: all machine options and fixes), and values of others. */
export interface VariantChoice {
  readonly vary: readonly string[] | null;
  readonly given: Choices;
  readonly settings?: SearchSettings;
  /** Whether costs are counted, which takes longer than the checks. */
  readonly costs?: boolean;
}

/** The comparison, yielding regularly. */
export const comparing = (
  definition: AnyDefinition,
  choice: VariantChoice,
  limits: Limits,
): Cooperative<Comparison> => sweeping(comparisonOf(definition, choice), limits);

/**
 * The comparison as jobs, one for each variant.
 *
 * Throws  as `compare`.
 */
export function comparisonOf(
  definition: AnyDefinition,
  { vary, given, settings = defaultSettings, costs: counted = true }: VariantChoice,
): Sweep<Row, Comparison> {
  const { options } = definition;
  const varied = variedBy(options, { vary, given });
  const fixed = Object.fromEntries(
    Object.entries(withFallbacks(options, given)).filter(([key]) => !varied.includes(key)),
  );
  return {
    jobs: combinations(options, varied).map((choices) => ({
      name: nameOf(choices),
      *run(limits) {
        const all = withFallbacks(options, { ...given, ...choices });
        const { row } = yield* checkingRow(definition.build(all), all, { counted, settings }, limits);
        return { ...row, varied: choices };
      },
    })),
    assembled: (rows) => ({
      definition,
      varied,
      fixed,
      rows,
      smallest: smallestFixes(options, varied, rows),
    }),
  };
}

export interface CheckedRow {
  readonly row: Omit<Row, 'varied'>;
  readonly checked: Checked;
}

/** Checks one variant, and counts its costs. */
export function* checkingRow(
  model: Model,
  options: Choices,
  { counted, settings }: { readonly counted: boolean; readonly settings: SearchSettings },
  limits: Limits,
): Cooperative<CheckedRow> {
  const checked = yield* checking(counted ? model : { ...model, costs: [] }, limits, settings);
  const costs = yield* countingCosts(checked.system, costedStates, limits);
  return { row: rowOf(options, checked.outcome, costs), checked };
}

const nameOf = (choices: Choices): string =>
  Object.entries(choices)
    .map(([key, value]) => `${optionName(key)}=${value}`)
    .join(' ');

/** The options of all variants of a comparison, in its order; throws like the comparison. */
export function variantsOf(options: Options, choice: VariantChoice): readonly Choices[] {
  return combinations(options, variedBy(options, choice)).map((choices) =>
    withFallbacks(options, { ...choice.given, ...choices }),
  );
}

function variedBy(options: Options, { vary, given }: VariantChoice): readonly string[] {
  const varied = vary ?? defaultVaried(options).filter((key) => !(key in given));
  for (const key of varied) {
    if (options[key] === undefined)
      throw new ModelError(`unknown option '${key}' to vary: expected ${eitherOf(Object.keys(options))}`);
    if (key in given) throw new ModelError(`option '${key}' is both varied and given a value`);
  }
  return varied;
}

export const defaultVaried = (options: Options) =>
  Object.keys(options).filter((key) => options[key]!.role === 'machine' || options[key]!.role === 'fix');

/** The most variants that are compared. */
const mostVariants = 16_384;

/**
 * All combinations, by setting of the other options, then from no fixes to all.
 *
 * Throws  ModelError if there are too many.
 */
export function combinations(options: Options, varied: readonly string[]): readonly Choices[] {
  const variants = varied.reduce((product, key) => product * countOfValues(options[key]!), 1);
  if (variants > mostVariants)
    throw new ModelError(
      `too many variants: ${varied.map(optionName).join(', ')} have ${variants} combinations, at most ${mostVariants} are compared; ` +
        'set some of these options, or name fewer with --vary',
    );
  const all = varied.reduce<readonly Choices[]>(
    (some, key) =>
      some.flatMap((choices) => valuesOf(options[key]!).map((value) => ({ ...choices, [key]: value }))),
    [{}],
  );
  const setting = (choices: Choices) => JSON.stringify(settingOf(options, choices));
  const settings = [...new Set(all.map(setting))];
  return settings.flatMap((one) =>
    all
      .filter((choices) => setting(choices) === one)
      .sort((a, b) => count(fixesOf(options, a)) - count(fixesOf(options, b))),
  );
}

const count = (choices: Choices) => Object.keys(choices).length;

function rowOf(options: Choices, outcome: Checked['outcome'], costs: Costs): CheckedRow['row'] {
  const { states, transitions } = outcome.statistics;
  return {
    options,
    verdict: outcome.verdict,
    steps: 'schedule' in outcome ? outcome.schedule.edges.length : null,
    minimal: !('minimal' in outcome) || outcome.minimal,
    states,
    transitions,
    reason: outcome.verdict === 'inconclusive' ? outcome.reason : null,
    costs,
  };
}

/** The enabled fixes of a row. */
export const fixesOf = (options: Options, choices: Choices): Choices =>
  Object.fromEntries(
    Object.entries(choices).filter(
      ([key, value]) => options[key]!.role === 'fix' && value !== offValue(options[key]!),
    ),
  );

/** The varied options of a row that are not fixes. */
export const settingOf = (options: Options, choices: Choices): Choices =>
  Object.fromEntries(Object.entries(choices).filter(([key]) => options[key]!.role !== 'fix'));

function smallestFixes(
  options: Options,
  varied: readonly string[],
  rows: readonly Row[],
): readonly SmallestFixes[] {
  if (!varied.some((key) => options[key]!.role === 'fix')) return [];
  return [...Map.groupBy(rows, (row) => JSON.stringify(settingOf(options, row.varied))).values()].map(
    (group) => {
      const all = group.map((row) => ({ fixes: fixesOf(options, row.varied), verdict: row.verdict }));
      const safe = all.filter(({ verdict }) => verdict === 'holds').map(({ fixes }) => fixes);
      const sets = safe.filter((fixes) => !safe.some((other) => isSmaller(other, fixes)));
      const spoiled = all.filter(
        ({ fixes, verdict }) => isUnsafe(verdict) && sets.some((set) => isSmaller(set, fixes)),
      );
      return {
        setting: settingOf(options, group[0]!.varied),
        sets,
        spoiled: spoiled.map(({ fixes }) => fixes),
        undecided: all.some(({ verdict }) => verdict === 'inconclusive'),
      };
    },
  );
}

const isUnsafe = (verdict: Row['verdict']) =>
  verdict === 'violated' || verdict === 'deadlock' || verdict === 'livelock';

/** Whether `smaller` is a proper subset of `larger`. */
const isSmaller = (smaller: Choices, larger: Choices) =>
  count(smaller) < count(larger) && Object.entries(smaller).every(([key, value]) => larger[key] === value);
