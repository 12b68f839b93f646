/** What fairness is about: the copies of threads, and the cells of a store buffer whose stores leave in any order. */
import type { Transition, TransitionSystem } from './transition-system.ts';

/** Transitions of one copy that are together one subject of fairness. */
export interface FairClass {
  /** Position in `TransitionSystem.threads`. */
  readonly thread: number;
  readonly replica: number;
  /** The cell that a memory model lets stores reach on their own; null: the whole copy. */
  readonly part: string | null;
}

export interface FairClasses {
  readonly classes: readonly FairClass[];
  /** The position in `classes` of a step. */
  readonly of: (step: StepOfCopy) => number;
}

interface StepOfCopy {
  readonly thread: number;
  readonly replica: number;
  readonly transition: Transition;
}

/** The classes of a model in the order of threads and copies; each step belongs to one of them. */
export function fairClasses({ threads }: TransitionSystem): FairClasses {
  const classes: FairClass[] = [];
  const numbers = threads.map(({ thread, locations }, at) => {
    const parts = [...new Set([null, ...locations.flat().map(partOf)])];
    return Array.from({ length: thread.cpus }, (_, replica) => {
      const own = parts.map((part) => classes.push({ thread: at, replica, part }) - 1);
      return new Map(parts.map((part, nth) => [part, own[nth]!]));
    });
  });
  return {
    classes,
    of: ({ thread, replica, transition }) => numbers[thread]![replica]!.get(partOf(transition))!,
  };
}

const partOf = ({ statement }: Transition): string | null =>
  statement.kind === 'step' ? (statement.fairAs ?? null) : null;
