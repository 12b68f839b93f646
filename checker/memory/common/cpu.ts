/** The CPUs of a model: a thread and the threads that run on its CPUs, such as interrupt handlers. */
import type { Model } from '../../language/model.ts';
import type { AnyThread } from '../../language/thread.ts';

export interface ModelCpu {
  /** The host thread; each of its copies has its own CPU. */
  readonly host: AnyThread;
  /** The host first. */
  readonly threads: readonly AnyThread[];
}

export const cpusOf = ({ threads }: Model): readonly ModelCpu[] =>
  threads
    .filter(({ on }) => on === null)
    .map((host) => ({ host, threads: [host, ...threads.filter(({ on }) => on === host.name)] }));
