/** The result of `barriers` as JSON. */
import type { Barrier } from '../../checker/study/barriers/barrier.ts';
import type { AblatedBarriers } from '../../checker/study/barriers/barriers.ts';
import type { Sufficient, Tried } from '../../checker/study/barriers/ablation.ts';
import { withFallbacks } from '../../checker/language/option.ts';
import { withoutUsualMemory } from '../../checker/report/options-text.ts';
import type { BarriersResult } from './schema.ts';

type VariantResult = BarriersResult['variants'][number];

export const barriersJson = (
  { definition, variants, undecided }: AblatedBarriers,
  seconds: number,
): BarriersResult => ({
  kind: 'barriers',
  model: definition.name,
  variants: variants.map(({ variant, trial }): VariantResult => {
    const options = withoutUsualMemory(withFallbacks(definition.options, variant.options));
    const memoryOf = (at: number) => trial.sufficient[at]!.memory;
    return {
      options,
      repairs: variant.fixes,
      whole: trial.sufficient.map(({ memory, whole }) => triedJson(memory, whole)),
      trials: trial.barriers.map(({ barrier, without }) => ({
        barrier: barrierJson(barrier),
        inSets: barrier.onlyOrders,
        without: without.map((tried, at) => ({ ...triedJson(memoryOf(at), tried), idle: tried.idle })),
      })),
      smallest: trial.sufficient.map(smallestJson),
    };
  }),
  undecided,
  seconds,
});

const smallestJson = ({ memory, sets, undecided }: Sufficient) => ({
  memory,
  sets: sets.map((set) => set.map(barrierJson)),
  undecided,
});

const triedJson = (memory: string, { verdict, states, steps, reason }: Tried) => ({
  memory,
  verdict,
  states,
  steps,
  reason,
});

export const barrierJson = ({ kind, thread, line, text, ordering }: Barrier) => ({
  kind,
  thread,
  line,
  text,
  ordering,
});
