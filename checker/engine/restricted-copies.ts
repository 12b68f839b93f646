/** The copies of threads that move in a run; the others rest. */
import type { TransitionTable } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { moves as movesIn } from '../interpreter/interpreter.ts';
import type { Schedule } from '../state-space/outcome.ts';
import type { Edge } from '../state-space/state-space.ts';

type Copy = Pick<Edge, 'thread' | 'replica'>;

/** Whether a copy moves in a run. */
export const moves = ({ edges }: Schedule, { thread, replica }: Copy): boolean =>
  edges.some((edge) => edge.thread === thread && edge.replica === replica);

/** Whether nothing can happen, those that rest included. */
export const isStuck = (table: TransitionTable, state: State): boolean => movesIn(table, state).length === 0;

/** Those of the initial states of a model in which all copies that rest in a run begin as they do there. */
export function beginsAs(table: TransitionTable, states: readonly State[], run: Schedule): readonly State[] {
  const resting = table.threads.flatMap(({ thread: { name, cpus } }, thread) =>
    Array.from({ length: cpus }, (_, replica) => ({ name, thread, replica })).filter(
      (copy) => !moves(run, copy),
    ),
  );
  const told = (state: State) =>
    JSON.stringify(resting.map(({ name, replica }) => state.threads[name]![replica]));
  const start = told(states[run.initial]!);
  return states.filter((state) => told(state) === start);
}
