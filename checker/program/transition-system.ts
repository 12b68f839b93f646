/** The transition system: what each thread can do at each location, with local computation fused into the step before it. */
import type { AnyExpr, LocalReference } from '../language/expression.ts';
import type { Model } from '../language/model.ts';
import type { Effect, Statement } from '../language/statement.ts';
import type { AnyThread } from '../language/thread.ts';

/**
 * What happens when a transition fires: an acyclic graph that ends in the next locations. Where ways join, they lead to
 * the same object: what walks code visits each object once, and what computes from code keeps the result of each.
 */
export type Code =
  | {
      readonly kind: 'effects';
      readonly statement: Statement;
      readonly effects: readonly Effect[];
      readonly next: Code;
    }
  | {
      readonly kind: 'branch';
      readonly statement: Statement;
      readonly condition: AnyExpr;
      readonly then: Code;
      readonly otherwise: Code;
    }
  | {
      readonly kind: 'choose';
      readonly statement: Statement;
      readonly target: LocalReference;
      readonly next: Code;
    }
  | { readonly kind: 'goto'; readonly location: number };

export interface Transition {
  /** Counts the transitions of the whole model from 0; copies of a thread share them. */
  readonly id: number;
  /** The statement that gives the transition its name: the step, branch or atomic block at its location. */
  readonly statement: Statement;
  readonly guard: AnyExpr | null;
  readonly code: Code;
}

export interface ThreadTable {
  readonly thread: AnyThread;
  /** What runs before the first location: local computation and choices. */
  readonly entry: Code;
  /** The transitions by location: one, several where an `either` stands, none at the end. */
  readonly locations: readonly (readonly Transition[])[];
  /** The location where the thread has ended, or -1 when it never ends. */
  readonly end: number;
}

export interface TransitionSystem {
  readonly model: Model;
  readonly threads: readonly ThreadTable[];
  readonly transitions: readonly Transition[];
}
