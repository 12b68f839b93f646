/** How large the table is, by the states in it, and how many states fit into so many bytes: the same for any number of workers. */

const firstSlots = 2_048;
/** States a slot at most: with linear probing, more would make searches long. */
export const fullest = 0.8;
export const slotBytes = 4;
/** Each entry that is entered anew is a cache miss; growing by 3 has two thirds as many of them as by 2. */
const growth = 3;

/** What there is room for at most. */
export interface Room {
  /** Bytes of table and states together. */
  readonly bytes: number;
  readonly statesBytes: number;
  readonly slots: number;
}

/** The slots of a table with so many states: it grows threefold, so that a state never has more than 15 bytes of it. */
export function slotsFor(states: number, room: Room): number {
  let slots = firstSlots;
  while (states > slots * fullest) slots *= growth;
  return Math.min(slots, Math.max(firstSlots, room.slots));
}

export const bytesFor = (states: number, stride: number, room: Room): number =>
  states * stride + slotsFor(states, room) * slotBytes;

/** The most states that have room, each of `stride` bytes. */
export function mostStates(stride: number, room: Room): number {
  let most = 0;
  for (let slots = firstSlots; slots / growth < room.slots; slots *= growth) {
    const taken = Math.min(slots, room.slots);
    const left = Math.min(room.bytes - taken * slotBytes, room.statesBytes);
    most = Math.max(most, Math.min(Math.floor(taken * fullest), Math.floor(left / stride)));
  }
  return most;
}
