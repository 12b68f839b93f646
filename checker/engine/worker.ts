/** What the workers of a search are told: numbers in shared memory. All work comes in pieces, and whoever is free takes the next. */
import {
  addressOf,
  enterStates,
  type Shared,
  type GeneratedCode,
  type GeneratedGlobals,
} from './visited-memory.ts';
import { outcomeAt, pageBytes, takenAt, type MemoryMap } from '../codegen/memory-map.ts';
import { forgetRecent } from './recent-cache.ts';

/** Several workers that do one order at a time, all at once. */
export interface Crew {
  /** Whether all of them can begin; until then the caller works alone. */
  readonly isReady: () => boolean;
  /**
   * Does all pieces of an order; the caller is one of the workers.
   *
   * Throws  Error when a worker fails or gives no sign of life, as `isReady` does.
   */
  readonly run: (order: Order) => void;
}

/** Workers on their way, who do not know yet what there is to do. */
export interface Applicants {
  /** Tells them, one recruit each; `self` is worker 0 and works in the calling thread. */
  readonly hire: (self: Member, recruits: readonly Recruit[]) => Crew;
  readonly close: () => void;
}

/** What another worker must know of itself. */
export interface Recruit {
  readonly module: WebAssembly.Module;
  /** How far its own areas are from those of the first worker. */
  readonly areas: number;
}

/**
 * Gathers and claims successors of the states `from` .. `to - 1`, and stores those of a piece as soon as all pieces
 * before it are claimed; `outcome` says how far each piece came, which ends when it has more than `enough` claims.
 */
interface ClaimWork {
  readonly kind: 'claim';
  readonly from: number;
  readonly to: number;
  readonly enough: number;
}

export type Work =
  | ClaimWork
  /** Undoes the claims of this round, as if it had not begun. */
  | { readonly kind: 'withdraw' }
  /** Stores the claims of the pieces that are left: those of a piece from number `first` of its outcome on. */
  | { readonly kind: 'settle' }
  /** Empties the table. */
  | { readonly kind: 'clear' }
  /** Enters the stored states into the table. */
  | { readonly kind: 'enter' };

export interface Order {
  readonly shared: Shared;
  readonly work: Work;
}

/** Numbers of an order. */
export const orderLength = 8;
const kinds = ['claim', 'withdraw', 'settle', 'clear', 'enter'] as const;

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
export interface Member {
  readonly areas: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
}

/** What one worker does with an order: what concerns itself, then pieces as long as there are some. */
export function performer(member: Member): (order: Order) => void {
  const { areas, map, memory, states, transitions, globals } = member;
  const { stride, recent } = map;
  globals.areas.value = areas;
  const fired = () => new BigUint64Array(memory.buffer, map.fired.at + areas, transitions);
  const reached = () => new Int32Array(memory.buffer, map.reached.at + areas, map.reached.bytes / 4);
  let before = { fired: fired(), reached: reached() };
  return ({ shared, work }) => {
    share(shared, globals);
    if (work.kind === 'claim') before = { fired: fired().slice(), reached: reached().slice() };
    if (work.kind === 'withdraw') {
      fired().set(before.fired);
      reached().set(before.reached);
      const own = { stride, recent: { ...recent, at: recent.at + areas } };
      forgetRecent(own, memory, { states, firstState: shared.statesPage * pageBytes });
    }
    const performing = { ...member, numbers: new Int32Array(memory.buffer) };
    const settling = new Settling(shared.count, performing);
    const take = () => Atomics.add(performing.numbers, takenAt / 4, 1);
    for (let piece = take(); piece < map.pieces; piece = take())
      if (work.kind === 'claim') claimPiece(piece, work, settling, performing);
      else performPiece(piece, { shared, work }, performing);
    share(shared, globals);
  };
}

function share({ count, slots, numberMask, statesPage }: Shared, globals: GeneratedGlobals): void {
  globals.count.value = count;
  globals.before.value = count;
  globals.slots.value = slots;
  globals.numberMask.value = numberMask;
  globals.statesPage.value = statesPage;
}

/** The states of a piece: the last pieces are small, so that nobody waits long for the end of a round. */
export function pieceOf(
  piece: number,
  { from, to }: { readonly from: number; readonly to: number },
  { pieces }: MemoryMap,
): readonly [number, number] {
  const left = (at: number) => Math.ceil(((to - from) * (pieces - at) ** 2) / pieces ** 2);
  return [to - left(piece), to - left(piece + 1)];
}

/** No piece is larger than so many times the mean, rounded up. */
export const largestPiece = 2;

/** The part of so many things that is in a piece. */
const partOf = (total: number, piece: number, { pieces }: MemoryMap): readonly [number, number] => [
  Math.floor((piece * total) / pieces),
  Math.floor(((piece + 1) * total) / pieces),
];

/** Where what is known of a piece stands, in words of 32 bits. */
export const outcomeOf = (
  { outcome, pieceDistance }: MemoryMap,
  piece: number,
  what: keyof typeof outcomeAt,
) => (outcome.at + piece * pieceDistance) / 4 + outcomeAt[what];

interface Performing extends Member {
  /** The memory as numbers. */
  readonly numbers: Int32Array;
}

function performPiece(
  piece: number,
  { shared, work }: { readonly shared: Shared; readonly work: Exclude<Work, ClaimWork> },
  performing: Performing,
): void {
  const { map, code, globals, numbers } = performing;
  switch (work.kind) {
    case 'withdraw':
      globals.piece.value = piece;
      globals.claimed.value = numbers[outcomeOf(map, piece, 'claimed')]!;
      code.withdraw();
      return;
    case 'settle':
      if (numbers[outcomeOf(map, piece, 'progress')] !== settled) settlePiece(piece, performing);
      return;
    case 'clear':
      code.clearTable(...partOf(shared.slots, piece, map));
      return;
    case 'enter':
      enterStates(code, ...partOf(shared.count, piece, map), map.room);
  }
}

/**
 * Claims what is new, or stores it at once as soon as all pieces before are claimed. It stops before the end when there is
 * no room for more claims or findings.
 */
function claimPiece(piece: number, work: ClaimWork, settling: Settling, performing: Performing): void {
  const { map, code, globals, numbers } = performing;
  const [from, to] = pieceOf(piece, work, map);
  const areas = piece * map.pieceDistance;
  /** Whether what one more batch may bring has room. */
  const hasRoom = () =>
    globals.claimed.value <= work.enough &&
    addressOf(globals.claimMark.value) <=
      areas + map.claimMarks.at + map.claimMarks.bytes - map.marks.bytes &&
    addressOf(globals.finding.value) <= areas + map.claimFindings.at + findingsEnough(map);
  const note = (what: keyof typeof outcomeAt, value: number) =>
    (numbers[outcomeOf(map, piece, what)] = value);
  const noteClaims = () => {
    note('claimed', globals.claimed.value);
    note('marks', globals.claimMark.value);
  };
  globals.piece.value = piece;
  globals.claimed.value = 0;
  globals.claimMark.value = areas + map.claimMarks.at;
  globals.finding.value = areas + map.claimFindings.at;
  let isFirst = false;
  let at = from;
  while (at < to && hasRoom()) {
    at = code.generate(at, to);
    if (!isFirst && settling.reach(piece)) {
      noteClaims();
      settlePiece(piece, performing);
      isFirst = true;
    }
    if (isFirst) code.storeAtOnce();
    else code.claim();
  }
  note('stopped', at);
  noteClaims();
  if (isFirst) note('findings', globals.finding.value);
  if (at < to) return;
  Atomics.store(numbers, outcomeOf(map, piece, 'progress'), isFirst ? settled : claimed);
  if (!isFirst) settling.wait(piece);
  settling.settleWaiting();
}

/** Bytes of findings in a piece that are enough: those of one more batch have room. */
export const findingsEnough = ({ claimFindings, findings }: MemoryMap): number =>
  claimFindings.bytes - findings.bytes;

/** Progress of a piece. */
const claimed = 1;
export const settled = 2;

/**
 * Stores the claims of one worker while a round goes on: what was claimed a moment ago is still in the caches. A piece that
 * has to wait for one before it is tried again after the next.
 */
class Settling {
  readonly #performing: Performing;
  /** Pieces of this worker that are not stored yet, in order. */
  readonly #waiting: number[] = [];
  /** All pieces before this one are claimed; its first state has this number. */
  #next = 0;
  #first: number;

  constructor(count: number, performing: Performing) {
    this.#performing = performing;
    this.#first = count;
  }

  wait(piece: number): void {
    this.#waiting.push(piece);
  }

  settleWaiting(): void {
    const { map, numbers } = this.#performing;
    while (this.#waiting.length > 0 && this.reach(this.#waiting[0]!)) {
      const piece = this.#waiting.shift()!;
      settlePiece(piece, this.#performing);
      numbers[outcomeOf(map, piece, 'progress')] = settled;
    }
  }

  /** Whether all pieces before this one are claimed; its first number is noted then. */
  reach(piece: number): boolean {
    const { map, numbers } = this.#performing;
    const isClaimed = (at: number) => Atomics.load(numbers, outcomeOf(map, at, 'progress')) >= claimed;
    while (this.#next < piece && isClaimed(this.#next)) {
      this.#first +=
        numbers[outcomeOf(map, this.#next, 'claimed')]! - numbers[outcomeOf(map, this.#next, 'lost')]!;
      this.#next++;
      numbers[outcomeOf(map, this.#next, 'first')] = this.#first;
    }
    return this.#next >= piece;
  }
}

/** Stores what a piece has claimed so far, from its first number on. */
function settlePiece(piece: number, { map, code, globals, numbers }: Performing): void {
  globals.piece.value = piece;
  globals.claimed.value = numbers[outcomeOf(map, piece, 'claimed')]!;
  globals.claimMark.value = numbers[outcomeOf(map, piece, 'marks')]!;
  globals.count.value = numbers[outcomeOf(map, piece, 'first')]!;
  globals.finding.value = map.claimFindings.at + piece * map.pieceDistance;
  code.settle();
  numbers[outcomeOf(map, piece, 'findings')] = globals.finding.value;
}
