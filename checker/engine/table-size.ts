/**
 * The size of the table, and the number of states that fit into memory. Both are the same for any number of workers.
 */

const firstSlots = 2_048;
/** The highest load factor: with linear probing, a fuller table makes searches long. */
export const fullest = 0.8;
export const slotBytes = 4;
/** Each entry of a rebuilt table is a cache miss; growth by 3 has two thirds of the misses of growth by 2. */
export const growth = 3;

/** The limits of memory. */
export interface Room {
  /** Bytes of table and states together. */
  readonly bytes: number;
  readonly statesBytes: number;
  readonly slots: number;
}

/** The slots of a table with `states` states: it grows threefold, so a state has at most 15 bytes of it. */
export function slotsFor(states: number, room: Room): number {
  let slots = firstSlots;
  while (states > slots * fullest) slots *= growth;
  return Math.min(slots, Math.max(firstSlots, room.slots));
}

export const bytesFor = (states: number, stride: number, room: Room): number =>
  states * stride + slotsFor(states, room) * slotBytes;

/** The number of states of `stride` bytes that have room. */
export function mostStates(stride: number, room: Room): number {
  let most = 0;
  for (let slots = firstSlots; slots / growth < room.slots; slots *= growth) {
    const taken = Math.min(slots, room.slots);
    const left = Math.min(room.bytes - taken * slotBytes, room.statesBytes);
    most = Math.max(most, Math.min(Math.floor(taken * fullest), Math.floor(left / stride)));
  }
  return most;
}
