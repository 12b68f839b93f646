/** Where the runs of a model begin, and whether something is wrong before anything has happened. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { isTrue, type State } from './evaluate.ts';
import { endsOf, initialStates, moves, propertyPlace } from './interpreter.ts';

export interface InitialStates {
  /** The different initial states; there is at least one. */
  readonly states: readonly State[];
  /** For each of them: whether it violates an invariant. */
  readonly violated: readonly boolean[];
  /** Whether the first of them is a deadlock. */
  readonly deadlocked: boolean;
}

/** Throws  ModelError when the threads go wrong before their first step. */
export function initialCheck(system: TransitionSystem): InitialStates {
  const states = distinct(initialStates(system));
  return {
    states,
    violated: states.map((state) => violates(system, state)),
    deadlocked: deadlocks(system, states[0]!),
  };
}

/** Different choices may begin in the same state. */
const distinct = (states: readonly State[]): readonly State[] => [
  ...new Map(states.map((state) => [JSON.stringify(state), state])).values(),
];

function violates(system: TransitionSystem, state: State): boolean {
  const place = propertyPlace(state, endsOf(system));
  return system.model.properties.some(
    ({ kind, condition }) => kind === 'always' && !isTrue(condition, place),
  );
}

function deadlocks(system: TransitionSystem, state: State): boolean {
  const waits = system.threads.some(
    ({ thread, end }) =>
      !thread.mayBlockForever && state.threads[thread.name]!.some(({ location }) => location !== end),
  );
  return waits && moves(system, state).length === 0;
}
