/** Stubborn sets: in each state, copies of threads whose next steps may be explored alone. */
import * as sets from '../analysis/value-set.ts';
import * as copySet from './copy-set.ts';
import { changing, conflicting, write, type Footprint } from '../analysis/access.ts';
import type { Visibility } from '../analysis/conjuncts.ts';
import type { EnablingConjunct } from '../analysis/enabling.ts';
import type { ThreadModular, Future } from '../analysis/thread-modular.ts';
import type { Numbering } from '../../program/numbering.ts';
import { symmetryOf } from '../../program/symmetry.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import type { CopySet } from './copy-set.ts';
import type { ValueSource } from '../state/decision-tree.ts';
import { Futures } from './futures.ts';
import { candidateOrder, SymmetricCopies } from './candidate-order.ts';
import type { KnownStep, StepCache } from './step-cache.ts';

/** Why no stubborn sets can be chosen in a model, or null where they can. */
export function irreducible({ threads }: TransitionSystem): string | null {
  const copies = threads.reduce((sum, { thread }) => sum + thread.cpus, 0);
  if (copies <= copySet.mostCopies) return null;
  return `the ${copies} copies of its threads are more than the ${copySet.mostCopies} that stubborn sets are chosen from`;
}

/** What all stubborn sets of a search share. */
export interface StubbornContext {
  readonly numbering: Numbering;
  readonly visibility: Visibility;
  readonly states: InternedStates;
  readonly steps: StepCache;
  readonly futures: ThreadModular;
}

/** Which accesses depend on each other, by their kinds; laws replace a predicate to show that they notice. */
export interface Dependence {
  /** Whether an access of a step does not commute with the accesses that a future has to the same element. */
  readonly conflict: (step: number, future: number, isConjunct: boolean) => boolean;
  /** Whether accesses of a future may change a cell that a step finds steady. */
  readonly mayChange: (future: number) => boolean;
  /** Whether accesses of a future may make a guard true that reads the cell. */
  readonly mayEnable: (future: number) => boolean;
}

export const soundDependence: Dependence = {
  conflict: (step, future) => (conflicting[step]! & future) !== 0,
  mayChange: (future) => (future & changing) !== 0,
  mayEnable: (future) => (future & changing) !== 0,
};

/** A state, and how its cells are read. */
export interface CurrentState {
  readonly words: Int32Array;
  readonly source: ValueSource;
}

/**
 * Chooses the copies of threads that are expanded in a state: a function of the state alone.
 *
 * What is called a stubborn set here is a strong stubborn set (Valmari) at the granularity of threads: all
 * transitions of the chosen copies, enabled or not.
 *
 * Sound for:  deadlocks; with the proviso of `ignoring-proviso.ts` also failing assertions and violated conjuncts.
 * Assumes:    locals are private; footprints and futures are upper bounds.
 */
export class StubbornSets {
  readonly #setting: StubbornContext;
  readonly #dependence: Dependence;
  readonly #regions: Futures;
  readonly #twins: SymmetricCopies;
  readonly #work: readonly (readonly number[])[];
  readonly #now: (readonly KnownStep[])[] = [];
  /** By copy: outcomes of its enabled steps. */
  readonly #edges: Int32Array;
  readonly #order: number[] = [];

  constructor(setting: StubbornContext, dependence = soundDependence) {
    const { numbering, states, futures } = setting;
    this.#setting = setting;
    this.#dependence = dependence;
    this.#regions = new Futures(numbering, states, futures);
    const work = numbering.system.threads.map(candidateOrder);
    this.#twins = new SymmetricCopies(states, symmetryOf(numbering).groups);
    this.#work = numbering.copies.map(({ thread }) => work[thread]!);
    this.#edges = new Int32Array(numbering.copies.length);
  }

  /** The copies to expand: a smallest set, or all copies with an enabled step. */
  select(current: CurrentState): CopySet {
    const enabled = this.#look(current);
    if (copySet.isOneAtMost(enabled)) return enabled;
    const candidates = this.#candidates(current);
    this.#regions.isolate(current.words);
    // One edge is the least: who surely needs others does not come to that.
    for (const copy of candidates) {
      if (this.#edgesOf(this.#surely(copySet.only(copy))) > 1) continue;
      const set = this.#closure(copySet.only(copy), 2, current);
      if (set !== null) return copySet.common(set, enabled);
    }
    let best = enabled;
    let least = this.#edgesOf(enabled);
    for (const copy of candidates) {
      const set = this.#closure(copySet.only(copy), least, current);
      if (set === null) continue;
      best = copySet.common(set, enabled);
      least = this.#edgesOf(set);
    }
    return best;
  }

  /** Looks up the current steps of all copies; returns those with an enabled one. */
  #look({ words, source }: CurrentState): CopySet {
    const { steps } = this.#setting;
    let enabled = copySet.noCopies;
    for (let copy = 0; copy < this.#edges.length; copy++) {
      const local = words[firstLocal + copy]!;
      const now: KnownStep[] = [];
      this.#edges[copy] = 0;
      for (let at = 0; at < steps.count(copy, local); at++) {
        const step = steps.step(copy, local, at, source);
        now.push(step);
        if (!step.enabled) continue;
        this.#edges[copy]! += step.outcomes.length;
        enabled = copySet.adding(enabled, copy);
      }
      this.#now[copy] = now;
    }
    return enabled;
  }

  /** Copies with an enabled step, the shortest remaining work first; of twins one. */
  #candidates({ words }: CurrentState): readonly number[] {
    const { numbering, states } = this.#setting;
    const work = (copy: number) =>
      this.#work[copy]![states.localsOf(numbering.copies[copy]!.thread).word(words[firstLocal + copy]!, 0)]!;
    this.#order.length = 0;
    for (let copy = 0; copy < this.#edges.length; copy++) if (this.#edges[copy]! > 0) this.#order.push(copy);
    this.#order.sort((a, b) => (work(a) === work(b) ? a - b : work(a) - work(b)));
    const isTwin = (copy: number, at: number) =>
      this.#order.slice(0, at).some((other) => this.#twins.areTwins(words, copy, other));
    return this.#order.filter((copy, at) => !isTwin(copy, at));
  }

  #edgesOf(copies: CopySet): number {
    let edges = 0;
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (copySet.has(copies, copy)) edges += this.#edges[copy]!;
    return edges;
  }

  /** The least set that contains `seeds` and can be explored alone; null once it has `limit` edges or more. */
  #closure(seeds: CopySet, limit: number, { words }: CurrentState): CopySet | null {
    for (let set = seeds; ;) {
      set = this.#surely(set);
      if (this.#edgesOf(set) >= limit) return null;
      this.#regions.explore(words, set);
      let needed = copySet.noCopies;
      for (let copy = 0; copy < this.#edges.length; copy++)
        if (copySet.has(set, copy)) needed = copySet.union(needed, this.#needed(copy, set));
      if (copySet.isNone(needed)) return set;
      set = copySet.union(set, needed);
    }
  }

  /** The set with those that must join it even if all others stay where they are. */
  #surely(set: CopySet): CopySet {
    for (let all = set, added = set; ;) {
      let needed = copySet.noCopies;
      for (let copy = 0; copy < this.#edges.length; copy++)
        if (copySet.has(added, copy))
          for (const step of this.#now[copy]!)
            if (step.enabled)
              needed = copySet.union(needed, this.#disturbers(step.footprint, all, this.#regions.alone));
      if (copySet.isNone(needed)) return all;
      all = copySet.union(all, needed);
      added = needed;
    }
  }

  /** The copies that must join a set because this one is in it. */
  #needed(copy: number, set: CopySet): CopySet {
    const now = this.#now[copy]!.map((step) =>
      step.enabled
        ? this.#disturbers(step.footprint, set, this.#regions.of)
        : this.#enablers(step.blockers, set),
    );
    return now.reduce(copySet.union, copySet.noCopies);
  }

  /** The copies outside the set that may do what does not commute with the step. */
  #disturbers(footprint: Footprint, set: CopySet, regions: readonly Future[]): CopySet {
    let copies = copySet.noCopies;
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (!copySet.has(set, copy) && this.#disturbs(regions[copy]!, footprint))
        copies = copySet.adding(copies, copy);
    return copies;
  }

  #disturbs(region: Future, { elements, kinds, steady, constant }: Footprint): boolean {
    if (region.kinds.length === 0) return false;
    const { numbering, futures } = this.#setting;
    for (let at = 0; at < elements.length; at++) {
      const element = elements[at]!;
      const theirs = region.kinds[element]!;
      if (theirs === 0) continue;
      if (!this.#dependence.conflict(kinds[at]!, theirs, element >= numbering.cells.length)) continue;
      // A write of the value that all others write commutes with their writes.
      const isSame =
        constant?.cell === element &&
        theirs === write &&
        futures.keepsWithin(region, element, sets.single(constant.value));
      if (!isSame) return true;
    }
    if (steady === null || !this.#dependence.mayChange(region.kinds[steady.cell]!)) return false;
    return !futures.keepsWithin(region, steady.cell, steady.values);
  }

  /** Copies without which the step stays disabled: one false part of its guard is enough, the one that needs fewest. */
  #enablers(blockers: readonly EnablingConjunct[], set: CopySet): CopySet {
    let best = copySet.complement(set);
    let least = Infinity;
    for (const blocker of blockers) {
      let copies = copySet.noCopies;
      let count = 0;
      for (let copy = 0; copy < this.#edges.length; copy++) {
        if (copySet.has(set, copy) || !this.#mayUnblock(this.#regions.of[copy]!, blocker)) continue;
        copies = copySet.adding(copies, copy);
        count += 1;
      }
      if (count < least) [best, least] = [copies, count];
    }
    return best;
  }

  #mayUnblock(region: Future, { cells, enabling }: EnablingConjunct): boolean {
    const { kinds } = region;
    if (kinds.length === 0 || !cells.some((cell) => this.#dependence.mayEnable(kinds[cell]!))) return false;
    return enabling === null || this.#setting.futures.mayWrite(region, cells[0]!, enabling);
  }
}
