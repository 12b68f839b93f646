/** Explores the whole state space of a litmus test. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { CapacityError, expandedTo, type StateSpace } from '../state-space/state-space.ts';
import { compiledSpace } from '../engine/compiled-space.ts';
import { interpretedSpace } from '../state-space/interpreted-space.ts';
import { LitmusLimit } from './litmus-test.ts';

/** The number of states up to which interpretation is faster than code generation. */
const few = 1_000;

/** Throws  LitmusLimit if the states do not fit in memory, and every error of `tick`. */
export function explored(system: TransitionSystem, tick: () => void): StateSpace {
  const small = interpretedSpace(system);
  if (explore(small, few, tick)) return small;
  const large = compiledSpace(system);
  exploredWhole(large, tick);
  return large;
}

/** Throws  the same errors as `explored`. */
export function exploredWhole(space: StateSpace, tick: () => void): void {
  try {
    explore(space, Infinity, tick);
  } catch (error) {
    if (error instanceof CapacityError) throw new LitmusLimit(`inconclusive: ${error.message}`);
    throw error;
  }
}

/** Whether the exploration ends before it reaches `most` states. */
function explore(space: StateSpace, most: number, tick: () => void): boolean {
  space.start();
  for (let from = 0; from < space.count;) {
    if (space.count > most) return false;
    tick();
    const to = Math.min(space.count, from + (space.portion ?? 1_000));
    from = expandedTo(space, from, to);
  }
  return true;
}
