/** The memory models on offer: each is a function from a model to a model. */
import type { MemorySettings } from './common/memory-settings.ts';
import type { MemoryModelName } from '../language/memory-name.ts';
import { fullyGrown, hasGrowing } from '../language/growing.ts';
import { withoutGhosts } from './without-ghosts.ts';
import type { Model } from '../language/model.ts';
import { pso } from './store-buffer/pso.ts';
import { tso } from './store-buffer/tso.ts';

export type MemoryModel = (model: Model, settings: MemorySettings) => Model;

export const defaultSettings: MemorySettings = { bound: null };

/** The memory model, whose result keeps the model as its author wrote it: what is told of it is told in those words. */
const keeping =
  (memory: MemoryModelName, rewrite: MemoryModel): MemoryModel =>
  (model, settings) => ({ ...rewrite(model, settings), written: model, memory });

/** By name; sequential consistency is the model itself, and of a machine of its own the model only has the name. */
export const memoryModels: Readonly<Record<MemoryModelName, MemoryModel>> = {
  sc: (model) => model,
  tso: keeping('tso', tso),
  pso: keeping('pso', pso),
  arm64: (model) => ({ ...withoutGhosts(model), machine: 'arm64', undecidedRuns: 'arm64' }),
};

/** What the memory model that has rewritten a model makes of another one. */
export const rewrittenLike = ({ memory = 'sc' }: Model, written: Model): Model =>
  memoryModels[memory](written, defaultSettings);

/** The model in which every domain has grown as far as it may: its states and steps are those that a check finds. */
export function inFull(model: Model): Model {
  const { written = model } = model;
  return hasGrowing(written) ? rewrittenLike(model, fullyGrown(written)) : model;
}
