/** What the workers of a search are told and answer: numbers in shared memory, the same work for each of them. */
import type { MemoryMap } from '../state/wasm-memory.ts';
import { pageBytes } from '../state/wasm-memory.ts';
import { forgetRecent } from './recent.ts';
import type { GeneratedCode, GeneratedGlobals } from './visited-memory.ts';
import { enterStates } from './visited-memory.ts';

/** Several workers that do one piece of work at a time, all at once. */
export interface Crew {
  /** Whether all of them can begin; until then the caller works alone. */
  readonly isReady: () => boolean;
  /**
   * Does one piece of work; order `w` is for worker `w`, and 0 is the caller.
   *
   * Returns the replies, valid until the next piece.
   * Throws  Error when a worker fails or gives no sign of life, as `isReady` does.
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
  /** Gathers and claims successors of the states `from` .. `to - 1`; replies where it stopped and how many it has claimed. */
  | { readonly kind: 'claim'; readonly from: number; readonly to: number }
  /** Undoes the claims of this round, as if it had not begun. */
  | { readonly kind: 'withdraw' }
  /** Stores the states that it has claimed and not lost, from number `first` on; replies where its findings end. */
  | { readonly kind: 'settle'; readonly first: number }
  /** Empties its share of the table. */
  | { readonly kind: 'clear' }
  /** Enters its share of the stored states into the table. */
  | { readonly kind: 'enter' };

export interface Order {
  readonly shared: Shared;
  readonly work: Work;
}

/** Numbers of an order and of a reply. */
export const orderLength = 8;
const kinds = ['claim', 'withdraw', 'settle', 'clear', 'enter'] as const;

export function writeOrder({ shared, work }: Order, to: Int32Array): void {
  const { count, slots, numberMask, statesPage } = shared;
  const [from, end] = detailsOf(work);
  to.set([kinds.indexOf(work.kind), count, slots, numberMask, statesPage, from, end]);
}

function detailsOf(work: Work): readonly [number, number] {
  switch (work.kind) {
    case 'claim':
      return [work.from, work.to];
    case 'settle':
      return [work.first, 0];
    case 'withdraw':
    case 'clear':
    case 'enter':
      return [0, 0];
  }
}

export function readOrder(order: Int32Array): Order {
  const [kind, count, slots, numberMask, statesPage, from, to] = order as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const shared = { count, slots, numberMask, statesPage };
  const name = kinds[kind]!;
  switch (name) {
    case 'claim':
      return { shared, work: { kind: name, from, to } };
    case 'settle':
      return { shared, work: { kind: name, first: from } };
    case 'withdraw':
    case 'clear':
    case 'enter':
      return { shared, work: { kind: name } };
  }
}

/** One worker: its place in the crew and its instance of the generated code. */
export interface Member {
  readonly workers: number;
  readonly map: MemoryMap;
  readonly transitions: number;
  readonly memory: WebAssembly.Memory;
  readonly states: WebAssembly.Memory;
  readonly code: GeneratedCode;
  readonly globals: GeneratedGlobals;
}

/** A worker's part of the work; `member.map.worker` says which. */
export function performer(member: Member): (order: Order, reply: Int32Array) => void {
  const { map, memory, states, transitions, globals, code } = member;
  let firedBefore = new BigUint64Array();
  const fired = () => new BigUint64Array(memory.buffer, map.fired.at, transitions);
  return ({ shared, work }, reply) => {
    share(shared, globals);
    switch (work.kind) {
      case 'claim':
        firedBefore = fired().slice();
        claimAll(work, member, reply);
        return;
      case 'withdraw':
        fired().set(firedBefore);
        code.withdraw();
        forgetRecent(map, memory, { states, firstState: shared.statesPage * pageBytes });
        return;
      case 'settle':
        globals.count.value = work.first;
        globals.finding.value = map.findings.at;
        code.settle();
        reply[0] = globals.finding.value;
        return;
      case 'clear':
        code.clearTable(...partOf(shared.slots, member));
        return;
      case 'enter':
        enterStates(code, ...partOf(shared.count, member), map.room);
    }
  };
}

function share({ count, slots, numberMask, statesPage }: Shared, globals: GeneratedGlobals): void {
  globals.count.value = count;
  globals.slots.value = slots;
  globals.numberMask.value = numberMask;
  globals.statesPage.value = statesPage;
}

/** The part of `total` things that is this worker's. */
function partOf(total: number, { workers, map }: Member): readonly [from: number, to: number] {
  return [Math.floor((map.worker * total) / workers), Math.floor(((map.worker + 1) * total) / workers)];
}

/** Stops before the end when its claims are as many as there is room for. */
function claimAll(
  { from, to }: Work & { kind: 'claim' },
  { code, globals, map, memory }: Member,
  reply: Int32Array,
): void {
  new Int32Array(memory.buffer)[map.lost.at / 4] = 0;
  globals.claimed.value = 0;
  globals.claimMark.value = map.claimMarks.at;
  const fewMarks = map.claimMarks.at + map.claimMarks.bytes - map.marks.bytes;
  let at = from;
  while (at < to && globals.claimed.value <= map.claimsEnough && globals.claimMark.value <= fewMarks) {
    at = code.generate(at, to);
    code.claim();
  }
  reply[0] = at;
  reply[1] = globals.claimed.value;
}
