/** The memory models on offer: each is a function from a model to a model. */
import type { MemorySettings } from './common/memory-settings.ts';
import type { MemoryModelName } from '../language/memory-name.ts';
import type { Model } from '../language/model.ts';
import { pso } from './store-buffer/pso.ts';
import { tso } from './store-buffer/tso.ts';
import { weak } from './weak/weak.ts';

export type MemoryModel = (model: Model, settings: MemorySettings) => Model;

export const defaultSettings: MemorySettings = { bound: null };

/** The memory model, whose result keeps the model as its author wrote it: what is told of it is told in those words. */
const keeping =
  (rewrite: MemoryModel): MemoryModel =>
  (model, settings) => ({ ...rewrite(model, settings), written: model });

/** By name; sequential consistency is the model itself, and of a machine of its own the model only has the name. */
export const memoryModels: Readonly<Record<MemoryModelName, MemoryModel>> = {
  sc: (model) => model,
  tso: keeping(tso),
  pso: keeping(pso),
  weak: (model, settings) => ({ ...keeping(weak)(model, settings), undecidedRuns: 'weak' }),
  arm64: (model) => ({ ...model, machine: 'arm64', undecidedRuns: 'arm64' }),
};
