/** The packed layout of the generated C, decided apart from the engine's own: where each variable stands in 64-bit words. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import { index, ordinalOf, sizeOf, type AnyDomain, type Value } from '../../language/domain.ts';
import type { Declarations } from '../../language/variable.ts';
import type { Cells, State } from '../../interpreter/evaluate.ts';

/** Cell `i` is `bits` bits at bit `shift + (i % perWord) * bits` of word `word + i / perWord`; it holds an ordinal. */
export interface Slot {
  readonly domain: AnyDomain;
  /** The number of cells of an array, or null for a scalar. */
  readonly length: number | null;
  readonly bits: number;
  readonly perWord: number;
  readonly word: number;
  readonly shift: number;
}

export type Slots = Readonly<Record<string, Slot>>;

export interface CopySlots {
  readonly location: Slot;
  readonly locals: Slots;
}

export interface CLayout {
  readonly words: number;
  readonly shared: Slots;
  /** By thread name and copy. */
  readonly threads: Readonly<Record<string, readonly CopySlots[]>>;
}

interface Wish {
  readonly domain: AnyDomain;
  readonly length: number | null;
  readonly assign: (slot: Slot) => void;
}

export function cLayout({ model, threads }: TransitionSystem): CLayout {
  const wishes: Wish[] = [];
  const want = (domain: AnyDomain, length: number | null, assign: (slot: Slot) => void) =>
    wishes.push({ domain, length, assign });
  const wantAll = (declarations: Declarations) => {
    const slots: Record<string, Slot> = {};
    for (const [name, { domain, length }] of Object.entries(declarations))
      want(domain, length, (slot) => (slots[name] = slot));
    return slots;
  };
  const shared = wantAll(model.shared);
  const copies = threads.map(({ thread, locations }): [string, CopySlots[]] => [
    thread.name,
    Array.from({ length: thread.cpus }, () => {
      const copy: { location: Slot | null; locals: Slots } = {
        location: null,
        locals: wantAll(thread.locals),
      };
      want(index(Math.max(1, locations.length)), null, (slot) => (copy.location = slot));
      return copy as CopySlots;
    }),
  ]);
  return { words: placeAll(wishes), shared, threads: Object.fromEntries(copies) };
}

const bitsOf = ({ domain }: Wish) => Math.ceil(Math.log2(sizeOf(domain)));
const widthOf = (wish: Wish) => bitsOf(wish) * (wish.length ?? 1);

/** Gives all wishes a place, the widest first, in the first word with room; returns the number of words. */
function placeAll(wishes: readonly Wish[]): number {
  const free: number[] = [64];
  for (const wish of wishes.toSorted((a, b) => widthOf(b) - widthOf(a))) {
    const { domain, length } = wish;
    const [bits, width] = [bitsOf(wish), widthOf(wish)];
    const slot = { domain, length, bits, perWord: Math.floor(64 / Math.max(1, bits)) };
    if (width > 64) {
      if (free.at(-1) === 64) free.pop();
      wish.assign({ ...slot, word: free.length, shift: 0 });
      for (let left = length!; left > 0; left -= slot.perWord)
        free.push(64 - bits * Math.min(left, slot.perWord));
    } else {
      const word = free.some((room) => room >= width)
        ? free.findIndex((room) => room >= width)
        : free.push(64) - 1;
      wish.assign({ ...slot, word, shift: 64 - free[word]! });
      free[word]! -= width;
    }
  }
  return free.length;
}

/** The words of a state. */
export function pack(layout: CLayout, state: State): readonly bigint[] {
  const words = Array.from({ length: layout.words }, () => 0n);
  const put = (slot: Slot, cell: number, value: Value) => {
    const shift = slot.shift + (cell % slot.perWord) * slot.bits;
    words[slot.word + Math.floor(cell / slot.perWord)]! |=
      BigInt(ordinalOf(slot.domain, value)) << BigInt(shift);
  };
  const putAll = (slots: Slots, cells: Cells) => {
    for (const [name, slot] of Object.entries(slots))
      for (const [cell, value] of [cells[name]!].flat().entries()) put(slot, cell, value);
  };
  putAll(layout.shared, state.shared);
  for (const [name, copies] of Object.entries(layout.threads))
    for (const [replica, { location, locals }] of copies.entries()) {
      put(location, 0, state.threads[name]![replica]!.location);
      putAll(locals, state.threads[name]![replica]!.locals);
    }
  return words;
}
