/** The memory models that a litmus test can be run under: the kernel's own, and the machines of `checker/memory`. */
import { memoryModelNames, type MemoryModelName } from '../language/memory-name.ts';

export type LitmusModel = 'lkmm' | MemoryModelName;

export const litmusModels: readonly LitmusModel[] = ['lkmm', ...memoryModelNames];

/** What each is, for answers. */
export const modelTitle = (model: LitmusModel): string =>
  model === 'lkmm' ? "lkmm, the kernel's memory model" : `${model}, a machine of racewalk`;
