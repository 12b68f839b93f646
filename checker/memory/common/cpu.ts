/** The CPUs of a model: a thread with all the threads that run on its CPUs, such as interrupt handlers. */
import type { Model } from '../../language/model.ts';
import type { AnyThread } from '../../language/thread.ts';

export interface ModelCpu {
  /** The thread whose CPU this is; with several copies there is one such CPU for each. */
  readonly host: AnyThread;
  /** The host first. */
  readonly threads: readonly AnyThread[];
}

export const cpusOf = ({ threads }: Model): readonly ModelCpu[] =>
  threads
    .filter(({ on }) => on === null)
    .map((host) => ({ host, threads: [host, ...threads.filter(({ on }) => on === host.name)] }));
