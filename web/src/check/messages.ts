/** What the page asks of the worker and what it answers: plain data, models included. */
import type { Edge } from '../../../checker/state-space/state-space.ts';
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { AnyExpr } from '../../../checker/language/expression.ts';
import type { AnyDefinition, Model } from '../../../checker/language/model.ts';
import type { Choices, Comparison, Row } from '../../../checker/study/compare/compare.ts';
import type { Answer, Outcome, Schedule, Statistics } from '../../../checker/state-space/outcome.ts';
import type { LaidOutGraph } from './layout.ts';

type WithPlainSchedule<A> = A extends { readonly schedule: Schedule }
  ? Omit<A, 'schedule'> & { readonly schedule: PlainSchedule }
  : A;

export type PlainOutcome = WithPlainSchedule<Answer> & {
  readonly statistics: Omit<Statistics, 'unfired'> & { readonly unfired: readonly number[] };
};

export type PlainRow = Omit<Row, 'outcome'> & { readonly outcome: PlainOutcome };

/** A definition without what it does: its models come beside it, by their options. */
export type PlainDefinition = Omit<AnyDefinition, 'build'>;

export type PlainComparison = Omit<Comparison, 'definition' | 'rows'> & {
  readonly rows: readonly PlainRow[];
};

/** A proof for any number: the models, or what is wrong with them, by `keyOfBuild`. */
export interface ProveWork {
  readonly kind: 'prove';
  readonly definition: PlainDefinition;
  readonly given: Choices;
  readonly models: ReadonlyMap<string, Model | string>;
  /** In seconds. */
  readonly budget: number;
  readonly maxStates: number;
}

/** For any number of what it is proved, and of what larger claims are open. */
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

/** The answer to each kind of work. */
export interface Results {
  readonly check: { readonly outcome: PlainOutcome; readonly seconds: number };
  readonly compare: { readonly comparison: PlainComparison; readonly seconds: number };
  readonly find: FoundState;
  readonly prove:
    | { readonly kind: 'proof'; readonly proof: PlainProof }
    /** A model that the page has to build before it asks again. */
    | { readonly kind: 'missing'; readonly given: Choices; readonly beyond: readonly string[] };
  /** Null where there are more states than were asked for. */
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
  /** The author's mistake, told in words. */
  | { readonly kind: 'error'; readonly id: number; readonly message: string }
  /** A bug of ours. */
  | { readonly kind: 'bug'; readonly id: number; readonly message: string };

export const keyOf = (options: Choices): string => JSON.stringify(options);

/** Alike for what `build` is asked for alike, whatever the order of the options. */
export function keyOfBuild({ options }: PlainDefinition, given: Choices, beyond: readonly string[]): string {
  const all = Object.keys(options).map((key) => given[key] ?? options[key]!.fallback);
  return JSON.stringify([all, [...beyond].sort()]);
}

export function plainOutcome(outcome: Outcome): PlainOutcome {
  const { statistics } = outcome;
  const plain = { ...statistics, unfired: statistics.unfired.map(({ id }) => id) };
  if (!('schedule' in outcome)) return { ...outcome, statistics: plain };
  const { initial, edges } = outcome.schedule;
  const schedule = { initial, edges: edges.map((edge) => ({ ...edge, transition: edge.transition.id })) };
  return { ...outcome, schedule, statistics: plain };
}

/** The schedule in this table; a transition that it does not have is left to `replay` to report. */
export const scheduleIn = (
  { initial, edges }: PlainSchedule,
  { transitions }: TransitionSystem,
): Schedule => ({
  initial,
  edges: edges.map((edge) => ({ ...edge, transition: transitions[edge.transition]! })),
});

/** The answer with its schedule in this table. */
export function outcomeIn(plain: PlainOutcome, system: TransitionSystem): Outcome {
  const statistics: Statistics = {
    ...plain.statistics,
    unfired: plain.statistics.unfired.map((id) => system.transitions[id]!),
  };
  if (!('schedule' in plain)) return { ...plain, statistics };
  return { ...plain, schedule: scheduleIn(plain.schedule, system), statistics };
}

export interface FoundState {
  /** A run to such a state with the fewest steps; null where none was found, for this reason. */
  readonly schedule: PlainSchedule | null;
  readonly reason: string;
}

/** An edge whose transition is told by its number: two builds of one model number alike. */
export type PlainEdge = Omit<Edge, 'transition'> & { readonly transition: number };

export interface PlainSchedule {
  readonly initial: number;
  readonly edges: readonly PlainEdge[];
}
