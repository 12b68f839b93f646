/** Who shares a search, and from when on. */
import type { Share } from '../codegen/memory-map.ts';
import type { PendingWorkers } from './worker.ts';

export interface WorkerOptions {
  /** Them and the calling thread. */
  readonly workers: number;
  /** Calls so many others. */
  readonly call: (others: number) => PendingWorkers;
  /** States from which on they are called; 0: while the model is compiled. */
  readonly from?: number;
  /** For tests: everything is shared, in batches and chunks as small as these. */
  readonly small?: Omit<Share, 'workers'>;
}

/** States for each of the others: the calling thread expands as many in the 5 ms that it takes to start one. */
const statesForEach = 4_096;

/** States from which on others are called. */
export const callsFrom = ({ workers, from = statesForEach * (workers - 1), small }: WorkerOptions): number =>
  small === undefined ? from : 0;

export const callOthers = ({ workers, call }: WorkerOptions): PendingWorkers | null =>
  workers === 1 ? null : call(workers - 1);
