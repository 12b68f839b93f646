/** The edges out of a state as the interpreter sees them. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { State } from '../interpreter/evaluate.ts';
import { fire, moves, type Firing } from '../interpreter/interpreter.ts';
import type { Edge } from './state-space.ts';

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
