/** Saved traces; they contain the text of statements, so that a changed model is detected. */
import type { AnyDefinition, Model } from '../language/model.ts';
import { goalsOf, withEnds } from '../language/liveness.ts';
import { withFallbacks, type OptionValue } from '../language/option.ts';
import { inFull } from '../memory/memory-models.ts';
import { transitionSystem } from '../program/build-transitions.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Answer, Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';
import { confirms, replay } from '../trace/replay.ts';
import { ReplayError, type Trace } from '../trace/trace.ts';
import { textOf } from './author-words.ts';

/** The file of `check --save-trace`; docs/reference/trace.schema.json describes each field. */
export interface SavedTrace {
  readonly format: 'racewalk-trace';
  readonly version: 1;
  readonly model: string;
  /** The user's model file, relative to the folder of the trace; null: a built-in model. */
  readonly file: string | null;
  /** All options of the model. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly verdict: AnswerWithTrace['verdict'];
  /** The property, assertion or error in which the trace ends; empty for a deadlock. */
  readonly claim: string;
  /** Position among the initial states. */
  readonly initial: number;
  readonly steps: readonly SavedStep[];
  /** Of a livelock: the position of the first step of its cycle, and which copy the claim is about. */
  readonly cycleFrom?: number | undefined;
  readonly goal?: number | undefined;
}

export interface SavedStep {
  readonly thread: string;
  readonly replica: number;
  /** The statement, counted from 1 in the thread; 0 at its end. */
  readonly line: number;
  readonly text: string;
  /** Position in `TransitionSystem.transitions`. */
  readonly transition: number;
  readonly choice: number;
}

export type AnswerWithTrace = Extract<Answer, { readonly schedule: Schedule }>;

type LivelockAnswer = Answer & { readonly verdict: 'livelock' };

/** A model by its definition and options. */
interface ModelOrigin {
  readonly definition: AnyDefinition;
  readonly chosen: Readonly<Record<string, OptionValue>>;
  readonly file: string | null;
}

export function savedTrace(
  { definition, chosen, file }: ModelOrigin,
  system: TransitionSystem,
  answer: AnswerWithTrace,
): SavedTrace {
  return {
    format: 'racewalk-trace',
    version: 1,
    model: definition.name,
    file,
    options: withFallbacks(definition.options, chosen),
    verdict: answer.verdict,
    claim: claimOf(answer),
    initial: answer.schedule.initial,
    steps: answer.schedule.edges.map((edge) => savedStep(edge, system)),
    ...(answer.schedule.cycleFrom === undefined ? {} : { cycleFrom: answer.schedule.cycleFrom }),
    ...(answer.verdict === 'livelock' ? { goal: goalAmong(answer, system) } : {}),
  };
}

function claimOf(answer: AnswerWithTrace): string {
  if (answer.verdict === 'violated' || answer.verdict === 'livelock') return answer.property;
  return answer.verdict === 'error' ? answer.message : '';
}

/** Position among the goals of the claim: other claims may be added to the model or taken from it. */
const goalAmong = ({ goal, property }: LivelockAnswer, { model }: TransitionSystem): number =>
  goalsNamed(model, property).findIndex(({ at }) => at === goal);

const goalsNamed = (model: Model, property: string) =>
  goalsOf(model)
    .map(({ claim }, at) => ({ claim, at }))
    .filter(({ claim }) => model.liveness![claim]!.name === property);

const savedStep = (edge: Edge, { threads }: TransitionSystem): SavedStep => ({
  thread: threads[edge.thread]!.thread.name,
  replica: edge.replica,
  line: edge.transition.statement.line,
  text: textOf(edge.transition),
  transition: edge.transition.id,
  choice: edge.choice,
});

/** A replayed trace: its verdict, and the run in the interpreter or the arm64 machine. */
export interface ReplayedTrace {
  readonly system: TransitionSystem;
  readonly answer: AnswerWithTrace;
  readonly trace: Trace;
}

/** Throws  ReplayError unless the model still has these steps and their verdict. */
export function replaySaved(saved: SavedTrace, model: Model): ReplayedTrace {
  // The claim may be one that the command line has asked for.
  const system = transitionSystem(inFull(saved.verdict === 'livelock' ? withEnds(model) : model));
  const schedule = {
    initial: saved.initial,
    ...(saved.cycleFrom === undefined ? {} : { cycleFrom: saved.cycleFrom }),
    edges: saved.steps.map((step, at) => edgeOf(step, at, system)),
  };
  const answer = answerOf(saved, schedule, system);
  const trace = replay(system, schedule);
  if (!confirms(system, answer, trace))
    throw new ReplayError(
      `the trace no longer ends in '${saved.verdict}': the model has changed, check it again`,
    );
  return { system, answer, trace };
}

function edgeOf(step: SavedStep, at: number, system: TransitionSystem): Edge {
  const thread = system.threads.findIndex((other) => other.thread.name === step.thread);
  const transition = system.transitions[step.transition];
  if (thread < 0 || transition?.statement.line !== step.line || textOf(transition) !== step.text)
    throw new ReplayError(
      `step ${at + 1}: the model no longer has '${step.text}' in line ${step.line} of '${step.thread}': ` +
        'it has changed since the trace was saved, check it again',
    );
  return { thread, replica: step.replica, transition, choice: step.choice };
}

function answerOf(
  { verdict, claim, goal: nth = 0 }: SavedTrace,
  schedule: Schedule,
  { model }: TransitionSystem,
): AnswerWithTrace {
  switch (verdict) {
    case 'deadlock':
      return { verdict, schedule, minimal: true };
    case 'error':
      return { verdict, message: claim, schedule };
    case 'livelock': {
      const goal = goalsNamed(model, claim)[nth];
      if (goal === undefined) throw new ReplayError(`the model no longer claims '${claim}': check it again`);
      return { verdict, property: claim, goal: goal.at, schedule, minimal: true };
    }
    case 'violated': {
      const isProperty = model.properties.some(({ kind, name }) => kind === 'always' && name === claim);
      const kind = isProperty ? 'invariant' : 'assertion';
      return { verdict, kind, property: claim, schedule, minimal: true };
    }
  }
}
