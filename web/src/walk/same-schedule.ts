/** Replays a schedule on another variant, as far as that variant allows. */
import type {
  ThreadTable,
  Transition,
  TransitionSystem,
} from '../../../checker/program/transition-system.ts';
import { edgesOutOf, type FiredEdge } from '../../../checker/state-space/successors.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { Edge } from '../../../checker/state-space/state-space.ts';
import type { Trace, TraceStep } from '../../../checker/trace/trace.ts';
import { guardWords, textOf } from '../../../checker/report/author-words.ts';
import type { State } from '../../../checker/interpreter/evaluate.ts';
import { initialStates } from '../../../checker/interpreter/interpreter.ts';

/** A difference of the other variant. */
export interface Difference {
  /** The step of the first variant, from 0. */
  readonly step: number;
  /** `extra`: it takes additional steps; `waits`: its CPU is blocked; `other`: its CPU is at another statement. */
  readonly kind: 'extra' | 'waits' | 'other';
  readonly sentence: string;
}

export interface Followed {
  readonly schedule: Schedule;
  /** By number of steps of the first variant: the number of steps of the other. */
  readonly taken: readonly number[];
  readonly first: Difference | null;
  /** Where it cannot follow; null: it follows to the end. */
  readonly end: Difference | null;
}

/** The most additional steps before the variants count as different. */
const mostExtra = 64;

/** Follows a trace of one variant in another; steps correspond if their kernel texts are equal. */
export function followed(
  from: TransitionSystem,
  trace: Trace,
  system: TransitionSystem,
  initial: number,
): Followed {
  const edges: Edge[] = [];
  const taken = [0];
  let state = initialStates(system)[initial]!;
  let first: Difference | null = null;
  for (const [at, step] of trace.steps.entries()) {
    const { done, reached, difference } = along(step, { from, system, state, at });
    edges.push(...done);
    state = reached;
    first ??= difference;
    if (difference !== null && difference.kind !== 'extra')
      return { schedule: { initial, edges }, taken, first, end: difference };
    taken.push(edges.length);
  }
  return { schedule: { initial, edges }, taken, first, end: null };
}

interface WalkPosition {
  readonly from: TransitionSystem;
  readonly system: TransitionSystem;
  readonly state: State;
  readonly at: number;
}

interface Along {
  readonly done: readonly Edge[];
  readonly reached: State;
  readonly difference: Difference | null;
}

/** The steps of the other variant for one step of the first. */
function along(step: TraceStep, { from, system, state, at }: WalkPosition): Along {
  const done: Edge[] = [];
  let reached = state;
  const extra: string[] = [];
  const end = (kind: Difference['kind'], sentence: string): Along => ({
    done,
    reached,
    difference: { step: at, kind, sentence },
  });
  while (extra.length <= mostExtra) {
    const ways = waysOf(system, reached, step);
    const way = ways.find((other) => isSameStep(other, step)) ?? onlyExtra(ways, from, step);
    if (way === undefined) return end(...stuckAt(system, reached, step));
    done.push(way.edge);
    reached = way.firing.state;
    if (isSameStep(way, step))
      return extra.length === 0
        ? { done, reached, difference: null }
        : end('extra', `${step.thread} executes more here: ${extra.join('; ')}`);
    extra.push(textOf(way.edge.transition));
  }
  return end('other', `${step.thread} takes another path here`);
}

const waysOf = (
  system: TransitionSystem,
  state: State,
  { thread, replica }: TraceStep,
): readonly FiredEdge[] =>
  edgesOutOf(system, state).filter(
    ({ edge }) => system.threads[edge.thread]!.thread.name === thread && edge.replica === replica,
  );

const isSameStep = ({ edge }: FiredEdge, step: TraceStep) =>
  edge.choice === step.edge.choice && textOf(edge.transition) === textOf(step.edge.transition);

/** The only enabled step, if the thread of the first variant has no such step. */
function onlyExtra(
  ways: readonly FiredEdge[],
  from: TransitionSystem,
  { thread }: TraceStep,
): FiredEdge | undefined {
  const [only, ...others] = ways;
  if (only === undefined || others.length > 0) return undefined;
  const own = from.threads.find((other) => other.thread.name === thread);
  const isNew =
    own === undefined || !transitionsOf(own).some((other) => textOf(other) === textOf(only.edge.transition));
  return isNew ? only : undefined;
}

const transitionsOf = ({ locations }: ThreadTable): readonly Transition[] => locations.flat();

function stuckAt(
  system: TransitionSystem,
  state: State,
  { thread, replica, edge }: TraceStep,
): [Difference['kind'], string] {
  const own = system.threads.find((other) => other.thread.name === thread);
  const copy = state.threads[thread]?.[replica];
  if (own === undefined || copy === undefined)
    return ['other', `this variant has no ${thread} (copy ${replica})`];
  if (copy.location === own.end) return ['other', `${thread} has already ended`];
  const here = own.locations[copy.location]!;
  const texts = [...new Set(here.map((transition) => `'${textOf(transition)}'`))].join(' or ');
  const [first] = here;
  const until = first === undefined ? null : guardWords(system.model, thread, first);
  const isBlocked = waysOf(system, state, { thread, replica } as TraceStep).length === 0;
  if (isBlocked) return ['waits', `${thread} waits at ${texts}${until === null ? '' : `, until ${until}`}`];
  return ['other', `${thread} does not reach '${textOf(edge.transition)}': it is at ${texts}`];
}
