/** What the workers of a search are told and answer: numbers in shared memory, the same work for each of them. */
import type { MemoryMap } from '../state/wasm-memory.ts';
import { pageBytes, pieceLength } from '../state/wasm-memory.ts';
import { forgetRecent } from './recent.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';

/** Several workers that do one piece of work at a time, all at once. */
export interface Crew {
  /**
   * Does one piece of work; order `w` is for worker `w`, and 0 is the caller.
   *
   * Returns the replies, valid until the next piece.
   * Throws  Error when a worker fails or gives no sign of life.
   */
  readonly run: (orders: readonly Order[]) => readonly Int32Array[];
  readonly close: () => void;
}

/** What another worker is started with: its areas and its module. */
export interface Recruit {
  readonly map: MemoryMap;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What all workers must know of the visited set: the globals of the same names. */
export interface Shared {
  readonly count: number;
  readonly slots: number;
  readonly numberMask: number;
  readonly statesPage: number;
}

export type Work =
  /** Gathers successors of the states `from` .. `to - 1`; replies where it stopped, how many there are that were not met lately, and how many there were. */
  | { readonly kind: 'generate'; readonly from: number; readonly to: number }
  /** Claims, among the first `gathered.length` workers' candidates, those of its region; replies how many are new, by worker. */
  | { readonly kind: 'claim'; readonly gathered: readonly number[] }
  /** Stores its own new states from number `first` on, or none when that is -1; replies where its findings end. */
  | { readonly kind: 'settle'; readonly first: number }
  /** Enters the stored states of its region into the table. */
  | { readonly kind: 'enter' };

export interface Order {
  readonly shared: Shared;
  readonly work: Work;
}

export const mostWorkers = 16;
/** Numbers of an order and of a reply. */
export const orderLength = 8 + mostWorkers;
const kinds = ['generate', 'claim', 'settle', 'enter'] as const;

export function writeOrder({ shared, work }: Order, to: Int32Array): void {
  const details = detailsOf(work);
  to.set([
    kinds.indexOf(work.kind),
    shared.count,
    shared.slots,
    shared.numberMask,
    shared.statesPage,
    details.length,
    ...details,
  ]);
}

function detailsOf(work: Work): readonly number[] {
  switch (work.kind) {
    case 'generate':
      return [work.from, work.to];
    case 'claim':
      return work.gathered;
    case 'settle':
      return [work.first];
    case 'enter':
      return [];
  }
}

export function readOrder(from: Int32Array): Order {
  const [kind, count, slots, numberMask, statesPage, length, ...rest] = from;
  const shared = { count: count!, slots: slots!, numberMask: numberMask!, statesPage: statesPage! };
  const details = rest.slice(0, length);
  switch (kinds[kind!]!) {
    case 'generate':
      return { shared, work: { kind: 'generate', from: details[0]!, to: details[1]! } };
    case 'claim':
      return { shared, work: { kind: 'claim', gathered: details } };
    case 'settle':
      return { shared, work: { kind: 'settle', first: details[0]! } };
    case 'enter':
      return { shared, work: { kind: 'enter' } };
  }
}

/** One worker: its place in the crew and its instance of the generated code. */
export interface Member {
  readonly worker: number;
  readonly workers: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
}

/** The slots of the table that a worker owns. */
export function regionOf(
  worker: number,
  workers: number,
  slots: number,
): readonly [start: number, end: number] {
  return [Math.floor((worker * slots) / workers), Math.floor(((worker + 1) * slots) / workers)];
}

/** A worker's part of the work; `member.worker` says which. */
export function performer(member: Member): (order: Order, reply: Int32Array) => void {
  let firedBefore = new BigUint64Array();
  const fired = () => new BigUint64Array(member.memory.buffer, member.map.fired.at, member.transitions);
  return ({ shared, work }, reply) => {
    share(shared, member);
    switch (work.kind) {
      case 'generate':
        firedBefore = fired().slice();
        generate(work, member, reply);
        return;
      case 'claim':
        // Successors that come after a worker that had no room for all of its own are gathered once more.
        if (member.worker >= work.gathered.length) {
          fired().set(firedBefore);
          forgetRecent(member.map, member.memory, shared.statesPage * pageBytes);
        }
        claimAll(work.gathered, member, reply);
        return;
      case 'settle':
        if (work.first < 0) return;
        member.globals.count.value = work.first;
        member.globals.finding.value = member.map.findings.at;
        member.code.settle();
        reply[0] = member.globals.finding.value;
        return;
      case 'enter':
        enterAll(shared.count, member);
    }
  };
}

function share(shared: Shared, { globals, worker, workers }: Member): void {
  const [start, end] = regionOf(worker, workers, shared.slots);
  globals.count.value = shared.count;
  globals.slots.value = shared.slots;
  globals.numberMask.value = shared.numberMask;
  globals.statesPage.value = shared.statesPage;
  globals.regionStart.value = start;
  globals.regionEnd.value = end;
}

function generate(
  { from, to }: Work & { kind: 'generate' },
  { code, globals, map }: Member,
  reply: Int32Array,
): void {
  const gathered = () => (globals.cursor.value - map.candidates.at) / map.stride;
  reply[0] = code.generate(from, to);
  reply[2] = gathered();
  code.hashAll();
  code.dropRecent();
  code.findSlots();
  reply[1] = gathered();
}

function claimAll(
  gathered: readonly number[],
  { code, globals, map, worker }: Member,
  reply: Int32Array,
): void {
  const firstBase = map.base - worker * map.distance;
  for (const [other, total] of gathered.entries()) {
    const base = firstBase + other * map.distance;
    const first = globals.count.value + other * map.room;
    let found = 0;
    for (let at = 0; at < total; at += pieceLength) {
      const picked = code.pick(base, at, Math.min(at + pieceLength, total));
      code.foresee(base, picked);
      found += code.claim(base, picked, first);
    }
    reply[other] = found;
  }
}

function enterAll(count: number, { code }: Member): void {
  for (let at = 0; at < count; at += 4_096) code.enter(at, Math.min(at + 4_096, count));
}
