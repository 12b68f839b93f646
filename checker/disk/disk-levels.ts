/**
 * The levels of a breadth-first search that may exceed memory. Levels stay in memory as long as they fit; they are
 * compared with all known states, which are sorted runs, several levels at a time (delayed duplicate detection).
 *
 * Source: Stern, Dill: Using magnetic disk instead of main memory in the Murphi verifier, CAV 1998.
 */
import { encodeModule } from '../codegen/wasm/encode.ts';
import { sortModule } from '../codegen/sorted-runs/sort-module.ts';
import type { CompiledSpace } from '../engine/compiled-space.ts';
import { predecessorsOf } from '../engine/expander.ts';
import { CapacityError } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { KnownRuns, knownRun, type KnownRun } from './known-runs.ts';
import { LevelFiles, levelsRun, sumOf, type LevelFile } from './level-files.ts';
import { RunMerger } from './run-merger.ts';
import type { DiskSettings, RunStorage } from './storage.ts';

/** What a search goes on from: all levels lie in files. */
export interface Levels {
  /** By depth: the number of states. */
  readonly sizes: readonly number[];
  readonly files: readonly LevelFile[];
  /** Runs that hold each state of all levels once; none where memory held all levels. */
  readonly known: readonly KnownRun[];
}

/** The share of memory that the states of a level may take which are expanded together. */
const partShare = 1 / 4;
const mostInPart = 2 ** 20;

/** The share of the room for successors that stays unused: each state takes room for the most successors at first. */
const spareShare = 1 / 16;

/** The share of memory in which states are sorted. */
const sortShare = 1 / 16;

const [restRun, duplicatesRun] = ['rest', 'duplicates'];

/** Sorts the states between two addresses. */
type SortCode = (from: number, to: number) => void;

/** Called after each portion of states, before its findings and their states are lost. */
type OnExpanded = () => void;

export class DiskLevels {
  readonly #space: CompiledSpace;
  readonly #storage: RunStorage;
  readonly #merger: RunMerger;
  readonly #sort: SortCode;
  /** States in memory, and those of them that are sorted aside. */
  readonly #room: number;
  readonly #aside: number;
  /** By depth. Levels that are not in known runs may have states of them too: duplicates. */
  #sizes: number[] = [];
  #states = 0;
  readonly #files: LevelFiles;
  readonly #known: KnownRuns;
  /** Of the levels in memory, `#base` and later: the number of the first state. Their states end at `#end`. */
  #firsts: number[] = [];
  #base = 0;
  /** The successors of the level that is being expanded follow in memory. */
  #end = 0;
  /** Whether the table lacks states of these levels. */
  #isStale = false;
  #candidates: string[] = [];
  /** By `Transition.id`: firings that do not count; and how often each had fired before the level, while one is expanded. */
  #uncounted: readonly number[];
  #before: readonly number[] | null = null;

  constructor(space: CompiledSpace, storage: RunStorage, { room, blockBytes }: DiskSettings) {
    const { model, memory } = space.compiled;
    const { words } = model.layout;
    const module = new WebAssembly.Module(encodeModule(sortModule(words, model.module.shared)));
    const { exports } = new WebAssembly.Instance(module, { racewalk: { memory: memory.memory } });
    this.#sort = exports['sort'] as SortCode;
    this.#space = space;
    this.#storage = storage;
    this.#merger = new RunMerger(storage, words, blockBytes);
    this.#known = new KnownRuns(this.#merger);
    this.#files = new LevelFiles(this.#merger, model.map.stride);
    const states = Math.min(memory.left(0), room ?? Infinity);
    this.#aside = Math.ceil(states * sortShare);
    this.#room = states - this.#aside;
    this.#uncounted = Array.from(space.fired, () => 0);
  }

  /** Of all levels, where they lie in files. */
  get levels(): Levels {
    return { sizes: this.#sizes, files: this.#files.files, known: this.#known.runs };
  }

  /** The depth of the last level, and the number of its states. */
  get depth(): number {
    return this.#sizes.length - 1;
  }

  get frontier(): number {
    return this.#sizes.at(-1) ?? 0;
  }

  /** The states of all levels; until they are compared with known states, duplicates too. */
  get states(): number {
    return this.#states;
  }

  /** Bytes of all levels in files and in memory. */
  get bytes(): number {
    return this.#storage.bytes + (this.#firsts.length > 0 ? this.#space.bytes : 0);
  }

  /** By `Transition.id`: how often each has fired in this process. */
  get fired(): readonly number[] {
    return Array.from(this.#space.fired, (times, id) => times - this.#uncounted[id]!);
  }

  /** Whether all levels lie in files. */
  get isStored(): boolean {
    return this.#files.end === this.#sizes.length;
  }

  /** Begins with the initial states as level 0. */
  start(expanded: OnExpanded): void {
    this.#space.start();
    expanded();
    this.#firsts = [0];
    this.#completeLevel(this.#space.count);
  }

  /** Goes on from levels that lie in files. */
  *resume({ sizes, files, known }: Levels): Cooperative<void> {
    this.#sizes = [...sizes];
    this.#states = sumOf(sizes);
    this.#files.files = files;
    this.#known.runs = known;
    this.discard();
    const [first, last] = [this.#known.end, this.depth];
    if (first > last) return;
    if (sumOf(sizes.slice(first)) <= this.#room / 2) this.#load(first, last);
    else yield* this.#makeKnown(first, last);
  }

  /** Makes a known run of levels that memory cannot hold together. */
  *#makeKnown(first: number, last: number): Cooperative<void> {
    const { memory } = this.#space.compiled;
    const runs: string[] = [];
    for (const states of this.#parts(this.#files.read(first, last, this.#sizes), this.#room)) {
      memory.globals.count.value = states;
      runs.push(this.#writeSorted(runs.length, 0, states));
      yield;
    }
    yield* this.#addKnown(runs, { run: knownRun(first, last), first, last });
    this.#drop();
  }

  /** Expands the last level. */
  *expand(expanded: OnExpanded): Cooperative<void> {
    const { depth, frontier } = this;
    this.#before = this.fired;
    if (this.#firsts.length === 0 && frontier <= this.#mostTogether) this.#load(depth, depth);
    if (this.#firsts.length > 0) yield* this.#expandInMemory(expanded);
    else yield* this.#expandParts(this.#files.read(depth, depth, this.#sizes), frontier, expanded);
    this.#before = null;
  }

  *#expandInMemory(expanded: OnExpanded): Cooperative<void> {
    for (let at = this.#firsts.at(-1)!; at < this.#end;) {
      if (this.#isFull()) {
        const rest = yield* this.#spill(at);
        yield* this.#expandParts(this.#merger.read(restRun), rest, expanded);
        return;
      }
      at = this.#expandPortion(at, this.#end);
      expanded();
      if (at < this.#end) yield;
    }
    this.#firsts.push(this.#end);
    this.#completeLevel(this.#space.count - this.#end);
  }

  /** Expands states of a level a part at a time, and merges their successors with those in runs already. */
  *#expandParts(source: Iterable<Uint8Array>, states: number, expanded: OnExpanded): Cooperative<void> {
    const { memory } = this.#space.compiled;
    const most = Math.min(states, this.#mostTogether);
    memory.forget(0);
    this.#end = 0;
    for (const part of this.#parts(source, most)) {
      if (this.#end === 0) {
        memory.globals.count.value = this.#end = most;
        // The cache begins as if the state of zeros had been met.
        memory.forgetRecent();
      }
      for (let at = 0; at < part;) {
        if (this.#isFull()) this.#flush();
        at = this.#expandPortion(at, part);
        expanded();
        yield;
      }
    }
    yield* this.#mergeLevel();
  }

  /** Expands some states, whose successors have room; returns the first that is left. */
  #expandPortion(from: number, end: number): number {
    const to = Math.min(end, from + this.#fitting(), from + this.#space.portion!);
    this.#space.expand(from, to);
    return to;
  }

  /**
   * Places states in memory, `most` at a time, from number 0 on; yields how many. They are not in the table: the
   * successors that equal one of them are dropped when runs are merged.
   */
  *#parts(source: Iterable<Uint8Array>, most: number): Generator<number> {
    const { model, memory } = this.#space.compiled;
    const { stride } = model.map;
    memory.makeRoom(most);
    let placed = 0;
    for (const states of source)
      for (let at = 0; at < states.length;) {
        const some = states.subarray(at, at + (most - placed) * stride);
        memory.packed(placed, placed + some.length / stride).set(some);
        at += some.length;
        placed += some.length / stride;
        if (placed < most) continue;
        yield placed;
        placed = 0;
      }
    if (placed > 0) yield placed;
  }

  /** The most states of a level that are expanded together. */
  get #mostTogether(): number {
    return Math.min(mostInPart, Math.ceil(this.#room * partShare));
  }

  /** The states whose successors surely have room. */
  #fitting(): number {
    return Math.floor((this.#room - this.#space.count) / this.#space.compiled.model.mostEdges);
  }

  /** Whether successors or levels must leave memory. */
  #isFull(): boolean {
    const left = this.#room - this.#space.count;
    if (this.#fitting() >= 1 && left >= (this.#room - this.#end) * spareShare) return false;
    if (this.#space.count > this.#end || this.#firsts.length > 0) return true;
    throw new CapacityError('memory has no room for the successors of one state');
  }

  #completeLevel(states: number): void {
    this.#sizes.push(states);
    this.#states += states;
    if (this.#firsts.length > 0) this.#end = this.#space.count;
  }

  /** Frees memory in the middle of a level; returns how many of its states, now in a run, are left to expand. */
  *#spill(at: number): Cooperative<number> {
    this.#flush();
    const next = yield* this.#compare(at);
    const rest = this.#end - next;
    this.#merger.write(restRun, [this.#sorted(next, this.#end)]);
    this.#drop();
    return rest;
  }

  /** Writes the successors in memory as a run. */
  #flush(): void {
    const { memory } = this.#space.compiled;
    const { count } = this.#space;
    if (count === this.#end) return;
    this.#sortInPlace(this.#end, count);
    const run = `successors-${this.#candidates.length}`;
    this.#merger.write(run, [memory.packed(this.#end, count)]);
    this.#candidates.push(run);
    this.#forgetSuccessors();
  }

  #forgetSuccessors(): void {
    this.#space.compiled.memory.forget(this.#end);
    this.#isStale = true;
  }

  /** Makes the next level of the successors. */
  *#mergeLevel(): Cooperative<void> {
    this.#flush();
    const depth = this.#sizes.length;
    const file = { run: levelsRun(depth, depth), first: depth, last: depth };
    const states = yield* this.#addKnown(this.#candidates, file);
    this.#candidates = [];
    this.#files.add(file);
    this.#drop();
    this.#completeLevel(states);
  }

  /** Adds those states of some runs that are new to the known ones, and removes these runs; returns their number. */
  *#addKnown(runs: readonly string[], added: Omit<KnownRun, 'states'>): Cooperative<number> {
    const few = yield* this.#merger.few(runs);
    const states = yield* this.#known.add(few, added);
    for (const run of few) this.#storage.remove(run);
    return states;
  }

  /** Forgets the levels in memory. */
  #drop(): void {
    this.#firsts = [];
    this.#end = 0;
    this.#isStale = false;
    this.#space.compiled.memory.forget(0);
  }

  /** Places levels in memory, where there are none. */
  #load(first: number, last: number): void {
    const { memory } = this.#space.compiled;
    const sizes = this.#sizes.slice(first, last + 1);
    this.#base = first;
    this.#end = sumOf(sizes);
    memory.replace(this.#end, this.#files.read(first, last, this.#sizes));
    if (this.#end > 0) memory.forgetRecent();
    this.#isStale = false;
    let next = 0;
    this.#firsts = sizes.map((size) => (next += size) - size);
  }

  /** Makes the counts exact: without duplicates. */
  *verify(): Cooperative<void> {
    if (this.#known.runs.length > 0) yield* this.store();
  }

  /** Writes all levels; a level of which a part has been expanded is as before. */
  *store(): Cooperative<void> {
    this.#abandonLevel();
    const { memory } = this.#space.compiled;
    if (this.#firsts.length === 0) return;
    if (this.#known.runs.length === 0) this.#writeLevels(this.#firsts.at(-1)!);
    else {
      yield* this.#compare(this.#firsts.at(-1)!);
      if (this.#end > this.#room / 2) this.#drop();
    }
    if (this.#isStale) memory.enterAll();
    this.#isStale = false;
  }

  #abandonLevel(): void {
    if (this.#before === null) return;
    const now = this.fired;
    this.#uncounted = this.#uncounted.map((times, id) => times + now[id]! - this.#before![id]!);
    this.#before = null;
    for (const run of this.#candidates) this.#storage.remove(run);
    this.#candidates = [];
    if (this.#firsts.length > 0) this.#forgetSuccessors();
    else this.#drop();
  }

  /**
   * Compares the levels in memory with the known states: removes duplicates, and makes the others known. Of the last
   * level the states before `at` have been expanded; returns where the others are now.
   */
  *#compare(at: number): Cooperative<number> {
    const [first, last] = [this.#known.end, this.depth];
    if (first > last) return at;
    const from = this.#firstOf(first);
    const runs = yield* this.#merger.few(this.#sortedRuns(first, at));
    const isLevel = first === last && this.#files.end === first;
    const file = { run: isLevel ? levelsRun(first, last) : knownRun(first, last), first, last };
    const states = yield* this.#known.add(runs, file);
    let next = at;
    if (states < this.#end - from) {
      yield* this.#merger.merge(runs, [file.run], duplicatesRun);
      next = this.#removeDuplicates(at);
    }
    for (const run of runs) this.#storage.remove(run);
    if (isLevel) this.#files.add(file);
    else this.#writeLevels(next);
    return next;
  }

  /** Removes the duplicates in a run from the levels in memory, and the firings of those before `at`. */
  #removeDuplicates(at: number): number {
    const { memory, model } = this.#space.compiled;
    memory.enterAll();
    const numbers: number[] = [];
    for (const states of this.#merger.read(duplicatesRun)) numbers.push(...memory.numbersOf(states));
    this.#storage.remove(duplicatesRun);
    numbers.sort((a, b) => a - b);
    for (const [from, to] of rangesOf(numbers.filter((number) => number < at))) {
      const firings = this.#space.firings(from, to);
      this.#uncounted = this.#uncounted.map((times, id) => times + firings[id]!);
    }
    let end = numbers[0]!;
    const { stride } = model.map;
    for (const [nth, number] of numbers.entries()) {
      const kept = memory.packed(number + 1, numbers[nth + 1] ?? this.#end);
      memory.packed(end, end + kept.length / stride).set(kept);
      end += kept.length / stride;
    }
    const before = this.#firsts.map((from) => countBelow(numbers, from));
    this.#firsts = this.#firsts.map((from, nth) => from - before[nth]!);
    memory.globals.count.value = this.#end = end;
    this.#isStale = true;
    for (const [nth, from] of this.#firsts.entries())
      this.#sizes[this.#base + nth] = (this.#firsts[nth + 1] ?? this.#end) - from;
    this.#states -= numbers.length;
    return at - countBelow(numbers, at);
  }

  /** The number of the first state of a level in memory. */
  #firstOf(depth: number): number {
    return this.#firsts[depth - this.#base] ?? this.#end;
  }

  /** Sorts the levels in memory from one on into runs, small ones together; the last level is in two pieces. */
  #sortedRuns(first: number, at: number): readonly string[] {
    const runs: string[] = [];
    const ends = [...this.#firsts.slice(first - this.#base + 1), at, this.#end];
    let from = this.#firstOf(first);
    for (const [nth, end] of ends.entries()) {
      if (nth + 1 < ends.length && ends[nth + 1]! - from <= this.#aside) continue;
      if (end > from) runs.push(this.#writeSorted(runs.length, from, end));
      from = end;
    }
    return runs;
  }

  /** Writes the levels in memory that no file has; the last level is in two pieces. */
  #writeLevels(at: number): void {
    const [first, last] = [this.#files.end, this.depth];
    if (first > last) return;
    const file = { run: levelsRun(first, last), first, last };
    this.#merger.write(file.run, this.#sortedLevels(first, at));
    this.#files.add(file);
  }

  *#sortedLevels(first: number, at: number): Generator<Uint8Array> {
    for (let depth = first; depth < this.depth; depth++)
      yield this.#sorted(this.#firstOf(depth), this.#firstOf(depth + 1));
    yield this.#sorted(this.#firstOf(this.depth), at);
    yield this.#sorted(at, this.#end);
  }

  #writeSorted(number: number, from: number, to: number): string {
    const run = `sorted-${number}`;
    this.#merger.write(run, [this.#sorted(from, to)]);
    return run;
  }

  /** States in memory in order, valid until the next call: a copy if it has room, or else they are sorted in place. */
  #sorted(from: number, to: number): Uint8Array {
    const { memory } = this.#space.compiled;
    const { count } = this.#space;
    if (to - from > this.#aside) {
      this.#sortInPlace(from, to);
      this.#isStale = true;
      return memory.packed(from, to);
    }
    memory.makeRoom(to - from);
    memory.packed(count, count + to - from).set(memory.packed(from, to));
    this.#sortInPlace(count, count + to - from);
    return memory.packed(count, count + to - from);
  }

  #sortInPlace(from: number, to: number): void {
    const { memory, model } = this.#space.compiled;
    const addressOf = (id: number) => memory.statesAt + id * model.map.stride;
    this.#sort(addressOf(from), addressOf(to));
  }

  /** Removes all runs that no level needs. */
  discard(): void {
    const { files, known } = this.levels;
    this.#storage.retain([...files, ...known].map(({ run }) => run));
  }

  /**
   * The packed states of a shortest path to a state: of the predecessors on the level before, each time the least.
   *
   * Shape:  from level 0 to `depth`, the level of `target`.
   */
  *pathTo(target: Uint8Array, depth: number): Cooperative<readonly Uint8Array[]> {
    const path = [target];
    let level = depth - 1;
    if (this.#firsts.length > 0) level = this.#walkBack(path, level);
    while (level >= 0) {
      if (this.#sizes[level]! > this.#mostTogether) {
        path.push(yield* this.#predecessorInParts(path.at(-1)!, level));
        level--;
      } else {
        let first = level;
        let states = this.#sizes[level]!;
        while (first > 0 && states + this.#sizes[first - 1]! <= this.#mostTogether)
          states += this.#sizes[--first]!;
        this.#load(first, level);
        level = this.#walkBack(path, level);
        yield;
      }
    }
    return path.reverse();
  }

  /** Extends a path, which has begun at its end, by states of the levels in memory; returns the level before them. */
  #walkBack(path: Uint8Array[], from: number): number {
    const { memory } = this.#space.compiled;
    const end = this.#end;
    memory.globals.count.value = end;
    memory.makeRoom(1);
    memory.packed(end, end + 1).set(path.at(-1)!);
    memory.globals.count.value = end + 1;
    memory.enterAll();
    let [wanted] = memory.numbersOf(path.at(-1)!);
    const marks = new Uint8Array(end);
    for (let level = from; level >= this.#base; level--) {
      const [first, behind] = [this.#firstOf(level), this.#firstOf(level + 1)];
      this.#space.mark!(first, behind, marks, (successors) => successors.some((number) => number === wanted));
      wanted = this.#leastMarked(marks, first, behind) ?? missing(level);
      path.push(memory.packed(wanted, wanted + 1).slice());
    }
    memory.globals.count.value = end;
    this.#isStale = true;
    return Math.min(from, this.#base - 1);
  }

  *#predecessorInParts(state: Uint8Array, level: number): Cooperative<Uint8Array> {
    const { memory } = this.#space.compiled;
    let least: Uint8Array | null = null;
    this.#drop();
    for (const states of this.#parts(this.#files.read(level, level, this.#sizes), this.#mostTogether)) {
      const found = this.#leastMarked(predecessorsOf(this.#space, state, states), 0, states);
      const before = found === null ? null : memory.packed(found, found + 1);
      if (before !== null && (least === null || isLess(before, least))) least = before.slice();
      yield;
    }
    return least ?? missing(level);
  }

  /** The number of the least of the states `from` .. `to - 1` in memory that are marked (1). */
  #leastMarked(marks: Uint8Array, from: number, to: number): number | null {
    const { memory } = this.#space.compiled;
    let least: number | null = null;
    for (let at = marks.indexOf(1, from); at >= 0 && at < to; at = marks.indexOf(1, at + 1))
      if (least === null || isLess(memory.packed(at, at + 1), memory.packed(least, least + 1))) least = at;
    return least;
  }
}

function missing(level: number): never {
  throw new Error(`no state of level ${level} leads to the next one of the path`);
}

/** Whether a packed state comes before another in a run: the last byte is the most significant. */
function isLess(state: Uint8Array, other: Uint8Array): boolean {
  const at = state.findLastIndex((byte, index) => byte !== other[index]);
  return at >= 0 && state[at]! < other[at]!;
}

/** The ranges `[from, to)` of ascending numbers. */
function* rangesOf(numbers: readonly number[]): Generator<readonly [number, number]> {
  let from = 0;
  for (const [at, number] of numbers.entries())
    if (numbers[at + 1] !== number + 1) {
      yield [numbers[from]!, number + 1];
      from = at + 1;
    }
}

/** How many of ascending numbers are below a limit. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
