/** What may be left out of a search, and what a search asks of a space from which states are left out. */
import type { State } from '../interpreter/evaluate.ts';
import type { CanonicalForms } from './canonical-form.ts';
import type { ReductionFaults } from './faults.ts';
import type { Goal } from './stubborn/goal.ts';
import type { StubbornSets } from './stubborn/stubborn-sets.ts';
import type { StateSpace } from '../state-space/state-space.ts';

export interface Reduction {
  /** Expand stubborn sets only; false explores everything. */
  readonly reduce?: boolean;
  /** Keep dead locals out of the states; as `reduce` where it is not given. */
  readonly forget?: boolean;
  /** Store one state for all that differ by a permutation of interchangeable copies. */
  readonly symmetry?: boolean;
  /** Explore only what leads to these events, on shortest ways; there is nothing to complete then. */
  readonly goal?: Goal | null;
  /** For tests alone. */
  readonly faults?: ReductionFaults;
}

/** A state space from which states may be left out. */
export interface ReducedSpace extends StateSpace {
  /**
   * Expands in full what would else be ignored for ever; call it when all states are expanded, and expand what it stores.
   *
   * Returns true while it stored states or edges, false when nothing is ignored: only then a proof is one.
   */
  complete(): boolean;
  /** How many of the states that are stored cannot end; 0 exactly where that is so of the full graph, once all is complete. */
  endless(): number;
  /** Whether nothing can happen in an expanded state. */
  isTerminal(id: number): boolean;
  /** The states on which a state was first reached, from an initial one to itself. */
  pathTo(id: number): readonly number[];
  /** The numbers of the states that stand for these, or -1. */
  numbersOf(states: readonly State[]): readonly number[];
}

/** By what states are left out; null where by nothing. */
export interface Means {
  readonly sets: StubbornSets | null;
  readonly canonical: CanonicalForms | null;
  readonly goal: Goal | null;
}
