/** What the workers of a search are told: numbers in shared memory. All work comes in chunks, and whoever is free takes the next. */
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

/** Several workers that do one order at a time, all at once. */
export interface WorkerGroup {
  /** Whether all of them can begin; until then the caller works alone. */
  readonly isReady: () => boolean;
  /**
   * Does all chunks of an order; the caller is one of the workers.
   *
   * Throws  Error when a worker fails or gives no sign of life, as `isReady` does.
   */
  readonly run: (order: Order) => void;
}

/** Workers on their way, who do not know yet what there is to do. */
export interface PendingWorkers {
  /** Tells them, one init each; `self` is worker 0 and works in the calling thread. */
  readonly start: (self: Worker, inits: readonly WorkerInit[]) => WorkerGroup;
  readonly close: () => void;
}

export interface WorkerOptions {
  /** Them and the calling thread. */
  readonly workers: number;
  /** Calls so many others. */
  readonly call: (others: number) => PendingWorkers;
  /** States from which on they are called; 0: while the model is compiled. */
  readonly from?: number;
  /** For tests: everything is shared, in batches and chunks as small as these. */
  readonly small?: Omit<Share, 'workers'>;
}

/** States for each of the others: the calling thread expands as many in the 5 ms that it takes to start one. */
const statesForEach = 4_096;

/** States from which on others are called. */
export const callsFrom = ({ workers, from = statesForEach * (workers - 1), small }: WorkerOptions): number =>
  small === undefined ? from : 0;

export const callOthers = ({ workers, call }: WorkerOptions): PendingWorkers | null =>
  workers === 1 ? null : call(workers - 1);

/** What another worker must know of itself. */
export interface WorkerInit {
  readonly module: WebAssembly.Module;
  /** How far its own areas are from those of the first worker. */
  readonly areas: number;
}

/**
 * Gathers and claims successors of the states `from` .. `to - 1`, and stores those of a chunk as soon as all chunks
 * before it are claimed; `outcome` says how far each chunk came, which ends when it has more than `enough` claims.
 */
interface ClaimWork {
  readonly kind: 'claim';
  readonly from: number;
  readonly to: number;
  readonly enough: number;
}

export type WorkerTask =
  | ClaimWork
  /** Undoes the claims of this round, as if it had not begun. */
  | { readonly kind: 'rollback' }
  /** Stores the claims of the chunks that are left: those of a chunk from number `first` of its outcome on. */
  | { readonly kind: 'commit' }
  /** Empties the table. */
  | { readonly kind: 'clear' }
  /** Enters the stored states into the table. */
  | { readonly kind: 'enter' };

export interface Order {
  readonly shared: SharedGlobals;
  readonly work: WorkerTask;
}

/** Numbers of an order. */
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

/** One worker: its areas and its instance of the generated code. */
export interface Worker {
  readonly areas: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
}

/** What one worker does with an order: what concerns itself, then chunks as long as there are some. */
export function performerOf(member: Worker): (order: Order) => void {
  const { areas, map, memory, states, transitions, globals } = member;
  const { stride, recent } = map;
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
      const own = { stride, recent: { ...recent, at: recent.at + areas } };
      forgetRecent(own, memory, { states, firstState: shared.statesPage * pageBytes });
    }
    const performing = { ...member, numbers: new Int32Array(memory.buffer) };
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

/** The states of a chunk: the last chunks are small, so that nobody waits long for the end of a round. */
export function chunkOf(
  chunk: number,
  { from, to }: { readonly from: number; readonly to: number },
  { chunks }: MemoryMap,
): readonly [number, number] {
  const left = (at: number) => Math.ceil(((to - from) * (chunks - at) ** 2) / chunks ** 2);
  return [to - left(chunk), to - left(chunk + 1)];
}

/** No chunk is larger than so many times the mean, rounded up. */
export const largestChunk = 2;

/** The part of so many things that is in a chunk. */
const partOf = (total: number, chunk: number, { chunks }: MemoryMap): readonly [number, number] => [
  Math.floor((chunk * total) / chunks),
  Math.floor(((chunk + 1) * total) / chunks),
];

/** Where what is known of a chunk stands, in words of 32 bits. */
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
 * Claims what is new, or stores it at once as soon as all chunks before are claimed. It stops before the end when there is
 * no room for more claims or findings.
 */
function claimChunk(chunk: number, work: ClaimWork, committing: Committing, performing: Performing): void {
  const { map, code, globals, numbers } = performing;
  const [from, to] = chunkOf(chunk, work, map);
  const areas = chunk * map.chunkDistance;
  /** Whether what one more batch may bring has room. */
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

/** Bytes of findings in a chunk that are enough: those of one more batch have room. */
export const findingsEnough = ({ claimFindings, findings }: MemoryMap): number =>
  claimFindings.bytes - findings.bytes;

/** Progress of a chunk. */
const claimed = 1;
export const committed = 2;

/**
 * Stores the claims of one worker while a round goes on: what was claimed a moment ago is still in the caches. A chunk that
 * has to wait for one before it is tried again after the next.
 */
class Committing {
  readonly #performing: Performing;
  /** Chunks of this worker that are not stored yet, in order. */
  readonly #waiting: number[] = [];
  /** All chunks before this one are claimed; its first state has this number. */
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

  /** Whether all chunks before this one are claimed; its first number is noted then. */
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

/** Stores what a chunk has claimed so far, from its first number on. */
function commitChunk(chunk: number, { map, code, globals, numbers }: Performing): void {
  globals.chunk.value = chunk;
  globals.claimed.value = numbers[outcomeOf(map, chunk, 'claimed')]!;
  globals.claimMark.value = numbers[outcomeOf(map, chunk, 'marks')]!;
  globals.count.value = numbers[outcomeOf(map, chunk, 'first')]!;
  globals.finding.value = map.claimFindings.at + chunk * map.chunkDistance;
  code.commit();
  numbers[outcomeOf(map, chunk, 'findings')] = globals.finding.value;
}
