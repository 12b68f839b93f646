/** The names of the memory models: what a scenario may ask for; `checker/memory` knows what they mean. */
import type { Choice } from './option.ts';
import { oneOf } from './option.ts';

export const memoryModelNames = ['sc', 'tso', 'pso', 'weak', 'arm64'] as const;

export type MemoryModelName = (typeof memoryModelNames)[number];

/** The memory model that is a machine of its own: a model that is marked with it means nothing to any other engine. */
export type MachineName = 'arm64';

/** Those that rewrite a model, so that any engine runs it. */
export const rewritingModelNames: readonly MemoryModelName[] = memoryModelNames.filter(
  (name) => name !== 'arm64',
);

/** The name of the option that every model has; no model can have one of its own by that name. */
export const memoryKey = 'memory';

/** Chooses the memory model; `sc` where nothing is said. */
export const memoryOption: Choice<MemoryModelName> = oneOf(
  'machine',
  'when CPUs see the stores of others: docs/memory-models.md',
  memoryModelNames,
);
