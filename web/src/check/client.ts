/** The page's side of the worker: one piece of work at a time, which can be stopped. */
import CheckerWorker from './worker.ts?worker&inline';
import type { FromWorker, Progress, Results, ToWorker, Work } from './messages.ts';

export interface Running<K extends Work['kind']> {
  /** Rejects with a `WorkError`. */
  readonly result: Promise<Results[K]>;
  /** Asks it to end, and to say how far it came. */
  readonly stop: () => void;
}

/** Why there is no result: the author's mistake, a bug of ours, or it was stopped and could not say more. */
export class WorkError extends Error {
  readonly kind: 'mistake' | 'bug' | 'stopped';
  constructor(message: string, kind: WorkError['kind']) {
    super(message);
    this.kind = kind;
  }
}

interface Current {
  readonly id: number;
  readonly resolve: (result: Results[Work['kind']]) => void;
  readonly reject: (error: WorkError) => void;
  readonly onProgress: (progress: Progress) => void;
}

/** In milliseconds: who does not hear a stop for so long is ended. */
const patience = 1500;

/** A worker of one's own; new work ends what is unfinished, for nobody waits for that any more. */
export class Checker {
  #worker: Worker | null = null;
  #current: Current | null = null;
  #last = 0;

  run<K extends Work['kind']>(
    work: Work & { readonly kind: K },
    onProgress: (progress: Progress) => void = () => undefined,
  ): Running<K> {
    if (this.#current !== null) this.#dismiss(new WorkError('other work took its place', 'stopped'));
    const id = ++this.#last;
    const result = new Promise<Results[Work['kind']]>((resolve, reject) => {
      this.#current = { id, resolve, reject, onProgress };
    });
    this.#send({ kind: 'start', id, work });
    return { result: result as Promise<Results[K]>, stop: () => this.#stop(id) };
  }

  #stop(id: number): void {
    if (this.#current?.id !== id) return;
    this.#send({ kind: 'stop', id });
    setTimeout(() => {
      if (this.#current?.id === id) this.#dismiss(new WorkError('it was stopped', 'stopped'));
    }, patience);
  }

  #send(message: ToWorker): void {
    this.#worker ??= this.#hire();
    this.#worker.postMessage(message);
  }

  #hire(): Worker {
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
