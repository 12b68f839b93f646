/** A run restricts a model to the copies of threads that move in it; the other copies rest. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { moves as movesIn } from '../interpreter/interpreter.ts';
import type { Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';

type CopyId = Pick<Edge, 'thread' | 'replica'>;

/** Whether a copy moves in a run. */
export const moves = ({ edges }: Schedule, { thread, replica }: CopyId): boolean =>
  edges.some((edge) => edge.thread === thread && edge.replica === replica);

/** Whether no copy can move, those that rest included. */
export const isStuck = (system: TransitionSystem, state: State): boolean =>
  movesIn(system, state).length === 0;

/** The initial states in which all copies that rest in a run are as in the run's initial state. */
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
  const textOf = (state: State) =>
    JSON.stringify(resting.map(({ name, replica }) => state.threads[name]![replica]));
  const start = textOf(states[run.initial]!);
  return states.filter((state) => textOf(state) === start);
}
