/** What the workers of a search are told: numbers in shared memory. All work comes in pieces, and whoever is free takes the next. */
import type { MemoryMap } from '../state/wasm-memory.ts';
import { outcomeAt, pageBytes, takenAt } from '../state/wasm-memory.ts';
import { forgetRecent } from './recent.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';
import { enterStates } from './visited-memory.ts';

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
  readonly close: () => void;
}

/** What another worker is started with. */
export interface Recruit {
  readonly module: WebAssembly.Module;
  /** How far its own areas are from those of the first worker. */
  readonly areas: number;
}

/** What all workers must know of the visited set: the globals of the same names. */
export interface Shared {
  readonly count: number;
  readonly slots: number;
  readonly numberMask: number;
  readonly statesPage: number;
}

export type Work =
  /**
   * Gathers and claims successors of the states `from` .. `to - 1`, and stores those of a piece as soon as all pieces
   * before it are claimed; `outcome` says how far each piece came.
   */
  | { readonly kind: 'claim'; readonly from: number; readonly to: number }
  /** Undoes the claims of this round, as if it had not begun. */
  | { readonly kind: 'withdraw' }
  /** Does so with the pieces that are left: those of a piece from number `first` of its outcome on. */
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
export const orderLength = 7;
const kinds = ['claim', 'withdraw', 'settle', 'clear', 'enter'] as const;

export function writeOrder({ shared, work }: Order, to: Int32Array): void {
  const { count, slots, numberMask, statesPage } = shared;
  const range = work.kind === 'claim' ? [work.from, work.to] : [0, 0];
  to.set([kinds.indexOf(work.kind), count, slots, numberMask, statesPage, ...range]);
}

export function readOrder(order: Int32Array): Order {
  const [kind, count, slots, numberMask, statesPage, from, to] = [...order] as [
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
    work: name === 'claim' ? { kind: name, from, to } : { kind: name },
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
    for (let piece = take(); piece < map.pieces; piece = take()) {
      performPiece(piece, { shared, work }, performing);
      if (work.kind === 'claim') settling.settle(piece);
    }
  };
}

function share({ count, slots, numberMask, statesPage }: Shared, globals: GeneratedGlobals): void {
  globals.count.value = count;
  globals.slots.value = slots;
  globals.numberMask.value = numberMask;
  globals.statesPage.value = statesPage;
}

/** The part of the things `from` .. `to - 1` that is in a piece. */
export function partOf(from: number, to: number, piece: number, pieces: number): readonly [number, number] {
  const start = (at: number) => from + Math.floor((at * (to - from)) / pieces);
  return [start(piece), start(piece + 1)];
}

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

function performPiece(piece: number, { shared, work }: Order, performing: Performing): void {
  const { map, code, globals, numbers } = performing;
  const part = (from: number, to: number) => partOf(from, to, piece, map.pieces);
  switch (work.kind) {
    case 'claim':
      claimPiece(piece, part(work.from, work.to), performing);
      return;
    case 'withdraw':
      globals.piece.value = piece;
      globals.claimed.value = numbers[outcomeOf(map, piece, 'claimed')]!;
      code.withdraw();
      return;
    case 'settle':
      if (!isSettled(piece, performing)) settlePiece(piece, performing);
      return;
    case 'clear':
      code.clearTable(...part(0, shared.slots));
      return;
    case 'enter':
      enterStates(code, ...part(0, shared.count), map.room);
  }
}

/** Stops before the end when its claims are as many as there is room for. */
function claimPiece(
  piece: number,
  [from, to]: readonly [number, number],
  { map, code, globals, numbers }: Performing,
): void {
  const firstMark = map.claimMarks.at + piece * map.pieceDistance;
  const fewMarks = firstMark + map.claimMarks.bytes - map.marks.bytes;
  globals.piece.value = piece;
  globals.claimed.value = 0;
  globals.claimMark.value = firstMark;
  let at = from;
  while (at < to && globals.claimed.value <= map.claimsEnough && globals.claimMark.value <= fewMarks) {
    at = code.generate(at, to);
    code.claim();
  }
  numbers[outcomeOf(map, piece, 'stopped')] = at;
  numbers[outcomeOf(map, piece, 'claimed')] = globals.claimed.value;
  numbers[outcomeOf(map, piece, 'marks')] = globals.claimMark.value;
  if (at === to) Atomics.store(numbers, outcomeOf(map, piece, 'progress'), claimed);
}

/** Progress of a piece. */
const claimed = 1;
export const settled = 2;

const isSettled = (piece: number, { map, numbers }: Performing) =>
  numbers[outcomeOf(map, piece, 'progress')] === settled;

/**
 * Stores the pieces of one worker while a round goes on: what was claimed a moment ago is still in the caches. A piece that
 * has to wait for one before it is tried again after the next.
 */
class Settling {
  readonly #performing: Performing;
  readonly #count: number;
  /** Pieces of this worker that are not stored yet, in order. */
  readonly #waiting: number[] = [];
  /** All pieces before this one are claimed; its first state has this number. */
  #next = 0;
  #first: number;

  constructor(count: number, performing: Performing) {
    this.#performing = performing;
    this.#count = count;
    this.#first = count;
  }

  settle(piece: number): void {
    const { map, numbers, globals } = this.#performing;
    this.#waiting.push(piece);
    while (this.#waiting.length > 0 && this.#reach(this.#waiting[0]!)) {
      const at = this.#waiting.shift()!;
      numbers[outcomeOf(map, at, 'first')] = this.#first;
      settlePiece(at, this.#performing);
      numbers[outcomeOf(map, at, 'progress')] = settled;
      // Numbers of claims go by the states that there were before the round.
      globals.count.value = this.#count;
    }
  }

  /** Whether all pieces up to this one are claimed. */
  #reach(piece: number): boolean {
    const { map, numbers } = this.#performing;
    const isClaimed = (at: number) => Atomics.load(numbers, outcomeOf(map, at, 'progress')) >= claimed;
    for (; this.#next < piece && isClaimed(this.#next); this.#next++)
      this.#first +=
        numbers[outcomeOf(map, this.#next, 'claimed')]! - numbers[outcomeOf(map, this.#next, 'lost')]!;
    return this.#next === piece && isClaimed(piece);
  }
}

function settlePiece(piece: number, { map, code, globals, numbers }: Performing): void {
  globals.piece.value = piece;
  globals.claimed.value = numbers[outcomeOf(map, piece, 'claimed')]!;
  globals.claimMark.value = numbers[outcomeOf(map, piece, 'marks')]!;
  globals.count.value = numbers[outcomeOf(map, piece, 'first')]!;
  globals.finding.value = map.claimFindings.at + piece * map.pieceDistance;
  code.settle();
  numbers[outcomeOf(map, piece, 'findings')] = globals.finding.value;
}
