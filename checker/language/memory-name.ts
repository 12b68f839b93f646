/** The names of the memory models: what a scenario may ask for; `checker/memory` knows what they mean. */
import type { Choice } from './option.ts';
import { oneOf } from './option.ts';

export const memoryModelNames = ['sc', 'tso', 'pso', 'weak'] as const;

export type MemoryModelName = (typeof memoryModelNames)[number];

/** The name of the option that every model has; no model can have one of its own by that name. */
export const memoryKey = 'memory';

/** Chooses the memory model; `sc` where nothing is said. */
export const memoryOption: Choice<MemoryModelName> = oneOf(
  'machine',
  'when CPUs see the stores of others: docs/memory-models.md',
  memoryModelNames,
);
