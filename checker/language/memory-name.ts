/** The names of the memory models; `checker/memory` defines them. */
import { integer, oneOf, type Choice, type Integer, type Options } from './option.ts';

export const memoryModelNames = ['sc', 'tso', 'pso', 'arm64'] as const;

export type MemoryModelName = (typeof memoryModelNames)[number];

/** The memory model with its own machine; other engines reject a model marked with it. */
export type MachineName = 'arm64';

/** Memory models that were removed, with those that replace them. */
export const replacedMemory: Readonly<Record<string, MemoryModelName>> = { weak: 'arm64' };

/** The name of the option that every model has. */
export const memoryKey = 'memory';

/** Chooses the memory model; the default is `sc`. */
export const memoryOption: Choice<MemoryModelName> = {
  ...oneOf('machine', 'memory model (docs/guide/memory-models.md)', memoryModelNames),
  replaced: replacedMemory,
};

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

/** The bounds of the memory models, which every model has as options. */
export const boundOptions = {
  storeBuffer: bound(
    'store buffer entries per CPU, where a loop stores without bound; 0: one more than the cells',
    [0, 64],
    0,
  ),
} satisfies Options;

/** The options of every model. */
export const everyModelsOptions: Options = {
  [memoryKey]: memoryOption,
  acquire: acquireOption,
  ...boundOptions,
};

/** The options that change something under a memory model. */
export const boundsUnder: Readonly<Record<MemoryModelName, readonly string[]>> = {
  sc: [],
  tso: ['storeBuffer'],
  pso: ['storeBuffer'],
  arm64: ['acquire'],
};

/** The bounds; null: the default of the memory model. */
export type Bounds = { readonly [K in keyof typeof boundOptions]: number | null };
