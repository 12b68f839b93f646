/** The memory models for litmus tests: the kernel's own, and the machines of `checker/memory`. */
import { memoryModelNames, type MemoryModelName } from '../language/memory-name.ts';

export type LitmusModel = 'lkmm' | MemoryModelName;

export const litmusModels: readonly LitmusModel[] = ['lkmm', ...memoryModelNames];

/** The name of a memory model in output. */
export const modelTitle = (model: LitmusModel): string =>
  model === 'lkmm' ? "lkmm, the kernel's memory model" : `${model}, a machine of racewalk`;
