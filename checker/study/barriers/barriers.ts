/** The barriers of a model on trial: of one variant, or of each of its smallest repairs. */
import { memoryKey, memoryOption } from '../../language/memory-name.ts';
import type { AnyDefinition } from '../../language/model.ts';
import type { Choices } from '../compare/compare.ts';
import type { Steps } from '../../state-space/cooperative.ts';
import { tryingBarriers, type Searching, type Trial } from './ablation.ts';
import { findingVariants, type Variant } from './variants.ts';

export interface OnTrial {
  readonly definition: AnyDefinition;
  readonly variants: readonly { readonly variant: Variant; readonly trial: Trial }[];
  /** True when a smaller set of repairs may have been missed. */
  readonly undecided: boolean;
}

/** Whether options name one variant, and not only its size and memory. */
export const namesVariant = ({ options }: AnyDefinition, given: Choices): boolean =>
  Object.keys(given).some((key) => key !== memoryKey && !['size', 'bound'].includes(options[key]!.role));

/** Tries the barriers of the variant that is given; where none is, those of all smallest repairs. */
export function* puttingOnTrial(
  definition: AnyDefinition,
  given: Choices,
  searching: Searching,
): Steps<OnTrial> {
  const { variants, undecided } = namesVariant(definition, given)
    ? {
        variants: [{ options: { ...given, [memoryKey]: memoryOption.fallback }, setting: {}, fixes: {} }],
        undecided: false,
      }
    : yield* findingVariants(definition, given, searching);
  const tried: OnTrial['variants'][number][] = [];
  for (const variant of variants) {
    const model = definition.build({ ...variant.options, [memoryKey]: memoryOption.fallback });
    tried.push({ variant, trial: yield* tryingBarriers(model, searching) });
  }
  return { definition, variants: tried, undecided };
}
