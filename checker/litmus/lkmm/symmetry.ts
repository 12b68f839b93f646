/** Processes with the same text: the search visits executions that differ only by an exchange of them once. */
import type { LitmusValue, LitmusTest, Observed, Process } from '../litmus-test.ts';
import type { ProcessPath } from './event.ts';

/** Positions of processes in the test that can be exchanged with each other. */
export type Groups = readonly (readonly number[])[];

/**
 * Sound for:  any permutation of a group maps executions to executions, because the processes differ only in their number.
 * Assumes:    the same registers of each are observed, and no filter distinguishes them.
 */
export function groupsIn(test: LitmusTest, observed: readonly Observed[]): Groups {
  if (test.filter !== null) return [];
  const keyOf = (one: Process) => {
    const initial = test.initial
      .filter(({ observed: { owner } }) => owner === one.number)
      .map(({ observed: { name }, value }) => [name, value]);
    const registers = observed.filter(({ owner }) => owner === one.number).map(({ name }) => name);
    const text = JSON.stringify(one.body, (key, value: unknown) =>
      key === 'line' || key === 'text' ? undefined : value,
    );
    return JSON.stringify([text, one.parameters, [...one.types], initial, registers.sort()]);
  };
  const byKey = Map.groupBy(test.processes.keys(), (at) => keyOf(test.processes[at]!));
  return [...byKey.values()].filter((group) => group.length > 1);
}

/** The combinations of paths, one from each symmetry class. */
export function* combinationsOf(
  threads: readonly (readonly ProcessPath[])[],
  groups: Groups,
  chosen: readonly number[] = [],
): Generator<readonly ProcessPath[]> {
  const thread = chosen.length;
  if (thread === threads.length) {
    yield chosen.map((path, at) => threads[at]![path]!);
    return;
  }
  const group = groups.find((one) => one.includes(thread)) ?? [];
  const before = group.filter((other) => other < thread).at(-1);
  const first = before === undefined ? 0 : chosen[before]!;
  for (let path = first; path < threads[thread]!.length; path++)
    yield* combinationsOf(threads, groups, [...chosen, path]);
}

/** Neighbours in a group with the same path: their first writes may have the order of their numbers. */
export function orderedPairs(
  paths: readonly ProcessPath[],
  groups: Groups,
): readonly (readonly [before: number, after: number])[] {
  const isEqual = (one: number, other: number) => withoutText(paths[one]!) === withoutText(paths[other]!);
  return groups.flatMap((group) =>
    group.slice(1).flatMap((after, at) => {
      const before = group[at]!;
      return isEqual(before, after) ? [[before, after] as const] : [];
    }),
  );
}

const withoutText = ({ events, requirements }: ProcessPath): string =>
  JSON.stringify([events, requirements], (key, value: unknown) => {
    if (key === 'line' || key === 'text') return undefined;
    return typeof value === 'bigint' ? String(value) : value;
  });

/** The images of a final state under exchanges of processes in a group, itself first. */
export function exchanged(
  row: ObservedValues,
  observed: readonly Observed[],
  numbers: readonly (readonly number[])[],
): readonly ObservedValues[] {
  const all = new Map<string, ObservedValues>([[JSON.stringify(row), row]]);
  const swaps = numbers.flatMap((group) =>
    group.slice(1).map((after, at) => swapOf(observed, group[at]!, after)),
  );
  for (const one of all.values())
    for (const swap of swaps) {
      const other = swap.map((at): LitmusValue => one[at]!);
      const key = JSON.stringify(other);
      // Iteration over a Map includes entries added during the iteration.
      if (!all.has(key)) all.set(key, other);
    }
  return [...all.values()];
}

/** For each column, the column of its value after an exchange of two processes. */
function swapOf(observed: readonly Observed[], one: number, other: number): readonly number[] {
  return observed.map(({ owner, name }, at) => {
    if (owner !== one && owner !== other) return at;
    const from = owner === one ? other : one;
    return observed.findIndex((column) => column.owner === from && column.name === name);
  });
}

export type ObservedValues = readonly LitmusValue[];
