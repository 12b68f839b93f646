/** Messages between page and worker: plain data, including models. */
import type { Edge } from '../../../checker/state-space/state-space.ts';
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { AnyExpr } from '../../../checker/language/expression.ts';
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import type { Choices, Comparison } from '../../../checker/study/compare/compare.ts';
import type { Answer, Outcome, Schedule, Statistics } from '../../../checker/state-space/outcome.ts';
import type { LaidOutGraph } from './layout.ts';

type WithPlainSchedule<A> = A extends { readonly schedule: Schedule }
  ? Omit<A, 'schedule'> & { readonly schedule: PlainSchedule }
  : A;

export type PlainOutcome = WithPlainSchedule<Answer> & {
  readonly statistics: Omit<Statistics, 'unfired'> & { readonly unfired: readonly number[] };
};

/** A definition without `build`; its models are sent separately. */
export type PlainDefinition = Omit<AnyDefinition, 'build'>;

export type PlainComparison = Omit<Comparison, 'definition'>;

/** A proof for any number, with models or errors by `keyOfBuild`. */
export interface ProveWork {
  readonly kind: 'prove';
  readonly definition: PlainDefinition;
  readonly given: Choices;
  readonly models: ReadonlyMap<string, Model | string>;
  /** In seconds. */
  readonly budget: number;
  readonly maxStates: number;
}

/** The proved claim, and the larger claims that are open. */
export interface PlainProof {
  readonly proved: string | null;
  readonly open: readonly { readonly claim: string; readonly reason: string }[];
}

export type WorkRequest =
  | ProveWork
  | { readonly kind: 'check'; readonly model: Model; readonly maxStates: number }
  /** The models of all variants, by `keyOf` their options. */
  | {
      readonly kind: 'compare';
      readonly definition: PlainDefinition;
      readonly given: Choices;
      readonly models: ReadonlyMap<string, Model>;
    }
  | { readonly kind: 'find'; readonly model: Model; readonly condition: AnyExpr }
  | { readonly kind: 'graph'; readonly model: Model; readonly maxStates: number };

/** The result of each kind of work. */
export interface Results {
  readonly check: { readonly outcome: PlainOutcome; readonly seconds: number };
  readonly compare: { readonly comparison: PlainComparison; readonly seconds: number };
  readonly find: FoundState;
  readonly prove:
    | { readonly kind: 'proof'; readonly proof: PlainProof }
    /** A model that the page must build before it retries. */
    | { readonly kind: 'missing'; readonly given: Choices; readonly beyond: readonly string[] };
  /** Null: more states than the limit. */
  readonly graph: LaidOutGraph | null;
}

export interface CheckProgress {
  readonly states: number;
  readonly frontier: number;
  readonly depth: number;
  readonly seconds: number;
  /** Variants checked before this one. */
  readonly done: number;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly id: number; readonly work: WorkRequest }
  | { readonly kind: 'stop'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: CheckProgress }
  | { readonly kind: 'result'; readonly id: number; readonly result: Results[WorkRequest['kind']] }
  /** A model error. */
  | { readonly kind: 'error'; readonly id: number; readonly message: string }
  /** A bug of ours. */
  | { readonly kind: 'bug'; readonly id: number; readonly message: string };

export const keyOf = (options: Choices): string => JSON.stringify(options);

/** Equal for equal arguments of `build`, in any order of options. */
export function keyOfBuild({ options }: PlainDefinition, given: Choices, beyond: readonly string[]): string {
  const all = Object.keys(options).map((key) => given[key] ?? options[key]!.fallback);
  return JSON.stringify([all, [...beyond].sort()]);
}

export function plainOutcome(outcome: Outcome): PlainOutcome {
  const { statistics } = outcome;
  const plain = { ...statistics, unfired: statistics.unfired.map(({ id }) => id) };
  if (!('schedule' in outcome)) return { ...outcome, statistics: plain };
  const { edges } = outcome.schedule;
  const schedule = {
    ...outcome.schedule,
    edges: edges.map((edge) => ({ ...edge, transition: edge.transition.id })),
  };
  return { ...outcome, schedule, statistics: plain };
}

/** The schedule in this transition system; `replay` reports unknown transitions. */
export const scheduleIn = (schedule: PlainSchedule, { transitions }: TransitionSystem): Schedule => ({
  ...schedule,
  edges: schedule.edges.map((edge) => ({ ...edge, transition: transitions[edge.transition]! })),
});

/** The outcome with its schedule in this transition system. */
export function outcomeIn(plain: PlainOutcome, system: TransitionSystem): Outcome {
  const statistics: Statistics = {
    ...plain.statistics,
    unfired: plain.statistics.unfired.map((id) => system.transitions[id]!),
  };
  if (!('schedule' in plain)) return { ...plain, statistics };
  return { ...plain, schedule: scheduleIn(plain.schedule, system), statistics };
}

export interface FoundState {
  /** A shortest run to such a state; null: none, for this reason. */
  readonly schedule: PlainSchedule | null;
  readonly reason: string;
}

/** An edge with the number of its transition, which is the same in every build of a model. */
export type PlainEdge = Omit<Edge, 'transition'> & { readonly transition: number };

export interface PlainSchedule {
  readonly initial: number;
  readonly edges: readonly PlainEdge[];
  readonly cycleFrom?: number;
}
