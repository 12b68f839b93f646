/** The page's side of the worker: one piece of work at a time, which can be stopped. */
import CheckerWorker from './worker.ts?worker&inline';
import type { FromWorker, CheckProgress, Results, ToWorker, WorkRequest } from './messages.ts';

export interface Running<K extends WorkRequest['kind']> {
  /** Rejects with a `WorkError`. */
  readonly result: Promise<Results[K]>;
  /** Asks it to stop and report its progress. */
  readonly stop: () => void;
}

/** Why there is no result: a model error, a bug, or it was stopped. */
export class WorkError extends Error {
  readonly kind: 'error' | 'bug' | 'stopped';
  constructor(message: string, kind: WorkError['kind']) {
    super(message);
    this.kind = kind;
  }
}

interface CurrentWork {
  readonly id: number;
  readonly resolve: (result: Results[WorkRequest['kind']]) => void;
  readonly reject: (error: WorkError) => void;
  readonly onProgress: (progress: CheckProgress) => void;
}

/** In milliseconds: who does not hear a stop for so long is ended. */
const patience = 1500;

/** A worker of one's own; new work ends what is unfinished, for nobody waits for that any more. */
export class Checker {
  #worker: Worker | null = null;
  #current: CurrentWork | null = null;
  #last = 0;

  run<K extends WorkRequest['kind']>(
    work: WorkRequest & { readonly kind: K },
    onProgress: (progress: CheckProgress) => void = () => undefined,
  ): Running<K> {
    if (this.#current !== null) this.#dismiss(new WorkError('replaced by other work', 'stopped'));
    const id = ++this.#last;
    const result = new Promise<Results[WorkRequest['kind']]>((resolve, reject) => {
      this.#current = { id, resolve, reject, onProgress };
    });
    this.#send({ kind: 'start', id, work });
    return { result: result as Promise<Results[K]>, stop: () => this.#stop(id) };
  }

  #stop(id: number): void {
    if (this.#current?.id !== id) return;
    this.#send({ kind: 'stop', id });
    setTimeout(() => {
      if (this.#current?.id === id) this.#dismiss(new WorkError('stopped', 'stopped'));
    }, patience);
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(message);
  }

  #startWorker(): Worker {
    const worker = new CheckerWorker();
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    worker.addEventListener('error', ({ message }) => this.#dismiss(new WorkError(message, 'bug')));
    return worker;
  }

  #dismiss(error: WorkError): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#current?.reject(error);
    this.#current = null;
  }

  #hear(message: FromWorker): void {
    const current = this.#current;
    if (current?.id !== message.id) return;
    if (message.kind === 'progress') return current.onProgress(message.progress);
    this.#current = null;
    if (message.kind === 'result') current.resolve(message.result);
    else current.reject(new WorkError(message.message, message.kind));
  }
}
