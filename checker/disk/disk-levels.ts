/**
 * The levels of a breadth-first search that may exceed memory. Levels stay in memory as long as they fit; they are
 * compared with all known states, which are sorted runs, several levels at a time (delayed duplicate detection).
 *
 * Source: Stern, Dill: Using magnetic disk instead of main memory in the Murphi verifier, CAV 1998.
 */
import type { CompiledSpace } from '../engine/compiled-space.ts';
import { predecessorsOf } from '../engine/expander.ts';
import { CapacityError } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { KnownRuns, knownRun, type KnownRun } from './known-runs.ts';
import { LevelFiles, levelsRun, sumOf, type LevelFile } from './level-files.ts';
import { countBelow, isLess, MemoryLevels, missing, type Range } from './memory-levels.ts';
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

/** Called after each portion of states, before its findings and their states are lost. */
type OnExpanded = () => void;

export class DiskLevels {
  readonly #space: CompiledSpace;
  readonly #storage: RunStorage;
  readonly #merger: RunMerger;
  /** The states that may be in memory. */
  readonly #room: number;
  /** By depth. Levels that are not in known runs may have states of them too: duplicates. */
  #sizes: number[] = [];
  #states = 0;
  readonly #files: LevelFiles;
  readonly #known: KnownRuns;
  /** The last levels, or a part of the last one. */
  readonly #memory: MemoryLevels;
  #candidates: string[] = [];
  /** By `Transition.id`: firings that do not count; and how often each had fired before the level that is expanded. */
  #uncounted: readonly number[];
  #before: readonly number[] | null = null;

  constructor(space: CompiledSpace, storage: RunStorage, { room, blockBytes }: DiskSettings) {
    const { model, memory } = space.compiled;
    this.#space = space;
    this.#storage = storage;
    this.#merger = new RunMerger(storage, model.layout.words, blockBytes);
    this.#known = new KnownRuns(this.#merger);
    this.#files = new LevelFiles(this.#merger, model.map.stride);
    const states = Math.min(memory.left(0), room ?? Infinity);
    const aside = Math.ceil(states * sortShare);
    this.#memory = new MemoryLevels(space, aside);
    this.#room = states - aside;
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
    return this.#storage.bytes + (this.#memory.isEmpty ? 0 : this.#space.bytes);
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
    this.#completeLevel(this.#memory.push());
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
      runs.push(this.#writeSorted(runs.length, [0, states]));
      yield;
    }
    const run = knownRun(first, last);
    const states = yield* this.#merger.merge(yield* this.#merger.few(runs), [], run);
    this.#known.add({ run, first, last, states });
    this.#memory.drop();
  }

  /** Expands the last level. */
  *expand(expanded: OnExpanded): Cooperative<void> {
    const { depth, frontier } = this;
    this.#before = this.fired;
    if (this.#memory.isEmpty && frontier <= this.#mostTogether) this.#load(depth, depth);
    if (!this.#memory.isEmpty) yield* this.#expandInMemory(expanded);
    else yield* this.#expandParts(this.#files.read(depth, depth, this.#sizes), frontier, expanded);
  }

  *#expandInMemory(expanded: OnExpanded): Cooperative<void> {
    for (let at = this.#memory.frontier; at < this.#memory.end;) {
      if (this.#isFull()) {
        const rest = yield* this.#spill(at);
        yield* this.#expandParts(this.#merger.read(restRun), rest, expanded);
        return;
      }
      at = this.#expandPortion(at, this.#memory.end);
      expanded();
      if (at < this.#memory.end) yield;
    }
    this.#completeLevel(this.#memory.push());
  }

  /** Expands states of a level a part at a time, and merges their successors with those in runs already. */
  *#expandParts(source: Iterable<Uint8Array>, states: number, expanded: OnExpanded): Cooperative<void> {
    const most = Math.min(states, this.#mostTogether);
    this.#memory.drop();
    for (const part of this.#parts(source, most)) {
      if (this.#memory.end === 0) this.#memory.holdPart(most);
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
    const { end, isEmpty } = this.#memory;
    if (this.#fitting() >= 1 && left >= (this.#room - end) * spareShare) return false;
    if (this.#space.count > end || !isEmpty) return true;
    throw new CapacityError('memory has no room for the successors of one state');
  }

  #completeLevel(states: number): void {
    this.#sizes.push(states);
    this.#states += states;
    this.#before = null;
  }

  /** Frees memory in the middle of a level; returns how many of its states, now in a run, are left to expand. */
  *#spill(at: number): Cooperative<number> {
    this.#flush();
    const next = yield* this.#compare(at);
    const rest = this.#memory.end - next;
    this.#merger.write(restRun, [this.#memory.sorted([next, this.#memory.end])]);
    this.#memory.drop();
    return rest;
  }

  /** Writes the successors in memory as a run. */
  #flush(): void {
    const { end } = this.#memory;
    const { count } = this.#space;
    if (count === end) return;
    const run = `successors-${this.#candidates.length}`;
    this.#merger.write(run, [this.#memory.sortedInPlace([end, count])]);
    this.#candidates.push(run);
    this.#memory.forgetSuccessors();
  }

  /** Makes the next level of the successors. */
  *#mergeLevel(): Cooperative<void> {
    this.#flush();
    const depth = this.#sizes.length;
    const file = { run: levelsRun(depth, depth), first: depth, last: depth };
    const runs = yield* this.#merger.few(this.#candidates);
    const states = yield* this.#merger.merge(runs, this.#known.names, file.run);
    this.#removeRuns(runs);
    this.#candidates = [];
    this.#known.add({ ...file, states });
    this.#files.add(file);
    this.#memory.drop();
    this.#completeLevel(states);
    yield* this.#known.combine();
  }

  #removeRuns(runs: readonly string[]): void {
    for (const run of runs) this.#storage.remove(run);
  }

  /** Places levels in memory, where there are none. */
  #load(first: number, last: number): void {
    const states = this.#files.read(first, last, this.#sizes);
    this.#memory.replace(first, this.#sizes.slice(first, last + 1), states);
  }

  /** Makes the counts exact: without duplicates. */
  *verify(): Cooperative<void> {
    if (this.#known.runs.length > 0) yield* this.store();
  }

  /** Writes all levels; a level of which a part has been expanded is as before. */
  *store(): Cooperative<void> {
    this.#abandonLevel();
    if (this.#memory.isEmpty) return;
    if (this.#known.runs.length === 0) this.#writeLevels(this.#memory.frontier);
    else {
      yield* this.#compare(this.#memory.frontier);
      if (this.#memory.end > this.#room / 2) this.#memory.drop();
    }
    this.#memory.refresh();
  }

  #abandonLevel(): void {
    if (this.#before === null) return;
    const now = this.fired;
    this.#uncounted = this.#uncounted.map((times, id) => times + now[id]! - this.#before![id]!);
    this.#before = null;
    this.#candidates = [];
    if (this.#memory.isEmpty) this.#memory.drop();
    else {
      this.#memory.forgetSuccessors();
      // The cache must not have what is forgotten.
      this.#space.compiled.memory.forgetRecent();
    }
  }

  /**
   * Compares the levels in memory with the known states: removes duplicates, and makes the others known. Of the last
   * level the states before `at` have been expanded; returns where the others are now.
   */
  *#compare(at: number): Cooperative<number> {
    const [first, last] = [this.#known.end, this.depth];
    if (first > last) return at;
    const groups = this.#memory.groups(first, at);
    const runs = yield* this.#merger.few(groups.map((range, nth) => this.#writeSorted(nth, range)));
    const isLevel = first === last && this.#files.end === first;
    const file = { run: isLevel ? levelsRun(first, last) : knownRun(first, last), first, last };
    const states = yield* this.#merger.merge(runs, this.#known.names, file.run);
    const isSmaller = states < this.#memory.end - this.#memory.firstOf(first);
    if (isSmaller) yield* this.#merger.merge(runs, [file.run], duplicatesRun);
    // No pause from here on: the levels, their files and the known runs agree.
    const next = isSmaller ? this.#removeDuplicates(at) : at;
    this.#removeRuns(runs);
    this.#known.add({ ...file, states });
    if (isLevel) this.#files.add(file);
    else this.#writeLevels(next);
    yield* this.#known.combine();
    return next;
  }

  /** Removes the duplicates in a run from the levels in memory, and the firings of those before `at`. */
  #removeDuplicates(at: number): number {
    const { memory } = this.#space.compiled;
    memory.enterAll();
    const numbers: number[] = [];
    for (const states of this.#merger.read(duplicatesRun)) numbers.push(...memory.numbersOf(states));
    this.#storage.remove(duplicatesRun);
    numbers.sort((a, b) => a - b);
    for (const range of rangesOf(numbers.filter((number) => number < at))) {
      const firings = this.#space.firings(...range);
      this.#uncounted = this.#uncounted.map((times, id) => times + firings[id]!);
    }
    this.#memory.remove(numbers);
    this.#sizes.splice(this.#memory.base, Infinity, ...this.#memory.sizes);
    this.#states -= numbers.length;
    return at - countBelow(numbers, at);
  }

  /** Writes the levels in memory that no file has; the last level is in two pieces. */
  #writeLevels(at: number): void {
    const [first, last] = [this.#files.end, this.depth];
    if (first > last) return;
    const file = { run: levelsRun(first, last), first, last };
    this.#merger.write(file.run, this.#memory.sortedLevels(first, at));
    this.#files.add(file);
  }

  #writeSorted(number: number, range: Range): string {
    const run = `sorted-${number}`;
    this.#merger.write(run, [this.#memory.sorted(range)]);
    return run;
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
    if (!this.#memory.isEmpty) level = this.#memory.walkBack(path, level);
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
        level = this.#memory.walkBack(path, level);
        yield;
      }
    }
    return path.reverse();
  }

  *#predecessorInParts(state: Uint8Array, level: number): Cooperative<Uint8Array> {
    const { memory } = this.#space.compiled;
    let least: Uint8Array | null = null;
    this.#memory.drop();
    for (const states of this.#parts(this.#files.read(level, level, this.#sizes), this.#mostTogether)) {
      const marks = predecessorsOf(this.#space, state, states);
      const found = this.#memory.leastMarked(marks, [0, states]);
      const before = found === null ? null : memory.packed(found, found + 1);
      if (before !== null && (least === null || isLess(before, least))) least = before.slice();
      yield;
    }
    return least ?? missing(level);
  }
}

/** The ranges `[from, to)` of ascending numbers. */
function* rangesOf(numbers: readonly number[]): Generator<Range> {
  let from = 0;
  for (const [at, number] of numbers.entries())
    if (numbers[at + 1] !== number + 1) {
      yield [numbers[from]!, number + 1];
      from = at + 1;
    }
}
