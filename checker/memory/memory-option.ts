/** The memory model as an option of a model like any other. */
import { memoryKey, memoryOption } from '../language/memory-name.ts';
import type { MemoryModelName } from '../language/memory-name.ts';
import type { AnyDefinition } from '../language/model.ts';
import { defaultSettings, memoryModels } from './memory-model.ts';

/**
 * The definition with the option `memory`: what build returns is rewritten by that memory model, and what a scenario
 * says of memory is among its options.
 */
export const withMemoryOption = (definition: AnyDefinition): AnyDefinition => ({
  ...definition,
  options: { ...definition.options, [memoryKey]: memoryOption },
  scenarios: definition.scenarios.map((scenario) => {
    const { memory, options } = scenario;
    return memory === undefined ? scenario : { ...scenario, options: { ...options, [memoryKey]: memory } };
  }),
  build: ({ [memoryKey]: name = memoryOption.fallback, ...options } = {}, beyond = []) =>
    memoryModels[name as MemoryModelName](definition.build(options, beyond), defaultSettings),
});
