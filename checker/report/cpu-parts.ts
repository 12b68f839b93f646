/** What CPUs hold beside memory in a state: stores that wait, old values, steps that are delayed. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Declarations } from '../language/variable.ts';
import type { Access } from '../interpreter/interpreter.ts';
import type { State } from '../interpreter/evaluate.ts';
import { writtenModel } from './author-words.ts';
import { numbered, valueIn } from './shown-steps.ts';

export interface CpuParts {
  readonly thread: string;
  readonly replica: number;
  /** The oldest first; each with the value that is stored. */
  readonly stores: readonly Access[];
  /** What memory was, and its loads may read. */
  readonly old: readonly Access[];
}

/** The parts of all CPUs that have such parts, the empty ones as well. */
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
        stores: entriesOf('store buffer', { thread: name, replica, shared }, state),
        old: entriesOf('old values', { thread: name, replica, shared }, state),
      })),
    );
}

interface Owner {
  readonly thread: string;
  readonly replica: number;
  readonly shared: Declarations;
}

function entriesOf(
  inside: 'store buffer' | 'old values',
  { thread, replica, shared }: Owner,
  state: State,
): readonly Access[] {
  const own = Object.entries(shared).filter(
    ([, { insideCpu, part }]) => insideCpu === inside && part?.cpu === thread,
  );
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

/** The variables of memory that the author declared. */
export const memoryOf = (system: TransitionSystem): Declarations => writtenModel(system.model).shared;

/** The locals that the author declared. */
export const localsOf = (system: TransitionSystem, thread: string): Declarations =>
  writtenModel(system.model).threads.find(({ name }) => name === thread)?.locals ?? {};
