/** Levels in memory, one behind the other: their states sorted, some of them removed, a path through them. */
import { encodeModule } from '../codegen/wasm/encode.ts';
import { sortModule } from '../codegen/sorted-runs/sort-module.ts';
import type { CompiledSpace } from '../engine/compiled-space.ts';
import { sumOf } from './level-files.ts';

/** Sorts the states between two addresses. */
type SortCode = (from: number, to: number) => void;

/** The states number `from` .. `to - 1` in memory. */
export type Range = readonly [from: number, to: number];

export class MemoryLevels {
  readonly #space: CompiledSpace;
  readonly #sort: SortCode;
  readonly #aside: number;
  /** The depth of the first level. */
  #base = 0;
  /** Of each level: the number of its first state. */
  #firsts: number[] = [];
  #end = 0;
  /** Whether the table lacks states. */
  #isStale = false;

  /** `aside`: how many states may be copied behind the others to be sorted. */
  constructor(space: CompiledSpace, aside: number) {
    const { model, memory } = space.compiled;
    const module = new WebAssembly.Module(encodeModule(sortModule(model.layout.words, model.module.shared)));
    const { exports } = new WebAssembly.Instance(module, { racewalk: { memory: memory.memory } });
    this.#sort = exports['sort'] as SortCode;
    this.#space = space;
    this.#aside = aside;
  }

  get isEmpty(): boolean {
    return this.#firsts.length === 0;
  }

  /** The number of their states, or of those of a part: the successors follow in memory. */
  get end(): number {
    return this.#end;
  }

  /** The number of the first state of the last level. */
  get frontier(): number {
    return this.#firsts.at(-1)!;
  }

  get base(): number {
    return this.#base;
  }

  get sizes(): readonly number[] {
    return this.#firsts.map((first, nth) => (this.#firsts[nth + 1] ?? this.#end) - first);
  }

  /** The number of the first state of a level; the end for the one behind the last. */
  firstOf(depth: number): number {
    return this.#firsts[depth - this.#base] ?? this.#end;
  }

  /** Makes the states behind the last level, which are in the table, the next one; returns their number. */
  push(): number {
    const states = this.#space.count - this.#end;
    this.#firsts.push(this.#end);
    this.#end = this.#space.count;
    return states;
  }

  /** Places levels of these sizes from a depth on, instead of all others. */
  replace(base: number, sizes: readonly number[], states: Iterable<Uint8Array>): void {
    const { memory } = this.#space.compiled;
    let next = 0;
    this.#base = base;
    this.#firsts = sizes.map((size) => (next += size) - size);
    this.#end = sumOf(sizes);
    memory.replace(this.#end, states);
    if (this.#end > 0) memory.forgetRecent();
    this.#isStale = false;
  }

  /** Makes the states placed from number 0 on, a part of a level, precede their successors; there are no levels. */
  holdPart(states: number): void {
    const { memory } = this.#space.compiled;
    this.#firsts = [];
    memory.globals.count.value = this.#end = states;
    // The cache begins as if the state of zeros had been met.
    memory.forgetRecent();
  }

  drop(): void {
    this.#firsts = [];
    this.#end = 0;
    this.#space.compiled.memory.forget(0);
    this.#isStale = false;
  }

  /** Forgets the states behind the last level; the table is then empty. */
  forgetSuccessors(): void {
    this.#space.compiled.memory.forget(this.#end);
    this.#isStale = true;
  }

  /** Makes the table complete. */
  refresh(): void {
    if (this.#isStale) this.#space.compiled.memory.enterAll();
    this.#isStale = false;
  }

  /** The levels from a depth on, small ones together; the last level is in two pieces, the second from `at` on. */
  groups(depth: number, at: number): readonly Range[] {
    const groups: Range[] = [];
    const ends = [...this.#firsts.slice(depth - this.#base + 1), at, this.#end];
    let from = this.firstOf(depth);
    for (const [nth, end] of ends.entries()) {
      if (nth + 1 < ends.length && ends[nth + 1]! - from <= this.#aside) continue;
      if (end > from) groups.push([from, end]);
      from = end;
    }
    return groups;
  }

  /** The same levels, each by itself in order, or in two pieces. */
  *sortedLevels(depth: number, at: number): Generator<Uint8Array> {
    const firsts = [...this.#firsts.slice(depth - this.#base), at, this.#end];
    for (const [nth, first] of firsts.slice(0, -1).entries()) yield this.sorted([first, firsts[nth + 1]!]);
  }

  /** States in order, valid until the next call: a copy if it has room, or else they are sorted in place. */
  sorted([from, to]: Range): Uint8Array {
    const { memory } = this.#space.compiled;
    if (to - from > this.#aside) {
      this.#isStale = true;
      return this.sortedInPlace([from, to]);
    }
    const { count } = this.#space;
    memory.makeRoom(to - from);
    memory.packed(count, count + to - from).set(memory.packed(from, to));
    return this.sortedInPlace([count, count + to - from]);
  }

  /** States, which are then in order in memory too. */
  sortedInPlace([from, to]: Range): Uint8Array {
    const { memory, model } = this.#space.compiled;
    const addressOf = (id: number) => memory.statesAt + id * model.map.stride;
    this.#sort(addressOf(from), addressOf(to));
    return memory.packed(from, to);
  }

  /** Removes the states with these numbers, which ascend; there are no successors. */
  remove(numbers: readonly number[]): void {
    const { memory, model } = this.#space.compiled;
    const { stride } = model.map;
    let end = numbers[0]!;
    for (const [nth, number] of numbers.entries()) {
      const kept = memory.packed(number + 1, numbers[nth + 1] ?? this.#end);
      memory.packed(end, end + kept.length / stride).set(kept);
      end += kept.length / stride;
    }
    this.#firsts = this.#firsts.map((first) => first - countBelow(numbers, first));
    memory.globals.count.value = this.#end = end;
    this.#isStale = true;
  }

  /** Extends a path, which has begun at its end, from a level backwards; returns the level that is wanted next. */
  walkBack(path: Uint8Array[], from: number): number {
    const { memory } = this.#space.compiled;
    memory.globals.count.value = this.#end;
    memory.makeRoom(1);
    memory.packed(this.#end, this.#end + 1).set(path.at(-1)!);
    memory.globals.count.value = this.#end + 1;
    memory.enterAll();
    let [wanted] = memory.numbersOf(path.at(-1)!);
    const marks = new Uint8Array(this.#end);
    for (let level = from; level >= this.#base; level--) {
      const range = [this.firstOf(level), this.firstOf(level + 1)] as const;
      this.#space.mark!(...range, marks, (successors) => successors.some((number) => number === wanted));
      wanted = this.leastMarked(marks, range) ?? missing(level);
      path.push(memory.packed(wanted, wanted + 1).slice());
    }
    this.forgetSuccessors();
    return Math.min(from, this.#base - 1);
  }

  /** The number of the least of the states that are marked (1). */
  leastMarked(marks: Uint8Array, [from, to]: Range): number | null {
    const { memory } = this.#space.compiled;
    let least: number | null = null;
    for (let at = marks.indexOf(1, from); at >= 0 && at < to; at = marks.indexOf(1, at + 1))
      if (least === null || isLess(memory.packed(at, at + 1), memory.packed(least, least + 1))) least = at;
    return least;
  }
}

export function missing(level: number): never {
  throw new Error(`no state of level ${level} leads to the next one of the path`);
}

/** Whether a packed state comes before another in a run: the last byte is the most significant. */
export function isLess(state: Uint8Array, other: Uint8Array): boolean {
  const at = state.findLastIndex((byte, index) => byte !== other[index]);
  return at >= 0 && state[at]! < other[at]!;
}

/** How many of ascending numbers are below a limit. */
export function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
