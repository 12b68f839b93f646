/**
 * The workers of a search: they read orders from shared memory. An order has chunks; each idle worker takes the next
 * chunk.
 */
import {
  addressOf,
  enterStates,
  type SharedGlobals,
  type GeneratedCode,
  type GeneratedGlobals,
} from './visited-memory.ts';
import { prepareBatch } from './compaction.ts';
import { firstCandidate, forgetRecent } from './recent-candidates.ts';
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

/** States for each other worker: to expand as many takes as much CPU time as to start a thread, some 20 ms. */
const statesForEach = 16_384;

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
  const kind = kinds[order[0]!]!;
  const shared = { count: order[1]!, slots: order[2]!, numberMask: order[3]!, statesPage: order[4]! };
  const range = { from: order[5]!, to: order[6]!, enough: order[7]! };
  return { shared, work: kind === 'claim' ? { kind, ...range } : { kind } };
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

/** Bytes of findings at which a chunk stops: those of one more batch have room. */
export const findingsEnough = ({ claimFindings, findings }: MemoryMap): number =>
  claimFindings.bytes - findings.bytes;

/** The progress of a chunk, in its outcome. */
const claimed = 1;
export const committed = 2;

/** The outcomes of the chunks of a round, in memory that all workers share. */
export class ChunkOutcomes {
  readonly #map: MemoryMap;
  readonly #numbers: Int32Array;

  /** Valid until memory grows; `numbers` is the memory as numbers of 32 bits. */
  constructor(map: MemoryMap, numbers: Int32Array) {
    this.#map = map;
    this.#numbers = numbers;
  }

  #indexOf(chunk: number, what: keyof typeof outcomeAt): number {
    const { outcome, chunkDistance } = this.#map;
    return (outcome.at + chunk * chunkDistance) / 4 + outcomeAt[what];
  }

  get(chunk: number, what: keyof typeof outcomeAt): number {
    return this.#numbers[this.#indexOf(chunk, what)]!;
  }

  set(chunk: number, what: keyof typeof outcomeAt, value: number): void {
    this.#numbers[this.#indexOf(chunk, what)] = value;
  }

  /** One number of each chunk. */
  all(what: keyof typeof outcomeAt): readonly number[] {
    return Array.from({ length: this.#map.chunks }, (_, chunk) => this.get(chunk, what));
  }

  /** Publishes that a chunk is claimed, with all numbers of its outcome. */
  publish(chunk: number, progress: number): void {
    Atomics.store(this.#numbers, this.#indexOf(chunk, 'progress'), progress);
  }

  isClaimed(chunk: number): boolean {
    return Atomics.load(this.#numbers, this.#indexOf(chunk, 'progress')) >= claimed;
  }
}

/** What a worker counts in its own areas: firings by transition, and whether each property has a witness. */
interface OwnCounts {
  readonly fired: BigUint64Array;
  readonly reached: Int32Array;
}

/** Performs orders as one worker. */
export class OrderPerformer {
  readonly #worker: Worker;
  /** The worker's own counts before the round. */
  #before: OwnCounts;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.globals.areas.value = worker.areas;
    this.#before = this.#counts();
  }

  /** Prepares the worker's own areas, then takes chunks until none is left. */
  perform({ shared, work }: Order): void {
    const { map, memory, globals } = this.#worker;
    share(shared, globals);
    if (work.kind === 'claim') this.#keep();
    if (work.kind === 'rollback') this.#restore(shared);
    const numbers = new Int32Array(memory.buffer);
    const chunks = new ChunkPerformer(this.#worker, shared, new ChunkOutcomes(map, numbers));
    const take = () => Atomics.add(numbers, takenAt / 4, 1);
    for (let chunk = take(); chunk < map.chunks; chunk = take()) chunks.perform(chunk, work);
    share(shared, globals);
  }

  #counts(): OwnCounts {
    const { areas, map, memory, transitions } = this.#worker;
    return {
      fired: new BigUint64Array(memory.buffer, map.fired.at + areas, transitions),
      reached: new Int32Array(memory.buffer, map.reached.at + areas, map.reached.bytes / 4),
    };
  }

  #keep(): void {
    const { fired, reached } = this.#counts();
    this.#before = { fired: fired.slice(), reached: reached.slice() };
  }

  #restore({ statesPage }: SharedGlobals): void {
    const { fired, reached } = this.#counts();
    fired.set(this.#before.fired);
    reached.set(this.#before.reached);
    forgetRecent(this.#worker, firstCandidate(this.#worker, statesPage * pageBytes));
  }
}

function share({ count, slots, numberMask, statesPage }: SharedGlobals, globals: GeneratedGlobals): void {
  globals.count.value = count;
  globals.before.value = count;
  globals.slots.value = slots;
  globals.numberMask.value = numberMask;
  globals.statesPage.value = statesPage;
}

/**
 * Performs chunks of one order. During a round it stores the claims of the worker's chunks while the caches still hold
 * them; a chunk that must wait for an earlier one is tried again after the worker's next chunk.
 */
class ChunkPerformer {
  readonly #worker: Worker;
  readonly #shared: SharedGlobals;
  readonly #outcomes: ChunkOutcomes;
  /** This worker's chunks whose claims are not stored yet, in order. */
  readonly #waiting: number[] = [];
  /** The first chunk after those known to be claimed, and the number of its first state. */
  #next = 0;
  #first: number;

  constructor(worker: Worker, shared: SharedGlobals, outcomes: ChunkOutcomes) {
    this.#worker = worker;
    this.#shared = shared;
    this.#outcomes = outcomes;
    this.#first = shared.count;
  }

  perform(chunk: number, work: WorkerTask): void {
    const { map, code, globals } = this.#worker;
    switch (work.kind) {
      case 'claim':
        this.#claim(chunk, work);
        return;
      case 'rollback':
        globals.chunk.value = chunk;
        globals.claimed.value = this.#outcomes.get(chunk, 'claimed');
        code.rollback();
        return;
      case 'commit':
        if (this.#outcomes.get(chunk, 'progress') !== committed) this.#commit(chunk);
        return;
      case 'clear':
        code.clearTable(...partOf(this.#shared.slots, chunk, map));
        return;
      case 'enter':
        enterStates(code, ...partOf(this.#shared.count, chunk, map), map.room);
    }
  }

  /**
   * Claims the new successors of a chunk, or stores them at once as soon as all chunks before are claimed. It stops
   * early when claims or findings have no more room, or a part of compact states has no number left.
   */
  #claim(chunk: number, work: ClaimWork): void {
    const { map, code, globals, memory } = this.#worker;
    const [from, to] = chunkOf(chunk, work, map);
    const areas = chunk * map.chunkDistance;
    globals.chunk.value = chunk;
    globals.claimed.value = 0;
    globals.claimMark.value = areas + map.claimMarks.at;
    globals.finding.value = areas + map.claimFindings.at;
    let storesAtOnce = false;
    let at = from;
    while (at < to && this.#hasRoom(areas, work.enough)) {
      const next = code.generate(at, to);
      if (map.numbers.bytes > 0 && !prepareBatch(code, new Int32Array(memory.buffer))) break;
      at = next;
      if (!storesAtOnce && this.#areEarlierClaimed(chunk)) {
        this.#noteClaims(chunk);
        this.#commit(chunk);
        storesAtOnce = true;
      }
      if (storesAtOnce) code.storeAtOnce();
      else code.claim();
    }
    this.#outcomes.set(chunk, 'stopped', at);
    this.#noteClaims(chunk);
    if (storesAtOnce) this.#outcomes.set(chunk, 'findings', globals.finding.value);
    if (at < to) return;
    this.#outcomes.publish(chunk, storesAtOnce ? committed : claimed);
    if (!storesAtOnce) this.#waiting.push(chunk);
    this.#commitWaiting();
  }

  /** Whether one more batch has room. */
  #hasRoom(areas: number, enough: number): boolean {
    const { map, globals } = this.#worker;
    const { claimMarks, claimFindings, marks } = map;
    return (
      globals.claimed.value <= enough &&
      addressOf(globals.claimMark.value) <= areas + claimMarks.at + claimMarks.bytes - marks.bytes &&
      addressOf(globals.finding.value) <= areas + claimFindings.at + findingsEnough(map)
    );
  }

  #noteClaims(chunk: number): void {
    const { claimed: claims, claimMark } = this.#worker.globals;
    this.#outcomes.set(chunk, 'claimed', claims.value);
    this.#outcomes.set(chunk, 'marks', claimMark.value);
  }

  /** Whether all chunks before this one are claimed; if so, its outcome has the number of its first state. */
  #areEarlierClaimed(chunk: number): boolean {
    while (this.#next < chunk && this.#outcomes.isClaimed(this.#next)) {
      this.#first += this.#outcomes.get(this.#next, 'claimed') - this.#outcomes.get(this.#next, 'lost');
      this.#next++;
      this.#outcomes.set(this.#next, 'first', this.#first);
    }
    return this.#next >= chunk;
  }

  #commitWaiting(): void {
    while (this.#waiting.length > 0 && this.#areEarlierClaimed(this.#waiting[0]!)) {
      const chunk = this.#waiting.shift()!;
      this.#commit(chunk);
      this.#outcomes.set(chunk, 'progress', committed);
    }
  }

  /** Stores the claims of a chunk so far, from its first number on. */
  #commit(chunk: number): void {
    const { map, code, globals } = this.#worker;
    globals.chunk.value = chunk;
    globals.claimed.value = this.#outcomes.get(chunk, 'claimed');
    globals.claimMark.value = this.#outcomes.get(chunk, 'marks');
    globals.count.value = this.#outcomes.get(chunk, 'first');
    globals.finding.value = map.claimFindings.at + chunk * map.chunkDistance;
    code.commit();
    this.#outcomes.set(chunk, 'findings', globals.finding.value);
  }
}
