/** Bounds the number of initial states: choices before first steps multiply over the copies of threads. */
import { sizeOf } from '../language/domain.ts';
import type { Code, TransitionSystem } from './transition-system.ts';

/** An upper bound of the number of initial states. */
export const mostInitialStates = ({ threads }: TransitionSystem): number =>
  threads.reduce((product, { entry, thread }) => product * waysOf(entry) ** thread.cpus, 1);

/** An upper bound of the ways in which the code runs: its choices multiply, of two branches one is taken. */
export function waysOf(code: Code): number {
  switch (code.kind) {
    case 'goto':
      return 1;
    case 'effects':
      return waysOf(code.next);
    case 'choose':
      return sizeOf(code.target.domain) * waysOf(code.next);
    case 'branch':
      return Math.max(waysOf(code.then), waysOf(code.otherwise));
  }
}
