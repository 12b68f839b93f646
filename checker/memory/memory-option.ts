/** The memory model, and its bounds, as options of a model like any other. */
import {
  acquireOption,
  everyModelsOptions,
  memoryKey,
  memoryOption,
  type AcquireName,
  type MemoryModelName,
} from '../language/memory-name.ts';
import type { AnyDefinition } from '../language/model.ts';
import type { OptionValue } from '../language/option.ts';
import { defaultSettings, memoryModels } from './memory-models.ts';

/**
 * The definition with the options of every model: what build returns is rewritten by the memory model within its bounds,
 * and what a scenario says of memory is among its options.
 */
export const withMemoryOption = (definition: AnyDefinition): AnyDefinition => ({
  ...definition,
  options: { ...definition.options, ...everyModelsOptions },
  scenarios: definition.scenarios.map((scenario) => {
    const { memory, options } = scenario;
    return memory === undefined ? scenario : { ...scenario, options: { ...options, [memoryKey]: memory } };
  }),
  build: (
    { [memoryKey]: name = memoryOption.fallback, acquire, storeBuffer, ...options } = {},
    beyond = [],
  ) => {
    const model = definition.build(options, beyond);
    const bounds = { storeBuffer: numberOrNull(storeBuffer) };
    const bounded = bounds.storeBuffer === null ? model : { ...model, bounds };
    const chosen =
      acquire === undefined || acquire === acquireOption.fallback
        ? bounded
        : { ...bounded, acquire: acquire as AcquireName };
    return memoryModels[name as MemoryModelName](chosen, defaultSettings);
  },
});

/** 0 says nothing either. */
const numberOrNull = (value: OptionValue = 0): number | null => (value === 0 ? null : Number(value));
