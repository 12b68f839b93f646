/** Among the shortest runs to a set of states, the one with the fewest switches between CPUs. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Schedule } from './outcome.ts';
import type { Edge, StateSpace } from './state-space.ts';

/** The edges of a state that lie on shortest runs, each with the state it leads to; -1 where the run ends with it. */
type Step = { readonly edge: Edge; readonly to: number };

/** By CPU: the least number of switches still to come when that CPU makes the next step. */
type Cost = ReadonlyMap<string, number>;

/**
 * The shortest run to one of `targets`, with the fewest switches, and of those the first in the order of threads.
 *
 * Shape:  `levels[d]` is the number of the first state at depth d. All targets are at one depth; each has the edges
 *         with which the run ends, or none where it ends in the state itself.
 */
export function fewestSwitches(
  table: TransitionTable,
  space: StateSpace,
  levels: readonly number[],
  targets: ReadonlyMap<number, readonly Edge[]>,
): Schedule {
  const onTheWay = shortestRuns(space, levels, targets);
  const costs = new Map<number, Cost>();
  for (const states of onTheWay.toReversed())
    for (const [state, steps] of states) costs.set(state, costOf(steps, costs, table));
  const best = (state: number) => Math.min(...costs.get(state)!.values());
  const initial = [...onTheWay[0]!.keys()].reduce((least, state) =>
    best(state) < best(least) ? state : least,
  );
  return { initial, edges: walkCheapest(initial, onTheWay, costs, table) };
}

/** By depth: the states on shortest runs to the targets, with their edges along such runs. */
function shortestRuns(
  space: StateSpace,
  levels: readonly number[],
  targets: ReadonlyMap<number, readonly Edge[]>,
) {
  const [anyTarget] = targets.keys();
  const depth = levels.findLastIndex((start) => start <= anyTarget!);
  const marks = new Uint8Array(space.count);
  for (const target of targets.keys()) marks[target] = 1;
  const runs: Map<number, readonly Step[]>[] = [];
  runs[depth] = new Map(
    [...targets].map(([state, edges]) => [state, edges.map((edge) => ({ edge, to: -1 }))]),
  );
  for (let level = depth - 1; level >= 0; level--) {
    const [from, to] = [levels[level]!, levels[level + 1]!];
    space.markPredecessors(from, to, marks);
    runs[level] = new Map();
    for (let state = marks.indexOf(1, from); state >= 0 && state < to; state = marks.indexOf(1, state + 1))
      runs[level]!.set(
        state,
        space.successors(state).filter((next) => next.to >= to && marks[next.to] === 1),
      );
  }
  return runs;
}

/** A thread that runs on another's CPUs shares its column and is no switch. */
export function cpuOf(table: TransitionTable, { thread, replica }: Pick<Edge, 'thread' | 'replica'>): string {
  const { name, on } = table.threads[thread]!.thread;
  return `${on ?? name} ${replica}`;
}

function costOf(steps: readonly Step[], costs: ReadonlyMap<number, Cost>, table: TransitionTable): Cost {
  const least = new Map<string, number>();
  for (const step of steps) {
    const cpu = cpuOf(table, step.edge);
    least.set(cpu, Math.min(least.get(cpu) ?? Infinity, costAfter(step, cpu, costs)));
  }
  return least;
}

/** Switches after a step of `cpu`: none where the run ends. */
function costAfter({ to }: Step, cpu: string, costs: ReadonlyMap<number, Cost>): number {
  const next = costs.get(to);
  if (next === undefined || next.size === 0) return 0;
  return Math.min(...[...next].map(([other, cost]) => cost + Number(other !== cpu)));
}

/** Takes at each state the first edge that costs no more than the best. */
function walkCheapest(
  initial: number,
  onTheWay: readonly ReadonlyMap<number, readonly Step[]>[],
  costs: ReadonlyMap<number, Cost>,
  table: TransitionTable,
): Edge[] {
  const edges: Edge[] = [];
  let last: string | null = null;
  let state = initial;
  for (const states of onTheWay) {
    const priced: { step: Step; cpu: string; cost: number }[] = (states.get(state) ?? []).map((step) => {
      const cpu = cpuOf(table, step.edge);
      return { step, cpu, cost: costAfter(step, cpu, costs) + Number(last !== null && cpu !== last) };
    });
    const [first] = priced;
    if (first === undefined) break;
    const { step, cpu } = priced.reduce((least, other) => (other.cost < least.cost ? other : least), first);
    edges.push(step.edge);
    [last, state] = [cpu, step.to];
  }
  return edges;
}
