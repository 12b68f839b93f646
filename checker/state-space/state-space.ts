/** The interface of a state space to a search: states by number, expanded a level at a time. */
import type { Transition } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';

/** One edge of the state graph: which copy of which thread fires what, and which of its choices. */
export interface Edge {
  /** Position in `TransitionSystem.threads`. */
  readonly thread: number;
  readonly replica: number;
  readonly transition: Transition;
  /** Position among the ways in which the transition fires in that state: 0 unless it contains choices. */
  readonly choice: number;
}

/** Something that ends a search; `state` is where it was found. */
export type Finding =
  | { readonly kind: 'deadlock'; readonly state: number }
  /** `property` is a position in `Model.properties`, `state` violates it. */
  | { readonly kind: 'invariant'; readonly state: number; readonly property: number }
  /** An assertion that fails when `edge` fires in `state`; `claim` names it. */
  | { readonly kind: 'assertion'; readonly state: number; readonly edge: Edge; readonly claim: string }
  /** A model error when `edge` fires in `state`, such as a value outside of its domain. */
  | { readonly kind: 'error'; readonly state: number; readonly edge: Edge; readonly message: string };

/** A step to another state. */
export interface StateStep {
  readonly edge: Edge;
  readonly to: number;
  /** An access out of program order, which a trace avoids where it can. */
  readonly isOutOfOrder?: boolean;
}

/**
 * The states found so far, numbered from 0 in the order of their insertion, and the findings among them.
 *
 * The same model gives the same numbers, counts and findings on every run, whatever the implementation.
 */
export interface StateSpace {
  /** States to expand between two checks of the limits. */
  readonly portion?: number;
  /** States stored. */
  readonly count: number;
  /** Edges generated, those to known states included. */
  readonly transitions: number;
  /** Bytes that the stored states take, with all that is kept for each of them. */
  readonly bytes: number;
  /** By `Transition.id`: how often each fired. */
  readonly fired: ArrayLike<number>;
  /** Positions in `Model.properties` of the witnesses that have been reached. */
  readonly reached: ReadonlySet<number>;
  /** In the order in which they were found; invariants are checked as states are stored, the rest as they are expanded. */
  readonly findings: readonly Finding[];

  /** Stores the initial states. */
  start(): void;
  /** Expands the states `from` .. `to - 1`, storing the new ones behind those that are there. */
  expand(from: number, to: number): void;
  /** As `expand`, for a space that may take long over one state: it may stop before, and returns the first that is not expanded. */
  expandSome?(from: number, to: number): number;
  /** Marks (1) those states `from` .. `to - 1`, in order, whose successors pass; left out where `successors` does. */
  mark?(from: number, to: number, marks: Uint8Array, isMarked: (successors: Numbers) => boolean): void;
  /** The edges out of a state with the number of the state each leads to; edges whose assertion fails are left out. */
  successors(id: number): readonly StateStep[];
  /** The state of a number. */
  state(id: number): State;
}

/** The numbers of states, as an array of any kind. */
export interface Numbers {
  readonly length: number;
  some(test: (number: number) => boolean): boolean;
}

/** Marks (1) those states `from` .. `to - 1` that have an edge to a marked state numbered `to` or more: the next level. */
export function markPredecessors(space: StateSpace, from: number, to: number, marks: Uint8Array): void {
  const leadsOn = (number: number) => number >= to && marks[number] === 1;
  mark(space, [from, to], marks, (successors) => successors.some(leadsOn));
}

/** Marks (1) those states `from` .. `to - 1` that have no edge to a state, or one to a marked state. */
export function markEnding(space: StateSpace, from: number, to: number, marks: Uint8Array): void {
  const leadsOn = (number: number) => marks[number] === 1;
  mark(space, [from, to], marks, (successors) => successors.length === 0 || successors.some(leadsOn));
}

function mark(
  space: StateSpace,
  [from, to]: readonly [from: number, to: number],
  marks: Uint8Array,
  isMarked: (successors: Numbers) => boolean,
): void {
  if (space.mark !== undefined) return space.mark(from, to, marks, isMarked);
  for (let id = from; id < to; id++) if (isMarked(space.successors(id).map((next) => next.to))) marks[id] = 1;
}

/** Expands states up to `to`, or some of them where one takes long; returns the first that is not expanded. */
export function expandedTo(space: StateSpace, from: number, to: number): number {
  if (space.expandSome !== undefined) return space.expandSome(from, to);
  space.expand(from, to);
  return to;
}

/** The visited set is full: the search ends and proves nothing. */
export class CapacityError extends Error {
  override readonly name = 'CapacityError';
}
