/**
 * The levels of a breadth-first search as sorted runs: a level is expanded in memory, a part at a time, and its
 * successors that no level has are the next one (delayed duplicate detection).
 *
 * Source: Stern, Dill: Using magnetic disk instead of main memory in the Murphi verifier, CAV 1998;
 *         O'Neil et al.: The log-structured merge-tree, 1996, for the runs of known states.
 */
import { encodeModule } from '../codegen/wasm/encode.ts';
import { sortModule } from '../codegen/sorted-runs/sort-module.ts';
import type { CompiledSpace } from '../engine/compiled-space.ts';
import { predecessorsOf } from '../engine/expander.ts';
import { CapacityError } from '../state-space/state-space.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { mostMerged, RunMerger } from './run-merger.ts';
import type { DiskSettings, RunStorage } from './storage.ts';

/** A run of known states: all those of some levels that follow each other. */
export interface KnownRun {
  readonly run: string;
  readonly first: number;
  readonly last: number;
  readonly states: number;
}

/** What a search goes on from. */
export interface Levels {
  /** By depth: the number of states. */
  readonly sizes: readonly number[];
  /** Runs that hold each state of all levels once. */
  readonly known: readonly KnownRun[];
}

/** The share of the states in memory that a part of a level takes; the rest is for its successors. */
const partShare = 1 / 4;
const mostInPart = 2 ** 20;

/** The share of the room for successors that stays unused: each state takes room for the most successors at first. */
const spareShare = 1 / 16;

/** Sorts the states between two addresses. */
type SortCode = (from: number, to: number) => void;

/** Called after each portion of states, before its findings and their states are lost. */
type OnExpanded = () => void;

export class DiskLevels {
  readonly #space: CompiledSpace;
  readonly #storage: RunStorage;
  readonly #merger: RunMerger;
  readonly #sort: SortCode;
  readonly #room: number;
  #sizes: number[] = [];
  #known: readonly KnownRun[] = [];
  /** The states in memory that are expanded; their successors follow them. */
  #part = 0;
  #candidates: string[] = [];
  #written = 0;

  constructor(space: CompiledSpace, storage: RunStorage, { room, blockBytes }: DiskSettings) {
    const { model, memory } = space.compiled;
    const { words } = model.layout;
    const module = new WebAssembly.Module(encodeModule(sortModule(words, model.module.shared)));
    const { exports } = new WebAssembly.Instance(module, { racewalk: { memory: memory.memory } });
    this.#sort = exports['sort'] as SortCode;
    this.#space = space;
    this.#storage = storage;
    this.#merger = new RunMerger(storage, words, blockBytes);
    this.#room = Math.min(memory.left(0), room ?? Infinity);
  }

  get levels(): Levels {
    return { sizes: this.#sizes, known: this.#known };
  }

  /** The states of all levels. */
  get states(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The number of successors of the level that is being expanded, those met twice or known included. */
  get met(): number {
    return this.#written + this.#space.count - this.#part;
  }

  /** Stores the initial states as level 0. */
  *start(expanded: OnExpanded): Cooperative<void> {
    this.#space.start();
    expanded();
    yield* this.#finishLevel();
  }

  /** Goes on from levels whose runs the storage holds. */
  resume({ sizes, known }: Levels): void {
    this.#sizes = [...sizes];
    this.#known = known;
    this.#storage.retain(this.#runs());
  }

  #runs(): readonly string[] {
    return [...this.#sizes.map((_, depth) => levelRun(depth)), ...this.#known.map(({ run }) => run)];
  }

  /** Expands the last level. */
  *expand(expanded: OnExpanded): Cooperative<void> {
    const { memory } = this.#space.compiled;
    const depth = this.#sizes.length - 1;
    const most = this.#partOf(depth);
    for (const states of this.#parts(depth, most)) {
      if (this.#part === 0) {
        memory.globals.count.value = this.#part = most;
        // The cache begins as if the state of zeros had been met.
        memory.forgetRecent();
      }
      for (let at = 0; at < states;) {
        if (this.#isFull()) this.#flush();
        const to = Math.min(states, at + this.#fitting(), at + this.#space.portion!);
        this.#space.expand(at, to);
        expanded();
        yield;
        at = to;
      }
    }
    yield* this.#finishLevel();
  }

  /**
   * Places a level in memory, `most` states at a time, from number 0 on; yields how many. They are not in the table:
   * the successors that equal one of them are dropped when runs are merged.
   */
  *#parts(depth: number, most: number): Generator<number> {
    const { model, memory } = this.#space.compiled;
    const { stride } = model.map;
    memory.forget(0);
    this.#part = 0;
    memory.makeRoom(most);
    let placed = 0;
    let total = 0;
    for (const states of this.#merger.read(levelRun(depth)))
      for (let at = 0; at < states.length;) {
        const some = states.subarray(at, at + (most - placed) * stride);
        memory.packed(placed, placed + some.length / stride).set(some);
        at += some.length;
        placed += some.length / stride;
        total += some.length / stride;
        if (placed < most) continue;
        yield placed;
        placed = 0;
      }
    if (placed > 0) yield placed;
    if (total !== this.#sizes[depth]!)
      throw new Error(`level ${depth} has ${this.#sizes[depth]!} states, and ${total} were read`);
  }

  /** The states whose successors surely have room. */
  #fitting(): number {
    return Math.floor((this.#room - this.#space.count) / this.#space.compiled.model.mostEdges);
  }

  #isFull(): boolean {
    const left = this.#room - this.#space.count;
    if (this.#fitting() >= 1 && left >= (this.#room - this.#part) * spareShare) return false;
    if (this.#space.count > this.#part) return true;
    throw new CapacityError('memory has no room for the successors of one state');
  }

  /** Writes the successors in memory as a run. */
  #flush(): void {
    const { memory, model } = this.#space.compiled;
    const { count } = this.#space;
    if (count === this.#part) return;
    const addressOf = (id: number) => memory.statesAt + id * model.map.stride;
    this.#sort(addressOf(this.#part), addressOf(count));
    const run = `successors-${this.#candidates.length}`;
    this.#merger.write(run, memory.packed(this.#part, count));
    this.#candidates.push(run);
    this.#written += count - this.#part;
    memory.forget(this.#part);
  }

  /** Makes the next level of the successors. */
  *#finishLevel(): Cooperative<void> {
    this.#flush();
    yield* this.#mergeCandidates();
    const depth = this.#sizes.length;
    const run = levelRun(depth);
    const states = yield* this.#merger.merge(
      this.#candidates,
      this.#known.map((one) => one.run),
      run,
    );
    for (const candidates of this.#candidates) this.#storage.remove(candidates);
    this.#candidates = [];
    this.#written = 0;
    this.#sizes.push(states);
    this.#known = yield* this.#combined([...this.#known, { run, first: depth, last: depth, states }]);
  }

  /** Merges runs of successors until few enough are left. */
  *#mergeCandidates(): Cooperative<void> {
    for (let merged = 0; this.#candidates.length > mostMerged; merged++) {
      const run = `merged-${merged}`;
      const some = this.#candidates.slice(0, mostMerged);
      yield* this.#merger.merge(some, [], run);
      for (const one of some) this.#storage.remove(one);
      this.#candidates = [...this.#candidates.slice(mostMerged), run];
    }
  }

  /**
   * Merges the last runs, as long as the one before them is no larger than they are together: each run is then larger
   * than all later ones, so that there are few, and a state is merged again a logarithmic number of times.
   */
  *#combined(known: readonly KnownRun[]): Cooperative<readonly KnownRun[]> {
    let first = known.length - 1;
    let states = known[first]!.states;
    while (first > 0 && known[first - 1]!.states <= states && known.length - first < mostMerged)
      states += known[--first]!.states;
    const [last, ...others] = known.slice(first).toReversed();
    if (last === undefined || others.length === 0) return known;
    const range = { first: known[first]!.first, last: last.last };
    const run = `known-${range.first}-${range.last}`;
    yield* this.#merger.merge(
      known.slice(first).map((one) => one.run),
      [],
      run,
    );
    return [...known.slice(0, first), { run, ...range, states }];
  }

  /** Removes all runs that no level needs. */
  discard(): void {
    this.#storage.retain(this.#runs());
  }

  /**
   * The packed states of a shortest path to a state: of the predecessors on the level before, each time the least.
   *
   * Shape:  from level 0 to `depth`, the level of `target`.
   */
  *pathTo(target: Uint8Array, depth: number): Cooperative<readonly Uint8Array[]> {
    const path = [target];
    for (let level = depth - 1; level >= 0; level--) {
      let before: Uint8Array | null = null;
      for (const states of this.#parts(level, this.#partOf(level))) {
        before = this.#predecessorOf(path[0]!, states);
        yield;
        if (before !== null) break;
      }
      if (before === null) throw new Error(`no state of level ${level} leads to the next one of the path`);
      path.unshift(before);
    }
    return path;
  }

  /** The states of a level that are in memory together. */
  #partOf(depth: number): number {
    return Math.min(this.#sizes[depth]!, mostInPart, Math.ceil(this.#room * partShare));
  }

  /** The first of the states 0 .. `states - 1` in memory that leads to a state. */
  #predecessorOf(state: Uint8Array, states: number): Uint8Array | null {
    const first = predecessorsOf(this.#space, state, states).indexOf(1);
    return first < 0 ? null : this.#space.compiled.memory.packed(first, first + 1).slice();
  }
}

const levelRun = (depth: number): string => `level-${depth}`;
