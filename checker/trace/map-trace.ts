/** Maps the trace of another checker to a run of the model, which the interpreter replays. */
import { authored } from '../language/model-error.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import { endsOf, initialStates, isDeadlock, propertyPlace } from '../interpreter/interpreter.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Answer } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';
import { edgesOutOf, keyOfState, leadsOn, type FiredEdge } from '../state-space/successors.ts';
import { confirms, replay } from './replay.ts';
import type { Trace } from './trace.ts';

/** A run by the transitions that fire, without the values that choices take; or by the states that they lead to. */
export interface ForeignTrace {
  /** Position among `initialStates`. */
  readonly initial: number;
  readonly steps: readonly ForeignStep[];
}

export type ForeignStep =
  { readonly transition: number; readonly replica: number } | { readonly to: (state: State) => boolean };

export interface MappedTrace {
  readonly answer: Answer;
  readonly trace: Trace;
}

/** A state that the trace may have led to, and how. */
interface Reached {
  readonly state: State;
  readonly before: Reached | null;
  readonly edge: Edge | null;
}

/** The run with its finding, confirmed by replay; or why there is none. */
export function mapTrace(system: TransitionSystem, { initial, steps }: ForeignTrace): MappedTrace | string {
  const first = initialStates(system)[initial];
  if (first === undefined) return 'it does not begin where the model begins';
  let reached: readonly Reached[] = [{ state: first, before: null, edge: null }];
  for (const [at, step] of steps.entries()) {
    const next = new Map<string, Reached>();
    for (const from of reached)
      for (const fired of edgesOutOf(system, from.state).filter(isOf(step))) {
        const to = { state: fired.firing.state, before: from, edge: fired.edge };
        if (leadsOn(fired)) next.set(keyOfState(to.state), to);
        else if (at === steps.length - 1) return confirmed(system, to, answerOfEdge(fired));
      }
    if (next.size === 0) return `step ${at + 1} of ${steps.length} is none of the model`;
    reached = [...next.values()];
  }
  for (const last of reached) {
    const found = answerIn(system, last);
    if (found !== null) return confirmed(system, found.at, found.answer);
  }
  return 'nothing is wrong after its last step';
}

const isOf =
  (step: ForeignStep) =>
  (fired: FiredEdge): boolean =>
    'to' in step
      ? leadsOn(fired) && step.to(fired.firing.state)
      : fired.edge.transition.id === step.transition && fired.edge.replica === step.replica;

type Unscheduled = Answer extends infer A
  ? A extends { readonly schedule: unknown }
    ? Omit<A, 'schedule'>
    : never
  : never;

const answerOfEdge = ({ firing }: FiredEdge): Unscheduled =>
  firing.error === null
    ? { verdict: 'violated', kind: 'assertion', property: firing.failed!, minimal: false }
    : { verdict: 'error', message: firing.error };

/** What is wrong in a state, or with a step out of it. */
function answerIn(
  system: TransitionSystem,
  at: Reached,
): { readonly at: Reached; readonly answer: Unscheduled } | null {
  const place = propertyPlace(at.state, endsOf(system));
  const broken = system.model.properties.find(
    ({ kind, name, condition }) =>
      kind === 'always' && !authored(`property '${name}'`, () => isTrue(condition, place)),
  );
  if (broken !== undefined)
    return { at, answer: { verdict: 'violated', kind: 'invariant', property: broken.name, minimal: false } };
  const out = edgesOutOf(system, at.state);
  if (out.length === 0 && isDeadlock(system, at.state))
    return { at, answer: { verdict: 'deadlock', minimal: false } };
  const wrong = out.find(({ firing }) => firing.error !== null) ?? out.find((fired) => !leadsOn(fired));
  if (wrong === undefined) return null;
  return { at: { state: at.state, before: at, edge: wrong.edge }, answer: answerOfEdge(wrong) };
}

function confirmed(system: TransitionSystem, last: Reached, found: Unscheduled): MappedTrace | string {
  const edges: Edge[] = [];
  let at = last;
  for (; at.before !== null; at = at.before) edges.push(at.edge!);
  const initial = initialStates(system).map(keyOfState).indexOf(keyOfState(at.state));
  const schedule = { initial, edges: edges.reverse() };
  const answer = { ...found, schedule } as Answer;
  const trace = replay(system, schedule);
  return confirms(system, answer, trace) ? { answer, trace } : 'the interpreter does not confirm it';
}
