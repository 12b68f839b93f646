/** Threads of Node as the workers of a search: they wait for an order, perform their part, and wait again. */
import { Worker, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MemoryMap } from '../codegen/memory-map.ts';
import {
  orderLength,
  OrderPerformer,
  readOrder,
  writeOrder,
  type PendingWorkers,
  type WorkerInit,
} from './worker.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';

/** The data with which a thread starts. */
interface WorkerData {
  readonly host: 'racewalk';
  readonly worker: number;
  readonly control: SharedArrayBuffer;
}

/** What a thread receives with its first ticket. */
interface WorkerSetup extends WorkerInit {
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
}

/** Options for tests in which a thread dies. */
interface Starting {
  /** Milliseconds without an answer after which a worker counts as dead; a chunk takes less than a second. */
  readonly patience?: number;
  readonly onStarted?: (thread: Worker) => void;
}

/** Reads of a flag before a thread waits, half a millisecond: to wake a thread takes longer than many chunks. */
const spins = 100_000;

/** Positions in the control memory; the order follows. */
const ticketAt = 0;
const doneAt = 1;
const failedAt = 2;
const readyAt = 3;
const first = 16;

const orderIn = (control: SharedArrayBuffer) => new Int32Array(control, first * 4, orderLength);

/** The script of a thread: it loads this module from the cache of compiled code, in half the time of compiling it. */
const beginning = `require('node:module').enableCompileCache(); void import(${JSON.stringify(import.meta.url)});`;

/** Starts `others` threads. */
export function startWorkers(
  others: number,
  { patience = 60_000, onStarted = () => undefined }: Starting = {},
): PendingWorkers {
  const control = new SharedArrayBuffer((first + orderLength) * 4);
  const flags = new Int32Array(control);
  const threads = Array.from({ length: others }, (_, at) => {
    const worker = at + 1;
    const start: WorkerData = { host: 'racewalk', worker, control };
    const thread = new Worker(beginning, { eval: true, workerData: start });
    const fail = () => Atomics.store(flags, failedAt, worker);
    thread.on('error', fail);
    thread.on('exit', fail);
    thread.unref();
    onStarted(thread);
    return thread;
  });
  const close = () => {
    for (const thread of threads) void thread.terminate();
  };
  const start: PendingWorkers['start'] = (self, inits) => {
    const { map, memory, states, transitions } = self;
    const performer = new OrderPerformer(self);
    for (const [at, init] of inits.entries()) {
      const setup: WorkerSetup = { map, transitions, memory, states, ...init };
      threads[at]!.postMessage(setup);
    }
    issueTicket(flags);
    return {
      isReady: () => {
        refuseFailed(flags);
        return Atomics.load(flags, readyAt) === others;
      },
      run: (order) => {
        refuseFailed(flags);
        writeOrder(order, orderIn(control));
        Atomics.store(flags, doneAt, 0);
        issueTicket(flags);
        performer.perform(order);
        awaitOthers(flags, others, patience);
      },
    };
  };
  return { start, close };
}

/** Issues the next ticket, which lets each thread perform the order. */
function issueTicket(flags: Int32Array): void {
  Atomics.add(flags, ticketAt, 1);
  Atomics.notify(flags, ticketAt);
}

function refuseFailed(flags: Int32Array): void {
  const failed = Atomics.load(flags, failedAt);
  if (failed !== 0) throw new Error(`worker ${failed} of the search has failed; there is no verdict`);
}

function awaitOthers(flags: Int32Array, others: number, patience: number): void {
  for (let spin = 0; spin < spins && Atomics.load(flags, doneAt) < others;) spin++;
  for (let done = Atomics.load(flags, doneAt); done < others; done = Atomics.load(flags, doneAt))
    if (Atomics.wait(flags, doneAt, done, patience) === 'timed-out')
      throw new Error('a worker of the search no longer answers; there is no verdict');
  refuseFailed(flags);
}

/** Runs a worker until its thread ends. */
function serve({ worker, control }: WorkerData): void {
  const flags = new Int32Array(control);
  try {
    awaitTicket(flags, 0);
    const { message } = receiveMessageOnPort(parentPort!) as { readonly message: WorkerSetup };
    const { areas, map, transitions, module, memory, states } = message;
    const { exports } = new WebAssembly.Instance(module, { racewalk: { memory, states } });
    const code = exports as unknown as GeneratedCode;
    const globals = exports as unknown as GeneratedGlobals;
    const performer = new OrderPerformer({ areas, map, transitions, memory, states, code, globals });
    Atomics.add(flags, readyAt, 1);
    for (let ticket = 1; ; ticket++) {
      awaitTicket(flags, ticket);
      performer.perform(readOrder(orderIn(control)));
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

/** Waits for the ticket after this one. */
function awaitTicket(flags: Int32Array, ticket: number): void {
  for (let spin = 0; spin < spins && Atomics.load(flags, ticketAt) === ticket;) spin++;
  while (Atomics.load(flags, ticketAt) === ticket) Atomics.wait(flags, ticketAt, ticket);
}

const threadData = workerData as Partial<WorkerData> | null;
if (threadData?.host === 'racewalk') serve(threadData as WorkerData);
