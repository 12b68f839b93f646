/** Threads of Node as the workers of a search: they sleep until there is work, do their part, and sleep again. */
import { Worker, workerData } from 'node:worker_threads';
import type { MemoryMap } from '../state/wasm-memory.ts';
import type { Crew, Member, Recruit } from './crew.ts';
import { orderLength, performer, readOrder, writeOrder } from './crew.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';

/** What a thread is started with. */
interface Setup {
  readonly host: 'racewalk';
  readonly worker: number;
  readonly workers: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
}

/** Milliseconds without an answer after which a worker counts as dead; no piece of work takes one second. */
const patience = 60_000;

/** Positions in the control memory; orders and replies follow. */
const ticketAt = 0;
const doneAt = 1;
const failedAt = 2;
const first = 16;

const orderOf = (control: SharedArrayBuffer, worker: number) =>
  new Int32Array(control, (first + 2 * worker * orderLength) * 4, orderLength);
const replyOf = (control: SharedArrayBuffer, worker: number) =>
  new Int32Array(control, (first + (2 * worker + 1) * orderLength) * 4, orderLength);

/** Starts a thread for each recruit; `self` is worker 0 and works in the calling thread. */
export function hireWorkers(self: Member, recruits: readonly Recruit[]): Crew {
  const workers = recruits.length + 1;
  const control = new SharedArrayBuffer((first + 2 * workers * orderLength) * 4);
  const flags = new Int32Array(control);
  const { memory, transitions } = self;
  const threads = recruits.map((recruit, at) => {
    const setup: Setup = {
      host: 'racewalk',
      worker: at + 1,
      workers,
      transitions,
      memory,
      control,
      ...recruit,
    };
    const thread = new Worker(new URL(import.meta.url), { workerData: setup });
    thread.on('error', () => Atomics.store(flags, failedAt, at + 1));
    thread.unref();
    return thread;
  });
  const perform = performer(self);
  const replies = Array.from({ length: workers }, (_, worker) => replyOf(control, worker));
  return {
    run: (orders) => {
      for (const [worker, order] of orders.entries()) writeOrder(order, orderOf(control, worker));
      Atomics.store(flags, doneAt, 0);
      Atomics.add(flags, ticketAt, 1);
      Atomics.notify(flags, ticketAt);
      perform(orders[0]!, replies[0]!);
      awaitOthers(flags, recruits.length);
      return replies;
    },
    close: () => {
      for (const thread of threads) void thread.terminate();
    },
  };
}

function awaitOthers(flags: Int32Array, others: number): void {
  for (let done = Atomics.load(flags, doneAt); done < others; done = Atomics.load(flags, doneAt)) {
    const answer = Atomics.wait(flags, doneAt, done, patience);
    const failed = Atomics.load(flags, failedAt);
    if (failed !== 0) throw new Error(`worker ${failed} of the search has failed; there is no verdict`);
    if (answer === 'timed-out')
      throw new Error('a worker of the search no longer answers; there is no verdict');
  }
}

/** What a thread does all its life. */
function serve({ worker, workers, map, transitions, bytes, memory, control }: Setup): void {
  const flags = new Int32Array(control);
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { racewalk: { memory } });
    const code = exports as unknown as GeneratedCode;
    const globals = exports as unknown as GeneratedGlobals;
    const perform = performer({ worker, workers, map, transitions, memory, code, globals });
    for (let ticket = 0; ; ticket++) {
      while (Atomics.load(flags, ticketAt) === ticket) Atomics.wait(flags, ticketAt, ticket);
      perform(readOrder(orderOf(control, worker)), replyOf(control, worker));
      Atomics.add(flags, doneAt, 1);
      Atomics.notify(flags, doneAt);
    }
  } catch (error) {
    Atomics.store(flags, failedAt, worker);
    Atomics.add(flags, doneAt, 1);
    Atomics.notify(flags, doneAt);
    throw error;
  }
}

const given = workerData as Partial<Setup> | null;
if (given?.host === 'racewalk') serve(given as Setup);
