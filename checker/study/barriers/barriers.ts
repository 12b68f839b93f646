/** Barrier ablation of one variant, or of the variants with a smallest set of fixes. */
import { memoryKey, memoryOption, type MemoryModelName } from '../../language/memory-name.ts';
import type { AnyDefinition } from '../../language/model.ts';
import type { Choices } from '../compare/compare.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { SearchSettings } from '../../search/settings.ts';
import type { Study, Sweep } from '../study.ts';
import { ablatingUnder, ablationOf, type Ablation, type MemoryAblation } from './ablation.ts';
import { findingVariants, type Variant, type Variants } from './variants.ts';

export interface AblatedBarriers {
  readonly definition: AnyDefinition;
  readonly variants: readonly { readonly variant: Variant; readonly trial: Ablation }[];
  /** True: a smaller set of fixes may exist. */
  readonly undecided: boolean;
}

/** Whether options select a variant, not only its size and memory model. */
export const namesVariant = ({ options }: AnyDefinition, given: Choices): boolean =>
  Object.keys(given).some((key) => key !== memoryKey && !['size', 'bound'].includes(options[key]!.role));

export interface Trying {
  /** Whether `given` is the variant to try, although it is that of the defaults; such as a scenario. */
  readonly isNamed?: boolean;
  readonly memories: readonly MemoryModelName[];
  readonly settings: SearchSettings;
}

/** Tries the barriers of the given variant; without one, those of all smallest sets of fixes. */
export const barrierStudy = (
  definition: AnyDefinition,
  given: Choices,
  trying: Trying,
): Study<Variants, MemoryAblation, AblatedBarriers> => ({
  prepare: (limits) => findingAblated(definition, given, trying, limits),
  sweep: (variants) => ablationsOf(definition, variants, trying),
});

/** The variants whose barriers are tried. */
function* findingAblated(
  definition: AnyDefinition,
  given: Choices,
  { settings, isNamed = namesVariant(definition, given) }: Trying,
  limits: Limits,
): Cooperative<Variants> {
  if (!isNamed) return yield* findingVariants(definition, given, { limits, settings });
  const options = { ...given, [memoryKey]: memoryOption.fallback };
  return { variants: [{ options, setting: {}, fixes: {} }], undecided: false };
}

/** The trials as jobs, one for each variant and memory model. */
function ablationsOf(
  definition: AnyDefinition,
  { variants, undecided }: Variants,
  { memories, settings }: Trying,
): Sweep<MemoryAblation, AblatedBarriers> {
  const modelOf = ({ options }: Variant) =>
    definition.build({ ...options, [memoryKey]: memoryOption.fallback });
  return {
    jobs: variants.flatMap((variant, at) =>
      memories.map((memory) => ({
        name: `variant ${at + 1}, ${memory}`,
        run: (limits: Limits) => ablatingUnder(modelOf(variant), memory, limits, settings),
      })),
    ),
    assembled: (results) => ({
      definition,
      variants: variants.map((variant, at) => {
        const own = results.slice(at * memories.length, (at + 1) * memories.length);
        return { variant, trial: ablationOf(modelOf(variant), own) };
      }),
      undecided,
    }),
  };
}
