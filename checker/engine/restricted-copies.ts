/** The copies of threads that move in a run; the others rest. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { moves as movesIn } from '../interpreter/interpreter.ts';
import type { Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';

type CopyId = Pick<Edge, 'thread' | 'replica'>;

/** Whether a copy moves in a run. */
export const moves = ({ edges }: Schedule, { thread, replica }: CopyId): boolean =>
  edges.some((edge) => edge.thread === thread && edge.replica === replica);

/** Whether nothing can happen, those that rest included. */
export const isStuck = (system: TransitionSystem, state: State): boolean =>
  movesIn(system, state).length === 0;

/** Those of the initial states of a model in which all copies that rest in a run begin as they do there. */
export function startsAs(
  system: TransitionSystem,
  states: readonly State[],
  run: Schedule,
): readonly State[] {
  const resting = system.threads.flatMap(({ thread: { name, cpus } }, thread) =>
    Array.from({ length: cpus }, (_, replica) => ({ name, thread, replica })).filter(
      (copy) => !moves(run, copy),
    ),
  );
  const told = (state: State) =>
    JSON.stringify(resting.map(({ name, replica }) => state.threads[name]![replica]));
  const start = told(states[run.initial]!);
  return states.filter((state) => told(state) === start);
}
