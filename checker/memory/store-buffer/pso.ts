/** Partial store order: TSO with reordering of stores to different cells. */
import type { Model } from '../../language/model.ts';
import type { MemorySettings } from '../common/memory-settings.ts';
import { withStoreBuffers } from './with-store-buffers.ts';

/**
 * The model on CPUs whose stores leave the buffer in any order, except stores to one cell and across write barriers.
 *
 * A release store has a write barrier before it. Loads are never reordered, so read barriers do nothing.
 * Source: The SPARC Architecture Manual, version 8, chapter 6 and appendix K
 */
export const pso = (model: Model, { bound }: MemorySettings): Model =>
  withStoreBuffers(model, { inOrder: false, bound: model.bounds?.storeBuffer ?? bound });
