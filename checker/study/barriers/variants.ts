/** The variants whose barriers are tried: the smallest sets of fixes, with all optional barriers. */
import { memoryKey, memoryOption } from '../../language/memory-name.ts';
import type { AnyDefinition, Model } from '../../language/model.ts';
import { offValue, valuesOf, type OptionValue } from '../../language/option.ts';
import {
  combinations,
  comparing,
  defaultVaried,
  type Choices,
  type SmallestFixes,
} from '../compare/compare.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { SearchSettings } from '../../search/settings.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { barriersOf } from './barrier.ts';
import { meaningOf } from './model-identity.ts';

export interface Variant {
  readonly options: Choices;
  /** Options in which it differs from the other variants. */
  readonly setting: Choices;
  readonly fixes: Choices;
}

export interface Variants {
  readonly variants: readonly Variant[];
  /** True: some variant is inconclusive, so that a smaller set of fixes may exist. */
  readonly undecided: boolean;
}

/**
 * The variants with a smallest set of fixes that holds under sc; the given options stay fixed.
 *
 * Options that only add barriers do not count as fixes: they are enabled, so that their barriers can be tried.
 */
export function* findingVariants(
  definition: AnyDefinition,
  given: Choices,
  { limits, settings }: { readonly limits: Limits; readonly settings: SearchSettings },
): Cooperative<Variants> {
  const usual = { ...given, [memoryKey]: memoryOption.fallback };
  const fixed = { ...usual, ...(yield* barrierOptions(definition, usual)) };
  const { smallest } = yield* comparing(
    definition,
    { vary: null, given: fixed, settings, costs: false },
    limits,
  );
  const found = smallest.flatMap(({ setting, sets }) =>
    sets.map((fixes) => variantOf(definition, fixed, { setting, fixes })),
  );
  return {
    variants: found.length > 0 ? found : [{ options: fixed, setting: {}, fixes: {} }],
    undecided: smallest.some(({ undecided }) => undecided),
  };
}

function variantOf(
  { options }: AnyDefinition,
  fixed: Choices,
  { setting, fixes }: Pick<SmallestFixes, 'setting'> & { readonly fixes: Choices },
): Variant {
  const off = Object.entries(options)
    .filter(([key, { role }]) => role === 'fix' && !(key in fixed))
    .map(([key, option]): [string, OptionValue] => [key, offValue(option)]);
  return { options: { ...Object.fromEntries(off), ...fixed, ...setting, ...fixes }, setting, fixes };
}

/** The options whose values differ only in barriers, each with the value that has most of them. */
function* barrierOptions(definition: AnyDefinition, given: Choices): Cooperative<Choices> {
  const { options } = definition;
  const varied = defaultVaried(options).filter((key) => !(key in given));
  const found: Record<string, OptionValue> = {};
  for (const [key, { role, kind }] of Object.entries(options)) {
    if (key in given || kind === 'integer' || (role !== 'fix' && role !== 'variant')) continue;
    const best = yield* mostBarriers(
      definition,
      key,
      combinations(
        options,
        varied.filter((other) => other !== key),
      ).map((others) => ({ ...given, ...others })),
    );
    if (best !== null) found[key] = best;
  }
  return found;
}

/** The value of an option with most barriers; null: values differ in more than barriers, or not at all. */
function* mostBarriers(
  definition: AnyDefinition,
  key: string,
  settings: readonly Choices[],
): Cooperative<OptionValue | null> {
  let best: OptionValue | null = null;
  for (const setting of settings) {
    const models = valuesOf(definition.options[key]!).map((value) => ({
      value,
      model: definition.build({ ...setting, [key]: value }),
    }));
    if (new Set(models.map(({ model }) => meaningOf(model))).size > 1) return null;
    const counts = models.map(({ value, model }) => ({ value, count: numberOf(model) }));
    const most = counts.reduce((a, b) => (b.count > a.count ? b : a));
    if (counts.some(({ count }) => count < most.count)) best = most.value;
    yield;
  }
  return best;
}

const numberOf = (model: Model) =>
  barriersOf(model).filter(({ kind }) => kind === 'barrier' || kind === 'ordering').length;
