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

/** A search that has this part of its states still to expand will have several times as many. */
const growingFrom = 1 / 4;

/**
 * The slots of a table that must grow for `states` states of `stride` bytes, `expanded` of them expanded. While a search
 * grows fast it skips a size, whose table would soon be rebuilt, if that takes no more than a quarter of the memory.
 */
export function slotsAhead(states: number, expanded: number, stride: number, room: Room): number {
  const slots = slotsFor(states, room);
  const ahead = Math.min(slots * growth, Math.max(firstSlots, room.slots));
  const isGrowing = states - expanded >= growingFrom * states;
  const isAffordable = states * stride + ahead * slotBytes <= room.bytes / 4;
  return isGrowing && isAffordable ? ahead : slots;
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
