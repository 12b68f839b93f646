/** The memory models on offer: each is a function from a model to a model. */
import type { MemoryModelName } from '../language/memory-name.ts';
import type { Model } from '../language/model.ts';
import { pso } from './pso.ts';
import { tso } from './tso.ts';
import { weak } from './weak.ts';

export interface MemorySettings {
  /**
   * How many stores a store buffer holds where a loop could store without end, and how many old values a CPU keeps where
   * there may be more; null: one more store than the cells it knows, so that a loop that stores to each of them once
   * fits, and 8 old values. What a model says of its bounds itself comes first.
   */
  readonly bound: number | null;
}

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
  weak: keeping(weak),
  arm64: (model) => ({ ...model, machine: 'arm64' }),
};
