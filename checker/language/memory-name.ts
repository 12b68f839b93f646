/** The names of the memory models: what a scenario may ask for; `checker/memory` knows what they mean. */
import { integer, oneOf, type Choice, type Integer, type Options } from './option.ts';

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

/** What `smp_load_acquire()` is under `arm64`; the first is what the kernel uses where the CPU has it. */
export const acquireNames = ['ldapr', 'ldar'] as const;

export type AcquireName = (typeof acquireNames)[number];

/** Chooses the instruction; every model has it, as it has the memory model. */
export const acquireOption: Choice<AcquireName> = {
  ...oneOf(
    'machine',
    'the instruction of smp_load_acquire() under arm64: ldar is not performed before an earlier stlr',
    acquireNames,
  ),
  role: 'bound',
};

const bound = (description: string, range: readonly [number, number], fallback: number): Integer => ({
  ...integer(description, range, fallback),
  role: 'bound',
});

/** Raise what a memory model cuts short; every model has these, as it has the memory model. */
export const boundOptions = {
  storeBuffer: bound(
    'stores that wait at most, where a loop could store without end; 0: one more than the cells',
    [0, 64],
    0,
  ),
  oldValues: bound('old values that a CPU keeps at most', [1, 64], 8),
} satisfies Options;

/** The options that every model has, besides its own. */
export const everyModelsOptions: Options = {
  [memoryKey]: memoryOption,
  acquire: acquireOption,
  ...boundOptions,
};

/** How many there may be; null: as many as the memory model takes by itself. */
export type Bounds = { readonly [K in keyof typeof boundOptions]: number | null };
