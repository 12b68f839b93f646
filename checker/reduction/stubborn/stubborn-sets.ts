/** Stubborn sets: in each state, copies of threads whose next steps may be explored alone. */
import * as sets from '../analysis/value-set.ts';
import * as copySet from './copy-set.ts';
import { changing, conflicting, write, type Footprint } from '../analysis/access.ts';
import type { Visibility } from '../analysis/conjuncts.ts';
import type { EnablingConjunct } from '../analysis/enabling.ts';
import type { ThreadModular, Future } from '../analysis/thread-modular.ts';
import type { Numbering } from '../../program/numbering.ts';
import type { TransitionSystem } from '../../program/transition-system.ts';
import { firstLocal, type InternedStates } from '../state/interned-state.ts';
import type { CopySet } from './copy-set.ts';
import type { ValueSource } from '../state/decision-tree.ts';
import { Futures } from './futures.ts';
import { SimilarStates, type Similarity } from './similar-states.ts';
import { CandidateOrder } from './candidate-order.ts';
import type { KnownStep, StepCache } from './step-cache.ts';

/** Why no stubborn sets can be chosen in a model, or null where they can. */
export function irreducible({ threads }: TransitionSystem): string | null {
  const copies = threads.reduce((sum, { thread }) => sum + thread.cpus, 0);
  if (copies <= copySet.mostCopies) return null;
  return `the ${copies} copies of its threads are more than the ${copySet.mostCopies} that stubborn sets are chosen from`;
}

/** What a search with stubborn sets works on. */
export interface StubbornContext {
  readonly numbering: Numbering;
  readonly visibility: Visibility;
  readonly states: InternedStates;
  readonly steps: StepCache;
  readonly threadModular: ThreadModular;
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

/** The copy with which a set starts, by what it has in common in similar states. */
interface Start {
  readonly thread: number;
  readonly local: number;
  readonly record: number;
  /** Whether the set has one edge. */
  readonly isLeast: boolean;
  /** Whether a bound of futures showed that it is a stubborn set. */
  readonly isBounded: boolean;
}

/** Starts that are kept; then all are forgotten. */
const mostStarts = 2 ** 16;

/**
 * Chooses the copies of threads that are expanded in a state. Which of several sets that is depends on the states before,
 * for what was chosen in a similar state is tried first.
 *
 * They are strong stubborn sets (Valmari) at the granularity of threads: all transitions of the chosen copies, enabled
 * or not.
 *
 * Sound for:  deadlocks; with the proviso of `ignoring-proviso.ts` also failing assertions and violated conjuncts.
 * Assumes:    locals are private; footprints and futures are upper bounds.
 */
export class StubbornSets {
  readonly #context: StubbornContext;
  readonly #dependence: Dependence;
  readonly #futures: Futures;
  readonly #order: CandidateOrder;
  readonly #similar: Similarity;
  /** By fingerprint of similar states: the start of the set in the first of them, null where it was all copies. */
  readonly #starts = new Map<number, Start | null>();
  readonly #now: readonly KnownStep[][];
  /** By copy: outcomes of its enabled steps. */
  readonly #edges: Int32Array;
  /** Whether a bound of futures showed that the last closure is a stubborn set. */
  #isBounded = false;
  readonly #alone = (copy: number) => this.#futures.alone(copy);
  readonly #most = (copy: number) => this.#futures.most(copy);
  readonly #exact = (copy: number) => this.#futures.of[copy]!;

  constructor(context: StubbornContext, dependence = soundDependence, similar: Similarity | null = null) {
    const { numbering, states, threadModular } = context;
    this.#context = context;
    this.#dependence = dependence;
    this.#futures = new Futures(states, threadModular);
    this.#order = new CandidateOrder(states);
    this.#similar = similar ?? new SimilarStates(states, threadModular);
    this.#now = numbering.copies.map(() => []);
    this.#edges = new Int32Array(numbering.copies.length);
  }

  /** The copies to expand: a set that starts as in a similar state, a smallest one, or all with an enabled step. */
  select(current: CurrentState): CopySet {
    const enabled = this.#lookUp(current);
    if (copySet.isOneAtMost(enabled)) return enabled;
    const { words } = current;
    const similar = this.#similar.fingerprint(words);
    const start = this.#starts.get(similar);
    if (start === null) return enabled;
    this.#futures.begin(words);
    const again = start === undefined ? null : this.#startingWith(start, words);
    if (again !== null) return copySet.common(again, enabled);
    const { copy, set } = this.#smallest(words);
    if (this.#starts.size >= mostStarts) this.#starts.clear();
    this.#starts.set(similar, copy === null ? null : this.#startOf(copy, set, words));
    return copySet.common(set, enabled);
  }

  #startOf(copy: number, set: CopySet, words: Int32Array): Start {
    const { thread } = this.#context.numbering.copies[copy]!;
    const local = words[firstLocal + copy]!;
    return {
      thread,
      local,
      record: this.#similar.recordOf(copy),
      isLeast: this.#edgesOf(set) === 1,
      isBounded: this.#isBounded,
    };
  }

  /** The set with a start; null where there is none, or it has all edges, or more than one instead of one. */
  #startingWith({ thread, local, record, isLeast, isBounded }: Start, words: Int32Array): CopySet | null {
    const { copies } = this.#context.numbering;
    const copy = copies.findIndex(
      (own, at) =>
        own.thread === thread &&
        words[firstLocal + at] === local &&
        this.#similar.recordOf(at) === record &&
        this.#edges[at]! > 0,
    );
    if (copy < 0) return null;
    const limit = isLeast ? 2 : this.#edgesOf(copySet.allCopies);
    return this.#closure(this.#withForced(copySet.only(copy)), limit, isBounded);
  }

  /** A set with the fewest edges and the copy that it starts with, null where no set is smaller than all copies. */
  #smallest(words: Int32Array): { readonly copy: number | null; readonly set: CopySet } {
    // A set with one edge is the least; a copy that forces others into its set has more.
    const starts: { readonly copy: number; readonly forced: CopySet }[] = [];
    for (const copy of this.#order.candidates(words, this.#edges)) {
      const forced = this.#withForced(copySet.only(copy));
      const set = this.#closure(forced, 2);
      if (set !== null) return { copy, set };
      starts.push({ copy, forced });
    }
    let best: { readonly copy: number | null; readonly set: CopySet } = {
      copy: null,
      set: copySet.allCopies,
    };
    for (const { copy, forced } of starts) {
      const set = this.#closure(forced, this.#edgesOf(best.set));
      if (set !== null) best = { copy, set };
    }
    return best;
  }

  /** Looks up the current steps of all copies; returns those with an enabled one. */
  #lookUp({ words, source }: CurrentState): CopySet {
    const { steps } = this.#context;
    let enabled = copySet.noCopies;
    for (let copy = 0; copy < this.#edges.length; copy++) {
      const local = words[firstLocal + copy]!;
      const now = this.#now[copy]!;
      now.length = 0;
      this.#edges[copy] = 0;
      for (let at = 0; at < steps.count(copy, local); at++) {
        const step = steps.step(copy, local, at, source);
        now.push(step);
        if (!step.enabled) continue;
        this.#edges[copy]! += step.outcomes.length;
        enabled = copySet.adding(enabled, copy);
      }
    }
    return enabled;
  }

  #edgesOf(copies: CopySet): number {
    let edges = 0;
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (copySet.has(copies, copy)) edges += this.#edges[copy]!;
    return edges;
  }

  /**
   * The least stubborn set that contains these copies; null where it has `limit` edges or more.
   *
   * `tryBound`: whether a bound of futures may show it, which costs less where it does.
   */
  #closure(start: CopySet, limit: number, tryBound = true): CopySet | null {
    for (let set = start; ;) {
      if (this.#edgesOf(set) >= limit) return null;
      this.#isBounded = tryBound && copySet.isNone(this.#needed(set, this.#most));
      if (this.#isBounded) return set;
      if (!this.#futures.explore(set, this.#stayingBelow(limit, set))) return null;
      const needed = this.#needed(set, this.#exact);
      if (copySet.isNone(needed)) return set;
      set = this.#withForced(copySet.union(set, needed));
    }
  }

  /** Whether the set stays below the limit with the copies that disturb it already with parts of their futures. */
  #stayingBelow(limit: number, set: CopySet): (copy: number, part: Future) => boolean {
    let edges = this.#edgesOf(set);
    let disturbing = copySet.noCopies;
    const steps: Footprint[] = [];
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (copySet.has(set, copy))
        for (const { enabled, footprint } of this.#now[copy]!) if (enabled) steps.push(footprint);
    return (copy, part) => {
      if (copySet.has(disturbing, copy) || !steps.some((step) => this.#disturbs(part, step))) return true;
      disturbing = copySet.adding(disturbing, copy);
      edges += this.#edges[copy]!;
      return edges < limit;
    };
  }

  /** The set with the copies that must join it even if no other copy moves. */
  #withForced(set: CopySet): CopySet {
    for (let all = set, added = set; ;) {
      let needed = copySet.noCopies;
      for (let copy = 0; copy < this.#edges.length; copy++)
        if (copySet.has(added, copy))
          for (const step of this.#now[copy]!)
            if (step.enabled)
              needed = copySet.union(needed, this.#disturbers(step.footprint, all, this.#alone));
      if (copySet.isNone(needed)) return all;
      all = copySet.union(all, needed);
      added = needed;
    }
  }

  /** The copies that must join a set because the steps of its copies need them, with these futures of the others. */
  #needed(set: CopySet, futureOf: (copy: number) => Future): CopySet {
    let needed = copySet.noCopies;
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (copySet.has(set, copy))
        for (const step of this.#now[copy]!) {
          const more = step.enabled
            ? this.#disturbers(step.footprint, set, futureOf)
            : this.#enablers(step.blockers, set, futureOf);
          needed = copySet.union(needed, more);
        }
    return needed;
  }

  /** The copies outside the set that may do something that does not commute with the step. */
  #disturbers(footprint: Footprint, set: CopySet, futureOf: (copy: number) => Future): CopySet {
    let copies = copySet.noCopies;
    for (let copy = 0; copy < this.#edges.length; copy++)
      if (
        !copySet.has(set, copy) &&
        this.#disturbs(this.#futures.ever[copy]!, footprint) &&
        this.#disturbs(futureOf(copy), footprint)
      )
        copies = copySet.adding(copies, copy);
    return copies;
  }

  #disturbs(future: Future, { elements, kinds, steady, constant }: Footprint): boolean {
    if (future.kinds.length === 0) return false;
    const { numbering, threadModular } = this.#context;
    for (let at = 0; at < elements.length; at++) {
      const element = elements[at]!;
      const theirs = future.kinds[element]!;
      if (theirs === 0) continue;
      if (!this.#dependence.conflict(kinds[at]!, theirs, element >= numbering.cells.length)) continue;
      // A write of the value that all others write commutes with their writes.
      const isSame =
        constant?.cell === element &&
        theirs === write &&
        threadModular.keepsWithin(future, element, sets.single(constant.value));
      if (!isSame) return true;
    }
    if (steady === null || !this.#dependence.mayChange(future.kinds[steady.cell]!)) return false;
    return !threadModular.keepsWithin(future, steady.cell, steady.values);
  }

  /** Copies without which the step stays disabled: those that may make one false part of its guard true, the fewest. */
  #enablers(
    blockers: readonly EnablingConjunct[],
    set: CopySet,
    futureOf: (copy: number) => Future,
  ): CopySet {
    let best = copySet.complement(set);
    let least = Infinity;
    for (const blocker of blockers) {
      let copies = copySet.noCopies;
      let count = 0;
      for (let copy = 0; copy < this.#edges.length; copy++) {
        if (copySet.has(set, copy) || !this.#mayUnblock(futureOf(copy), blocker)) continue;
        copies = copySet.adding(copies, copy);
        count += 1;
      }
      if (count < least) [best, least] = [copies, count];
    }
    return best;
  }

  #mayUnblock(future: Future, { cells, enabling }: EnablingConjunct): boolean {
    const { kinds } = future;
    if (kinds.length === 0 || !cells.some((cell) => this.#dependence.mayEnable(kinds[cell]!))) return false;
    return enabling === null || this.#context.threadModular.mayWrite(future, cells[0]!, enabling);
  }
}
