/** Which variants of a model have their barriers tried: the smallest repairs, with every barrier that an option offers. */
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
  /** What tells it from the other variants. */
  readonly setting: Choices;
  readonly fixes: Choices;
}

export interface Variants {
  readonly variants: readonly Variant[];
  /** True when some variant was inconclusive, so that a smaller set of repairs may have been missed. */
  readonly undecided: boolean;
}

/**
 * The variants with the smallest sets of repairs that hold when every store is seen at once; those given stay as they are.
 *
 * Options that only add barriers are no repairs here: they are switched on, so that what they add can be tried.
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

/** The options whose values differ in nothing but barriers, each with the value that has most of them. */
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

/** The value of an option with most barriers, or null where values differ in more than barriers, or in nothing. */
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
