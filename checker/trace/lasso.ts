/** Whether a trace is a fair run that breaks a claim: the interpreter's own judgement, by the definitions. */
import { goalsOf, type Fairness, type Goal } from '../language/liveness.ts';
import { fairClasses } from '../program/fair-classes.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue, type State } from '../interpreter/evaluate.ts';
import { endsOf, moves, propertyPlace } from '../interpreter/interpreter.ts';
import { stemOf, type Answer } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';
import type { Trace } from './trace.ts';

/** True when the trace comes back to the state in which its cycle begins, fairly, and the claim waits from there on. */
export function confirmsLasso(
  system: TransitionSystem,
  { goal: at, schedule }: Answer & { readonly verdict: 'livelock' },
  { initial, steps }: Trace,
): boolean {
  const goal = goalsOf(system.model)[at];
  const cycleFrom = stemOf(schedule);
  if (goal === undefined || cycleFrom > steps.length) return false;
  const states = [initial, ...steps.map(({ after }) => after)];
  const head = states[cycleFrom]!;
  const edges = steps.map(({ edge }) => edge);
  const isCycle =
    cycleFrom === steps.length
      ? moves(system, head).length === 0
      : JSON.stringify(states.at(-1)) === JSON.stringify(head) &&
        isFair(system, goal.fair, { states: states.slice(cycleFrom), edges: edges.slice(cycleFrom) });
  return isCycle && waitsFrom(system, goal, states, edges) <= cycleFrom;
}

/** The position from which on the claim waits to the end; Infinity: it does not. */
function waitsFrom(
  system: TransitionSystem,
  goal: Goal,
  states: readonly State[],
  edges: readonly Edge[],
): number {
  const isIn = (state: State, condition: Goal['to']) =>
    isTrue(condition, propertyPlace(state, endsOf(system)));
  const done = states.findLastIndex((state) => isIn(state, goal.to));
  const begins = states.findIndex(
    (state, at) =>
      at > done && (goal.from === null ? hasMoved(system, goal, edges[at - 1]) : isIn(state, goal.from)),
  );
  return begins < 0 ? Infinity : begins;
}

const hasMoved = ({ threads }: TransitionSystem, { ends }: Goal, edge: Edge | undefined): boolean =>
  edge !== undefined && threads[edge.thread]!.thread.name === ends?.thread && edge.replica === ends.replica;

/** Whether a cycle is fair to each class of steps; the last state is the first again. */
function isFair(
  system: TransitionSystem,
  fair: Fairness,
  { states, edges }: { readonly states: readonly State[]; readonly edges: readonly Edge[] },
): boolean {
  const { classes, of } = fairClasses(system);
  const stepped = new Set(edges.map(of));
  const enabled = states.map(
    (state) =>
      new Set(
        moves(system, state).map(({ thread, replica, transition }) =>
          of({ thread: system.threads.indexOf(thread), replica, transition }),
        ),
      ),
  );
  return [...classes.keys()].every((one) => {
    if (stepped.has(one) || fair === 'none') return true;
    const isEnabled = enabled.map((here) => here.has(one));
    return fair === 'weak' ? isEnabled.includes(false) : !isEnabled.includes(true);
  });
}
