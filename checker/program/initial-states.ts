/** Bounds the number of initial states: choices before first steps multiply over the copies of threads. */
import { sizeOf } from '../language/domain.ts';
import { computed } from './code-walk.ts';
import type { Code, TransitionSystem } from './transition-system.ts';

/** An upper bound of the number of initial states. */
export const mostInitialStates = ({ threads }: TransitionSystem): number =>
  threads.reduce((product, { entry, thread }) => product * waysOf(entry) ** thread.cpus, 1);

/** An upper bound of the ways in which the code runs: its choices multiply, of two branches one is taken. */
export const waysOf = (code: Code): number =>
  computed<number>(code, (node, of) => {
    switch (node.kind) {
      case 'goto':
        return 1;
      case 'effects':
        return of(node.next);
      case 'choose':
        return sizeOf(node.target.domain) * of(node.next);
      case 'branch':
        return Math.max(of(node.then), of(node.otherwise));
    }
  });
