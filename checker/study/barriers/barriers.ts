/** The barriers of a model on trial: of one variant, or of each of its smallest repairs. */
import { memoryKey, memoryOption } from '../../language/memory-name.ts';
import type { AnyDefinition } from '../../language/model.ts';
import type { Choices } from '../compare/compare.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';
import { ablatingBarriers, type Searching, type Ablation } from './ablation.ts';
import { findingVariants, type Variant } from './variants.ts';

export interface AblatedBarriers {
  readonly definition: AnyDefinition;
  readonly variants: readonly { readonly variant: Variant; readonly trial: Ablation }[];
  /** True when a smaller set of repairs may have been missed. */
  readonly undecided: boolean;
}

/** Whether options name one variant, and not only its size and memory. */
export const namesVariant = ({ options }: AnyDefinition, given: Choices): boolean =>
  Object.keys(given).some((key) => key !== memoryKey && !['size', 'bound'].includes(options[key]!.role));

/** Tries the barriers of the variant that is given; where none is, those of all smallest repairs. */
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
