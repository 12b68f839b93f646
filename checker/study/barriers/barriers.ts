/** Barrier ablation of one variant, or of the variants with a smallest set of fixes. */
import { memoryKey, memoryOption } from '../../language/memory-name.ts';
import type { AnyDefinition } from '../../language/model.ts';
import type { Choices } from '../compare/compare.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { ablatingBarriers, type Searching, type Ablation } from './ablation.ts';
import { findingVariants, type Variant } from './variants.ts';

export interface AblatedBarriers {
  readonly definition: AnyDefinition;
  readonly variants: readonly { readonly variant: Variant; readonly trial: Ablation }[];
  /** True: a smaller set of fixes may exist. */
  readonly undecided: boolean;
}

/** Whether options select a variant, not only its size and memory model. */
export const namesVariant = ({ options }: AnyDefinition, given: Choices): boolean =>
  Object.keys(given).some((key) => key !== memoryKey && !['size', 'bound'].includes(options[key]!.role));

/** Tries the barriers of the given variant; without one, those of all smallest sets of fixes. */
export function* checkingBarriers(
  definition: AnyDefinition,
  given: Choices,
  searching: Searching,
): Cooperative<AblatedBarriers> {
  const { variants, undecided } = namesVariant(definition, given)
    ? {
        variants: [{ options: { ...given, [memoryKey]: memoryOption.fallback }, setting: {}, fixes: {} }],
        undecided: false,
      }
    : yield* findingVariants(definition, given, searching);
  const tried: AblatedBarriers['variants'][number][] = [];
  for (const variant of variants) {
    const model = definition.build({ ...variant.options, [memoryKey]: memoryOption.fallback });
    tried.push({ variant, trial: yield* ablatingBarriers(model, searching) });
  }
  return { definition, variants: tried, undecided };
}
