/** The outcome of a check: a verdict with its evidence. */
import type { Outside } from '../language/model-error.ts';
import type { Transition } from '../program/transition-system.ts';
import type { Edge } from './state-space.ts';

/** A run by the choices it makes: everything else follows from the model. */
export interface Schedule {
  /** Position of the initial state among `initialStates`. */
  readonly initial: number;
  readonly edges: readonly Edge[];
  /** The steps from this position on are taken round and round for ever; absent: the run ends. */
  readonly cycleFrom?: number;
}

/** How much a search has explored. */
export interface Statistics {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the initial state to the states farthest from it. */
  readonly depth: number;
  /** Bytes of the visited set and all that is kept for each state. */
  readonly bytes: number;
  /** Transitions that never fired, in the order of the text. */
  readonly unfired: readonly Transition[];
  /** States from which no run ends, once all is explored; null where that was not computed. */
  readonly endless: number | null;
  /** How the states were explored, such as 'interpreter'. */
  readonly method: string;
}

/** The steps of a run before its cycle: all of them where it ends. */
export const stemOf = ({ edges, cycleFrom = edges.length }: Schedule): number => cycleFrom;

export type Answer =
  | { readonly verdict: 'holds' }
  | {
      readonly verdict: 'violated';
      readonly kind: 'invariant' | 'assertion';
      /** The name of the property, or the claim of the assertion. */
      readonly property: string;
      readonly schedule: Schedule;
      /** True when no run is shorter, and of those of the CPUs that move in it none has fewer switches between them. */
      readonly minimal: boolean;
    }
  | { readonly verdict: 'deadlock'; readonly schedule: Schedule; readonly minimal: boolean }
  | {
      /** A fair run without end, or one that nothing continues, in which what a claim demands never happens. */
      readonly verdict: 'livelock';
      /** The name of the claim in `Model.liveness`. */
      readonly property: string;
      /** Position in `goalsOf`: the copy that the claim is broken for. */
      readonly goal: number;
      readonly schedule: Schedule;
      /** True when no lasso has a shorter stem, and of those none a shorter cycle. */
      readonly minimal: boolean;
    }
  | { readonly verdict: 'unreached'; readonly witnesses: readonly string[] }
  /** The model itself is wrong; the schedule leads to where that shows. */
  | {
      readonly verdict: 'error';
      readonly message: string;
      readonly schedule: Schedule;
      /** The value outside of its domain, where that is the error. */
      readonly outside?: Outside;
    }
  | { readonly verdict: 'inconclusive'; readonly reason: string };

export type Outcome = Answer & { readonly statistics: Statistics };

/** When a search gives up, and where it reports its progress. */
export interface Limits {
  readonly maxStates: number;
  /** Asked now and then: a reason to stop, such as 'interrupted', or null. */
  readonly stop: () => string | null;
  readonly onProgress: (progress: {
    readonly states: number;
    readonly frontier: number;
    readonly depth: number;
    /** The number of the first state at each depth; left out where states are not numbered by depth. */
    readonly levels?: readonly number[];
    /** Which of several searches this is; left out where it is the only one. */
    readonly part?: string;
  }) => void;
}
