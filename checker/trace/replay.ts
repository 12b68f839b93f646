/** A trace: a schedule replayed by the interpreter, with what each step read and changed. */
import { ofAnyCopy, ReplayError, type TraceStep, type Trace } from './trace.ts';
import type { Outside } from '../language/model-error.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import {
  endsOf,
  fire,
  initialStates,
  isDeadlock,
  moves,
  propertyPlace,
  type Firing,
  type Move,
} from '../interpreter/interpreter.ts';
import { confirmsLasso } from './lasso.ts';
import { confirmsOnArm64, replayOnArm64 } from './replay-arm64.ts';
import type { Answer, Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';

/** Throws  ReplayError naming the first step that cannot happen. */
export function replay(system: TransitionSystem, schedule: Schedule): Trace {
  if (system.model.machine === 'arm64') return replayOnArm64(system, schedule);
  const initial = initialStates(system)[schedule.initial];
  if (initial === undefined)
    throw new ReplayError(`the model has no initial state number ${schedule.initial}`);
  const steps: TraceStep[] = [];
  let stopped: string | null = null;
  let outside: Outside | undefined;
  for (const [at, edge] of schedule.edges.entries()) {
    if (stopped !== null) throw new ReplayError(`step ${at + 1} comes after the end: ${stopped}`);
    const firing = follow(system, steps.at(-1)?.after ?? initial, edge, at);
    stopped = firing.error ?? firing.failed;
    outside = firing.outside;
    const { thread } = system.threads[edge.thread]!;
    steps.push({
      edge,
      thread: thread.name,
      replica: edge.replica,
      events: firing.events,
      after: firing.state,
    });
  }
  const { cycleFrom } = schedule;
  return {
    initial,
    steps,
    stopped,
    ...(outside === undefined ? {} : { outside }),
    ...(cycleFrom === undefined ? {} : { cycleFrom }),
  };
}

function follow(system: TransitionSystem, state: State, edge: Edge, at: number): Firing {
  const isMove = ({ thread, replica, transition }: Move) =>
    thread === system.threads[edge.thread] && replica === edge.replica && transition === edge.transition;
  const move = moves(system, state).find(isMove);
  const name = system.threads[edge.thread]?.thread.name ?? `number ${edge.thread}`;
  if (move === undefined)
    throw new ReplayError(
      `step ${at + 1}: thread '${name}' (copy ${edge.replica}) cannot take that step there`,
    );
  const firing = fire(state, move)[edge.choice];
  if (firing === undefined)
    throw new ReplayError(`step ${at + 1}: thread '${name}' has no choice number ${edge.choice} there`);
  return firing;
}

/** True when the trace really ends in what the answer says: the interpreter's own judgement. */
export function confirms(system: TransitionSystem, answer: Answer, trace: Trace): boolean {
  if (system.model.machine === 'arm64') return confirmsOnArm64(system, answer, trace);
  const last = trace.steps.at(-1)?.after ?? trace.initial;
  switch (answer.verdict) {
    case 'violated': {
      if (answer.kind === 'assertion') return trace.stopped === answer.property;
      const property = system.model.properties.find(({ name }) => name === answer.property);
      return property !== undefined && !isTrue(property.condition, propertyPlace(last, endsOf(system)));
    }
    case 'deadlock':
      return moves(system, last).length === 0 && isDeadlock(system, last);
    case 'livelock':
      return confirmsLasso(system, answer, trace);
    case 'error':
      return trace.stopped !== null && ofAnyCopy(trace.stopped) === ofAnyCopy(answer.message);
    case 'holds':
    case 'unreached':
    case 'inconclusive':
      return false;
  }
}
