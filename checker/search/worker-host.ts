/** Threads of Node as the workers of a search: they sleep until there is work, do their part, and sleep again. */
import { Worker, workerData } from 'node:worker_threads';
import type { MemoryMap } from '../state/wasm-memory.ts';
import type { Crew, Member, Recruit } from './crew.ts';
import { orderLength, performer, readOrder, writeOrder } from './crew.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';

/** What a thread is started with. */
interface Setup {
  readonly host: 'racewalk';
  readonly workers: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
}

/** For tests of what happens when a thread dies. */
interface Hiring {
  /** Milliseconds without an answer after which a worker counts as dead; no piece of work takes one second. */
  readonly patience?: number;
  readonly onHired?: (thread: Worker) => void;
}

/** Looks at the flags before a thread lies down to wait: to be woken takes longer than many a piece of work. */
const looks = 3_000;

/** Positions in the control memory; orders and replies follow. */
const ticketAt = 0;
const doneAt = 1;
const failedAt = 2;
const readyAt = 3;
const first = 16;

const orderOf = (control: SharedArrayBuffer, worker: number) =>
  new Int32Array(control, (first + 2 * worker * orderLength) * 4, orderLength);
const replyOf = (control: SharedArrayBuffer, worker: number) =>
  new Int32Array(control, (first + (2 * worker + 1) * orderLength) * 4, orderLength);

/** Starts a thread for each recruit; `self` is worker 0 and works in the calling thread. */
export function hireWorkers(
  self: Member,
  recruits: readonly Recruit[],
  { patience = 60_000, onHired = () => undefined }: Hiring = {},
): Crew {
  const control = new SharedArrayBuffer((first + 2 * (recruits.length + 1) * orderLength) * 4);
  const flags = new Int32Array(control);
  const { workers, memory, states, transitions } = self;
  const threads = recruits.map((recruit, at) => {
    const setup: Setup = { host: 'racewalk', workers, transitions, memory, states, control, ...recruit };
    const thread = new Worker(new URL(import.meta.url), { workerData: setup });
    const fail = () => Atomics.store(flags, failedAt, at + 1);
    thread.on('error', fail);
    thread.on('exit', fail);
    thread.unref();
    onHired(thread);
    return thread;
  });
  const perform = performer(self);
  const replies = Array.from({ length: workers }, (_, worker) => replyOf(control, worker));
  return {
    isReady: () => {
      refuseFailed(flags);
      return Atomics.load(flags, readyAt) === recruits.length;
    },
    run: (orders) => {
      refuseFailed(flags);
      for (const [worker, order] of orders.entries()) writeOrder(order, orderOf(control, worker));
      Atomics.store(flags, doneAt, 0);
      Atomics.add(flags, ticketAt, 1);
      Atomics.notify(flags, ticketAt);
      perform(orders[0]!, replies[0]!);
      awaitOthers(flags, recruits.length, patience);
      return replies;
    },
    close: () => {
      for (const thread of threads) void thread.terminate();
    },
  };
}

function refuseFailed(flags: Int32Array): void {
  const failed = Atomics.load(flags, failedAt);
  if (failed !== 0) throw new Error(`worker ${failed} of the search has failed; there is no verdict`);
}

function awaitOthers(flags: Int32Array, others: number, patience: number): void {
  for (let look = 0; look < looks && Atomics.load(flags, doneAt) < others;) look++;
  for (let done = Atomics.load(flags, doneAt); done < others; done = Atomics.load(flags, doneAt))
    if (Atomics.wait(flags, doneAt, done, patience) === 'timed-out')
      throw new Error('a worker of the search no longer answers; there is no verdict');
  refuseFailed(flags);
}

/** What a thread does all its life. */
function serve({ workers, map, transitions, bytes, memory, states, control }: Setup): void {
  const flags = new Int32Array(control);
  try {
    const imports = { racewalk: { memory, states } };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const code = exports as unknown as GeneratedCode;
    const globals = exports as unknown as GeneratedGlobals;
    const perform = performer({ workers, map, transitions, memory, states, code, globals });
    Atomics.add(flags, readyAt, 1);
    for (let ticket = 0; ; ticket++) {
      for (let look = 0; look < looks && Atomics.load(flags, ticketAt) === ticket;) look++;
      while (Atomics.load(flags, ticketAt) === ticket) Atomics.wait(flags, ticketAt, ticket);
      perform(readOrder(orderOf(control, map.worker)), replyOf(control, map.worker));
      Atomics.add(flags, doneAt, 1);
      Atomics.notify(flags, doneAt);
    }
  } catch (error) {
    Atomics.store(flags, failedAt, map.worker);
    Atomics.add(flags, doneAt, 1);
    Atomics.notify(flags, doneAt);
    throw error;
  }
}

const given = workerData as Partial<Setup> | null;
if (given?.host === 'racewalk') serve(given as Setup);
