/** What a search asks of another model checker, which searches by itself. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Limits } from '../state-space/outcome.ts';
import type { ForeignTrace } from '../trace/map-trace.ts';

export interface ForeignChecker {
  /** As in "liveness is not decided in LTSmin". */
  readonly place: string;
  /**
   * Searches for violated invariants, deadlocks, failed assertions and model errors.
   *
   * Throws  EngineError where the search was not whole and found nothing, soon after `signal` aborts.
   */
  readonly search: (system: TransitionSystem, watching: Watching) => Promise<ForeignFound>;
}

export interface Watching {
  readonly onProgress: Limits['onProgress'];
  readonly signal: AbortSignal;
}

export interface ForeignFound {
  /** Such as 'LTSmin 3.1.0'. */
  readonly method: string;
  /** Null: every state was expanded, and none is bad. */
  readonly trace: ForeignTrace | null;
  readonly states: number;
  readonly transitions: number;
  /** Steps to the farthest states; all states that fewer steps reach were expanded, and none of them is bad. */
  readonly depth: number;
  /** By `Transition.id`: whether it fired. */
  readonly fired: readonly boolean[];
  /** Positions in `Model.properties` of the witnesses that were reached. */
  readonly reached: ReadonlySet<number>;
}
