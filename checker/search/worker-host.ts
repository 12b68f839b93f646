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
  readonly areas: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly module: WebAssembly.Module;
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

/** Looks at the flags before a thread lies down to wait, half a millisecond: to be woken takes longer than many a piece of work. */
const looks = 100_000;

/** Positions in the control memory; the order follows. */
const ticketAt = 0;
const doneAt = 1;
const failedAt = 2;
const readyAt = 3;
const first = 16;

const orderIn = (control: SharedArrayBuffer) => new Int32Array(control, first * 4, orderLength);

/** What a thread begins with: this module, out of the cache of compiled code, which takes half as long as to compile it anew. */
const beginning = `require('node:module').enableCompileCache(); void import(${JSON.stringify(import.meta.url)});`;

/** Starts a thread for each recruit; `self` is worker 0 and works in the calling thread. */
export function hireWorkers(
  self: Member,
  recruits: readonly Recruit[],
  { patience = 60_000, onHired = () => undefined }: Hiring = {},
): Crew {
  const control = new SharedArrayBuffer((first + orderLength) * 4);
  const flags = new Int32Array(control);
  const { map, memory, states, transitions } = self;
  const threads = recruits.map((recruit, at) => {
    const worker = at + 1;
    const setup: Setup = { host: 'racewalk', worker, map, transitions, memory, states, control, ...recruit };
    const thread = new Worker(beginning, { eval: true, workerData: setup });
    const fail = () => Atomics.store(flags, failedAt, worker);
    thread.on('error', fail);
    thread.on('exit', fail);
    thread.unref();
    onHired(thread);
    return thread;
  });
  const perform = performer(self);
  return {
    isReady: () => {
      refuseFailed(flags);
      return Atomics.load(flags, readyAt) === recruits.length;
    },
    run: (order) => {
      refuseFailed(flags);
      writeOrder(order, orderIn(control));
      Atomics.store(flags, doneAt, 0);
      Atomics.add(flags, ticketAt, 1);
      Atomics.notify(flags, ticketAt);
      perform(order);
      awaitOthers(flags, recruits.length, patience);
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
function serve({ worker, areas, map, transitions, module, memory, states, control }: Setup): void {
  const flags = new Int32Array(control);
  try {
    const imports = { racewalk: { memory, states } };
    const { exports } = new WebAssembly.Instance(module, imports);
    const code = exports as unknown as GeneratedCode;
    const globals = exports as unknown as GeneratedGlobals;
    const perform = performer({ areas, map, transitions, memory, states, code, globals });
    Atomics.add(flags, readyAt, 1);
    for (let ticket = 0; ; ticket++) {
      for (let look = 0; look < looks && Atomics.load(flags, ticketAt) === ticket;) look++;
      while (Atomics.load(flags, ticketAt) === ticket) Atomics.wait(flags, ticketAt, ticket);
      perform(readOrder(orderIn(control)));
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
