/** The edges out of a state, and a walk along them, by the interpreter. */
import type { State } from '../interpreter/evaluate.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Edge } from './state-space.ts';
import { fire, initialStates, moves, type Firing } from '../interpreter/interpreter.ts';

/** An edge with what happens along it. */
export interface FiredEdge {
  readonly edge: Edge;
  readonly firing: Firing;
}

/** All edges out of a state, those that fail included, in the order of threads, copies, transitions and choices. */
export function edgesOutOf(system: TransitionSystem, state: State): readonly FiredEdge[] {
  return moves(system, state).flatMap((move) =>
    fire(state, move).map((firing, choice) => ({
      edge: {
        thread: system.threads.indexOf(move.thread),
        replica: move.replica,
        transition: move.transition,
        choice,
      },
      firing,
    })),
  );
}

/** True when the edge leads to a state. */
export const leadsOn = ({ firing }: FiredEdge): boolean => firing.failed === null && firing.error === null;

/** The message of the interpreter for the model error of an edge. */
export function modelErrorOf(system: TransitionSystem, state: State, edge: Edge): string {
  const [firing] = fire(state, { ...edge, thread: system.threads[edge.thread]! }).slice(edge.choice);
  // If the interpreter finds no error, one of the two is wrong about the model.
  if (firing === undefined || firing.error === null)
    throw new Error('the interpreter does not see the model error that the search found');
  return firing.error;
}

/** The text of a state: that of equal states is equal. */
export const keyOfState = (state: State): string => JSON.stringify(state);

/** An edge with the number of the state that it leads to, or -1 where the run ends with it. */
export type NumberedEdge = FiredEdge & { readonly to: number };

export interface WalkedState {
  /** States are numbered as they are found, from 0, the initial states first. */
  readonly id: number;
  readonly state: State;
  /** Steps from the nearest initial state. */
  readonly depth: number;
  readonly edges: readonly NumberedEdge[];
  /** States found so far, those behind its edges included. */
  readonly found: number;
}

/** Walks through the reachable states breadth first, but not on from those that `endsIn` names. */
export function* walkStates(
  system: TransitionSystem,
  endsIn: (state: State) => boolean = () => false,
): Generator<WalkedState> {
  const states: { readonly state: State; readonly depth: number }[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (state: State, depth: number) => {
    const key = keyOfState(state);
    const known = numbers.get(key) ?? states.length;
    if (known === states.length) {
      numbers.set(key, known);
      states.push({ state, depth });
    }
    return known;
  };
  for (const state of initialStates(system)) numberOf(state, 0);
  for (const [id, { state, depth }] of states.entries()) {
    const out = endsIn(state) ? [] : edgesOutOf(system, state);
    const edges = out.map((fired) => ({
      ...fired,
      to: leadsOn(fired) ? numberOf(fired.firing.state, depth + 1) : -1,
    }));
    yield { id, state, depth, edges, found: states.length };
  }
}
