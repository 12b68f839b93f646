/** CPU state: the stores in its store buffer. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Declarations } from '../language/variable.ts';
import type { Access } from '../interpreter/interpreter.ts';
import type { State } from '../interpreter/evaluate.ts';
import { writtenModel } from './author-words.ts';
import { numbered, valueIn } from './shown-steps.ts';

export interface CpuParts {
  readonly thread: string;
  readonly replica: number;
  /** Buffered stores, the oldest first. */
  readonly stores: readonly Access[];
}

/** The state of all CPUs that have any, including empty state. */
export function cpuParts(
  { model: { shared, threads } }: TransitionSystem,
  state: State,
): readonly CpuParts[] {
  return threads
    .filter(({ name }) => Object.values(shared).some(({ part }) => part?.cpu === name))
    .flatMap(({ name, cpus }) =>
      Array.from({ length: cpus }, (_, replica) => ({
        thread: name,
        replica,
        stores: storesOf({ thread: name, replica, shared }, state),
      })),
    );
}

interface Owner {
  readonly thread: string;
  readonly replica: number;
  readonly shared: Declarations;
}

function storesOf({ thread, replica, shared }: Owner, state: State): readonly Access[] {
  const own = Object.entries(shared).filter(([, { part }]) => part?.cpu === thread);
  const cellOf = (name: string) => (shared[name]!.length === null ? name : `${name}[${replica}]`);
  return own
    .filter(([, { part }]) => part!.holds === 'cell')
    .flatMap(([name, declaration]): readonly Access[] => {
      const cell = numbered(declaration, valueIn(state.shared, cellOf(name)), replica);
      if (cell === null) return [];
      const { domain } = shared[cell.split('[', 1)[0]!]!;
      const value = own.find(
        ([, { part, domain: other }]) =>
          part!.holds === 'value' &&
          part!.slot === declaration.part!.slot &&
          JSON.stringify(other) === JSON.stringify(domain),
      );
      return value === undefined ? [] : [{ cell, value: valueIn(state.shared, cellOf(value[0])) }];
    });
}

/** The author's shared variables. */
export const memoryOf = (system: TransitionSystem): Declarations => writtenModel(system.model).shared;

/** The author's locals. */
export const localsOf = (system: TransitionSystem, thread: string): Declarations =>
  writtenModel(system.model).threads.find(({ name }) => name === thread)?.locals ?? {};
