/** The page's side of the worker: work that can be stopped. */
import type { FromWorker, Progress, Results, ToWorker, Work } from './messages.ts';
import CheckerWorker from './worker.ts?worker&inline';

export interface Running<K extends Work['kind']> {
  /** Rejects with a `WorkError`. */
  readonly result: Promise<Results[K]>;
  readonly stop: () => void;
}

/** What the worker could not do; `isMistake` where the author of the model is to blame. */
export class WorkError extends Error {
  readonly isMistake: boolean;
  constructor(message: string, isMistake: boolean) {
    super(message);
    this.isMistake = isMistake;
  }
}

interface Waiting {
  readonly resolve: (result: Results[Work['kind']]) => void;
  readonly reject: (error: WorkError) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** A worker of one's own: what is asked of one does not wait for another. */
export class Checker {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #worker: Worker | null = null;

  run<K extends Work['kind']>(
    work: Work & { readonly kind: K },
    onProgress: (progress: Progress) => void = () => undefined,
  ): Running<K> {
    const id = ++this.#last;
    const result = new Promise<Results[Work['kind']]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
    });
    this.#send({ kind: 'start', id, work });
    return { result: result as Promise<Results[K]>, stop: () => this.#send({ kind: 'stop', id }) };
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#hire();
    this.#worker.postMessage(message);
  }

  #hire(): Worker {
    const worker = new CheckerWorker();
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new WorkError(message, false));
      this.#waiting.clear();
    });
    return worker;
  }

  #hear(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.kind === 'progress') return waiting.onProgress(message.progress);
    this.#waiting.delete(message.id);
    if (message.kind === 'result') waiting.resolve(message.result);
    else waiting.reject(new WorkError(message.message, message.kind === 'mistake'));
  }
}
