/** Where the runs of a model begin, and whether something is wrong before anything has happened. */
import type { TransitionTable } from '../program/transition-system.ts';
import { isTrue, type State } from './evaluate.ts';
import { endsOf, initialStates, moves, propertyPlace } from './interpreter.ts';

export interface Start {
  /** The different initial states; there is at least one. */
  readonly states: readonly State[];
  /** For each of them: whether it violates an invariant. */
  readonly violated: readonly boolean[];
  /** Whether the first of them is a deadlock. */
  readonly deadlocked: boolean;
}

/** Throws  ModelError when the threads go wrong before their first step. */
export function startOf(table: TransitionTable): Start {
  const states = distinct(initialStates(table));
  return {
    states,
    violated: states.map((state) => violates(table, state)),
    deadlocked: deadlocks(table, states[0]!),
  };
}

/** Different choices may begin in the same state. */
const distinct = (states: readonly State[]): readonly State[] => [
  ...new Map(states.map((state) => [JSON.stringify(state), state])).values(),
];

function violates(table: TransitionTable, state: State): boolean {
  const place = propertyPlace(state, endsOf(table));
  return table.model.properties.some(({ kind, condition }) => kind === 'always' && !isTrue(condition, place));
}

function deadlocks(table: TransitionTable, state: State): boolean {
  const waits = table.threads.some(
    ({ thread, end }) =>
      !thread.mayBlockForever && state.threads[thread.name]!.some(({ location }) => location !== end),
  );
  return waits && moves(table, state).length === 0;
}
