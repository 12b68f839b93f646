/** Total store order: the memory of x86. */
import type { Model } from '../../language/model.ts';
import type { MemorySettings } from '../common/memory-settings.ts';
import { withStoreBuffers } from './with-store-buffers.ts';

/**
 * The model on CPUs whose stores wait in a first-in-first-out buffer.
 *
 * Write and read barriers do nothing, and a relaxed read-modify-write is as strong as any: x86 has only locked ones.
 * Source: Owens, Sarkar and Sewell, A better x86 memory model: x86-TSO (TPHOLs 2009)
 */
export const tso = (model: Model, { bound }: MemorySettings): Model =>
  withStoreBuffers(model, { inOrder: true, bound: model.bounds?.storeBuffer ?? bound });
