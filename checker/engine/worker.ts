/**
 * The workers of a search: they read orders from shared memory. An order has chunks; each idle worker takes the next
 * chunk.
 */
import {
  addressOf,
  enterStates,
  forgetRecent,
  type SharedGlobals,
  type GeneratedCode,
  type GeneratedGlobals,
} from './visited-memory.ts';
import { outcomeAt, takenAt, type MemoryMap, type Share } from '../codegen/memory-map.ts';
import { pageBytes } from '../codegen/wasm/encode.ts';

/** Workers that perform one order at a time, together. */
export interface WorkerGroup {
  /** Whether all workers can begin; until then the caller works alone. */
  readonly isReady: () => boolean;
  /**
   * Performs all chunks of an order; the caller is one of the workers.
   *
   * Throws  Error when a worker has failed or no longer answers; so does `isReady`.
   */
  readonly run: (order: Order) => void;
}

/** Workers whose threads start while the caller compiles the model. */
export interface PendingWorkers {
  /** Sends each worker its init; `self` is worker 0 and runs in the calling thread. */
  readonly start: (self: Worker, inits: readonly WorkerInit[]) => WorkerGroup;
  readonly close: () => void;
}

/** How a search shares its work. */
export interface WorkerOptions {
  /** All workers, the calling thread included. */
  readonly workers: number;
  /** Starts the threads of the other workers. */
  readonly spawn: (others: number) => PendingWorkers;
  /** The number of states at which they start; 0: before the model is compiled. */
  readonly from?: number;
  /** For tests: all work is shared, in batches and chunks as small as these. */
  readonly small?: Omit<Share, 'workers'>;
}

/** States for each other worker: the calling thread expands as many in the 5 ms that a thread takes to start. */
const statesForEach = 4_096;

/** The number of states at which the other workers start. */
export const spawnsFrom = ({
  workers,
  from = statesForEach * (workers - 1),
  small,
}: WorkerOptions): number => (small === undefined ? from : 0);

export const spawnWorkers = ({ workers, spawn }: WorkerOptions): PendingWorkers | null =>
  workers === 1 ? null : spawn(workers - 1);

/** What another worker receives. */
export interface WorkerInit {
  readonly module: WebAssembly.Module;
  /** The distance of its own areas from those of the first worker, in bytes. */
  readonly areas: number;
}

/**
 * Claims the new successors of the states `from` .. `to - 1`, and stores those of a chunk as soon as all chunks
 * before it are claimed. A chunk stops once it has more than `enough` claims; its outcome holds the first state left
 * out.
 */
interface ClaimWork {
  readonly kind: 'claim';
  readonly from: number;
  readonly to: number;
  readonly enough: number;
}

export type WorkerTask =
  | ClaimWork
  /** Removes the claims of this round from the table. */
  | { readonly kind: 'rollback' }
  /** Stores the claims of the chunks that have not stored theirs, each from number `first` of its outcome on. */
  | { readonly kind: 'commit' }
  /** Empties the table. */
  | { readonly kind: 'clear' }
  /** Enters the stored states into the table. */
  | { readonly kind: 'enter' };

export interface Order {
  readonly shared: SharedGlobals;
  readonly work: WorkerTask;
}

/** The length of an order, in numbers of 32 bits. */
export const orderLength = 8;
const kinds = ['claim', 'rollback', 'commit', 'clear', 'enter'] as const;

export function writeOrder({ shared, work }: Order, to: Int32Array): void {
  const { count, slots, numberMask, statesPage } = shared;
  const range = work.kind === 'claim' ? [work.from, work.to, work.enough] : [0, 0, 0];
  to.set([kinds.indexOf(work.kind), count, slots, numberMask, statesPage, ...range]);
}

export function readOrder(order: Int32Array): Order {
  const [kind, count, slots, numberMask, statesPage, from, to, enough] = [...order] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const name = kinds[kind]!;
  return {
    shared: { count, slots, numberMask, statesPage },
    work: name === 'claim' ? { kind: name, from, to, enough } : { kind: name },
  };
}

/** One worker: the offset of its areas in bytes, and its instance of the generated code. */
export interface Worker {
  readonly areas: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
}

/**
 * The function with which a worker performs an order: it prepares its own areas, then takes chunks until none is
 * left.
 */
export function performerOf(worker: Worker): (order: Order) => void {
  const { areas, map, memory, transitions, globals } = worker;
  globals.areas.value = areas;
  const fired = () => new BigUint64Array(memory.buffer, map.fired.at + areas, transitions);
  const reached = () => new Int32Array(memory.buffer, map.reached.at + areas, map.reached.bytes / 4);
  let before = { fired: fired(), reached: reached() };
  return ({ shared, work }) => {
    share(shared, globals);
    if (work.kind === 'claim') before = { fired: fired().slice(), reached: reached().slice() };
    if (work.kind === 'rollback') {
      fired().set(before.fired);
      reached().set(before.reached);
      forgetRecent(worker, shared.statesPage * pageBytes);
    }
    const performing = { ...worker, numbers: new Int32Array(memory.buffer) };
    const committing = new Committing(shared.count, performing);
    const take = () => Atomics.add(performing.numbers, takenAt / 4, 1);
    for (let chunk = take(); chunk < map.chunks; chunk = take())
      if (work.kind === 'claim') claimChunk(chunk, work, committing, performing);
      else performChunk(chunk, { shared, work }, performing);
    share(shared, globals);
  };
}

function share({ count, slots, numberMask, statesPage }: SharedGlobals, globals: GeneratedGlobals): void {
  globals.count.value = count;
  globals.before.value = count;
  globals.slots.value = slots;
  globals.numberMask.value = numberMask;
  globals.statesPage.value = statesPage;
}

/** The states of a chunk: the last chunks are small, so that no worker waits long for the end of a round. */
export function chunkOf(
  chunk: number,
  { from, to }: { readonly from: number; readonly to: number },
  { chunks }: MemoryMap,
): readonly [number, number] {
  const left = (at: number) => Math.ceil(((to - from) * (chunks - at) ** 2) / chunks ** 2);
  return [to - left(chunk), to - left(chunk + 1)];
}

/** The largest chunk, as a multiple of the mean, rounded up. */
export const largestChunk = 2;

/** The range of `total` things that belongs to a chunk. */
const partOf = (total: number, chunk: number, { chunks }: MemoryMap): readonly [number, number] => [
  Math.floor((chunk * total) / chunks),
  Math.floor(((chunk + 1) * total) / chunks),
];

/** The index of one number of a chunk's outcome, in memory as numbers of 32 bits. */
export const outcomeOf = (
  { outcome, chunkDistance }: MemoryMap,
  chunk: number,
  what: keyof typeof outcomeAt,
) => (outcome.at + chunk * chunkDistance) / 4 + outcomeAt[what];

interface Performing extends Worker {
  /** The memory as numbers. */
  readonly numbers: Int32Array;
}

function performChunk(
  chunk: number,
  { shared, work }: { readonly shared: SharedGlobals; readonly work: Exclude<WorkerTask, ClaimWork> },
  performing: Performing,
): void {
  const { map, code, globals, numbers } = performing;
  switch (work.kind) {
    case 'rollback':
      globals.chunk.value = chunk;
      globals.claimed.value = numbers[outcomeOf(map, chunk, 'claimed')]!;
      code.rollback();
      return;
    case 'commit':
      if (numbers[outcomeOf(map, chunk, 'progress')] !== committed) commitChunk(chunk, performing);
      return;
    case 'clear':
      code.clearTable(...partOf(shared.slots, chunk, map));
      return;
    case 'enter':
      enterStates(code, ...partOf(shared.count, chunk, map), map.room);
  }
}

/**
 * Claims the new successors of a chunk, or stores them at once as soon as all chunks before are claimed. It stops
 * early when claims or findings have no more room.
 */
function claimChunk(chunk: number, work: ClaimWork, committing: Committing, performing: Performing): void {
  const { map, code, globals, numbers } = performing;
  const [from, to] = chunkOf(chunk, work, map);
  const areas = chunk * map.chunkDistance;
  /** Whether one more batch has room. */
  const hasRoom = () =>
    globals.claimed.value <= work.enough &&
    addressOf(globals.claimMark.value) <=
      areas + map.claimMarks.at + map.claimMarks.bytes - map.marks.bytes &&
    addressOf(globals.finding.value) <= areas + map.claimFindings.at + findingsEnough(map);
  const note = (what: keyof typeof outcomeAt, value: number) =>
    (numbers[outcomeOf(map, chunk, what)] = value);
  const noteClaims = () => {
    note('claimed', globals.claimed.value);
    note('marks', globals.claimMark.value);
  };
  globals.chunk.value = chunk;
  globals.claimed.value = 0;
  globals.claimMark.value = areas + map.claimMarks.at;
  globals.finding.value = areas + map.claimFindings.at;
  let isFirst = false;
  let at = from;
  while (at < to && hasRoom()) {
    at = code.generate(at, to);
    if (!isFirst && committing.reach(chunk)) {
      noteClaims();
      commitChunk(chunk, performing);
      isFirst = true;
    }
    if (isFirst) code.storeAtOnce();
    else code.claim();
  }
  note('stopped', at);
  noteClaims();
  if (isFirst) note('findings', globals.finding.value);
  if (at < to) return;
  Atomics.store(numbers, outcomeOf(map, chunk, 'progress'), isFirst ? committed : claimed);
  if (!isFirst) committing.wait(chunk);
  committing.commitWaiting();
}

/** Bytes of findings at which a chunk stops: those of one more batch have room. */
export const findingsEnough = ({ claimFindings, findings }: MemoryMap): number =>
  claimFindings.bytes - findings.bytes;

/** The progress of a chunk, in its outcome. */
const claimed = 1;
export const committed = 2;

/**
 * Stores the claims of one worker during a round, while the caches still hold them. A chunk that must wait for an
 * earlier one is tried again after the worker's next chunk.
 */
class Committing {
  readonly #performing: Performing;
  /** This worker's chunks whose claims are not stored yet, in order. */
  readonly #waiting: number[] = [];
  /** The first chunk after those known to be claimed, and the number of its first state. */
  #next = 0;
  #first: number;

  constructor(count: number, performing: Performing) {
    this.#performing = performing;
    this.#first = count;
  }

  wait(chunk: number): void {
    this.#waiting.push(chunk);
  }

  commitWaiting(): void {
    const { map, numbers } = this.#performing;
    while (this.#waiting.length > 0 && this.reach(this.#waiting[0]!)) {
      const chunk = this.#waiting.shift()!;
      commitChunk(chunk, this.#performing);
      numbers[outcomeOf(map, chunk, 'progress')] = committed;
    }
  }

  /** Whether all chunks before this one are claimed; if so, its outcome has the number of its first state. */
  reach(chunk: number): boolean {
    const { map, numbers } = this.#performing;
    const isClaimed = (at: number) => Atomics.load(numbers, outcomeOf(map, at, 'progress')) >= claimed;
    while (this.#next < chunk && isClaimed(this.#next)) {
      this.#first +=
        numbers[outcomeOf(map, this.#next, 'claimed')]! - numbers[outcomeOf(map, this.#next, 'lost')]!;
      this.#next++;
      numbers[outcomeOf(map, this.#next, 'first')] = this.#first;
    }
    return this.#next >= chunk;
  }
}

/** Stores the claims of a chunk so far, from its first number on. */
function commitChunk(chunk: number, { map, code, globals, numbers }: Performing): void {
  globals.chunk.value = chunk;
  globals.claimed.value = numbers[outcomeOf(map, chunk, 'claimed')]!;
  globals.claimMark.value = numbers[outcomeOf(map, chunk, 'marks')]!;
  globals.count.value = numbers[outcomeOf(map, chunk, 'first')]!;
  globals.finding.value = map.claimFindings.at + chunk * map.chunkDistance;
  code.commit();
  numbers[outcomeOf(map, chunk, 'findings')] = globals.finding.value;
}
