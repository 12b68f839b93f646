/** Among the shortest runs to a set of states, the plainest: with the fewest switches between CPUs. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Schedule } from '../state-space/outcome.ts';
import { markPredecessors, type Edge, type StateSpace, type StateStep } from '../state-space/state-space.ts';

/** The edges of a state that lie on shortest runs, each with the state it leads to; -1 where the run ends with it. */
type ShortestStep = StateStep;

/** An access out of program order costs more than the switches of any run. */
const outOfOrder = 2 ** 32;

/** By CPU: the least cost still to come when that CPU makes the next step. */
type SwitchCost = ReadonlyMap<string, number>;

/** States on shortest runs up to which the fewest switches are computed: the interpreter gives the edges of each. */
const mostStates = 20_000;

/** Where shortest runs to the targets lead. */
interface ShortestRuns {
  readonly space: StateSpace;
  readonly levels: readonly number[];
  readonly targets: ReadonlyMap<number, readonly Edge[]>;
  /** The depth of the targets. */
  readonly depth: number;
  /** By state: 1 where it lies on a shortest run; and how many there are. */
  readonly marks: Uint8Array;
  readonly states: number;
}

/**
 * The shortest run to one of `targets`, with the fewest accesses out of program order, of those with the fewest
 * switches, and of those the first in the order of threads. Where
 * more than `most` states lie on shortest runs, it is one that stays on its CPU wherever it can.
 *
 * Shape:  `levels[d]` is the number of the first state at depth d. All targets are at one depth; each has the edges
 *         with which the run ends, or none where it ends in the state itself.
 */
export function fewestSwitches(
  system: TransitionSystem,
  ways: Pick<ShortestRuns, 'space' | 'levels' | 'targets'>,
  most = mostStates,
): Schedule {
  const all = waysOf(ways);
  if (all.states > most) return walkOn(all, system);
  const onTheWay = shortestRuns(all);
  const costs = new Map<number, SwitchCost>();
  for (const states of onTheWay.toReversed())
    for (const [state, steps] of states) costs.set(state, costOf(steps, costs, system));
  const best = (state: number) => Math.min(...costs.get(state)!.values());
  const initial = [...onTheWay[0]!.keys()].reduce((least, state) =>
    best(state) < best(least) ? state : least,
  );
  return { initial, edges: walkCheapest(initial, onTheWay, costs, system) };
}

/** Goes back from the targets, level by level. */
function waysOf({
  space,
  levels,
  targets,
}: Pick<ShortestRuns, 'space' | 'levels' | 'targets'>): ShortestRuns {
  const [anyTarget] = targets.keys();
  const depth = levels.findLastIndex((start) => start <= anyTarget!);
  const marks = new Uint8Array(space.count);
  for (const target of targets.keys()) marks[target] = 1;
  for (let level = depth - 1; level >= 0; level--)
    markPredecessors(space, levels[level]!, levels[level + 1]!, marks);
  return { space, levels, targets, depth, marks, states: marks.reduce((sum, mark) => sum + mark, 0) };
}

/** The marked states from one number up to another. */
function* markedStates(marks: Uint8Array, from: number, to: number): Iterable<number> {
  for (let state = marks.indexOf(1, from); state >= 0 && state < to; state = marks.indexOf(1, state + 1))
    yield state;
}

/** The edges of a state at a depth that lie on shortest runs. */
function stepsFrom(state: number, depth: number, ways: ShortestRuns): readonly ShortestStep[] {
  const { space, levels, targets, marks } = ways;
  if (depth === ways.depth) return targets.get(state)!.map((edge) => ({ edge, to: -1 }));
  const next = levels[depth + 1]!;
  return space.successors(state).filter(({ to }) => to >= next && marks[to] === 1);
}

/** By depth: the states on shortest runs to the targets, with their edges along such runs. */
function shortestRuns(ways: ShortestRuns): readonly ReadonlyMap<number, readonly ShortestStep[]>[] {
  const { levels, targets, depth, marks } = ways;
  const last = [...targets.keys()];
  return Array.from({ length: depth + 1 }, (_, at) => {
    const states = at === depth ? last : [...markedStates(marks, levels[at]!, levels[at + 1]!)];
    return new Map(states.map((state) => [state, stepsFrom(state, at, ways)]));
  });
}

/** From the first state on: the next step of the CPU that made the last one, else the first that there is. */
function walkOn(ways: ShortestRuns, system: TransitionSystem): Schedule {
  const initial = ways.marks.indexOf(1);
  const edges: Edge[] = [];
  let [state, last] = [initial, ''];
  for (let depth = 0; depth <= ways.depth; depth++) {
    const steps = stepsFrom(state, depth, ways);
    const step = steps.find(({ edge }) => cpuOf(system, edge) === last) ?? steps[0];
    if (step === undefined) break;
    edges.push(step.edge);
    [state, last] = [step.to, cpuOf(system, step.edge)];
  }
  return { initial, edges };
}

/** A thread that runs on another's CPUs shares its column and is no switch. */
export function cpuOf(
  system: TransitionSystem,
  { thread, replica }: Pick<Edge, 'thread' | 'replica'>,
): string {
  const { name, on } = system.threads[thread]!.thread;
  return `${on ?? name} ${replica}`;
}

function costOf(
  steps: readonly ShortestStep[],
  costs: ReadonlyMap<number, SwitchCost>,
  system: TransitionSystem,
): SwitchCost {
  const least = new Map<string, number>();
  for (const step of steps) {
    const cpu = cpuOf(system, step.edge);
    least.set(cpu, Math.min(least.get(cpu) ?? Infinity, costFrom(step, cpu, costs)));
  }
  return least;
}

/** What a step of `cpu` and the steps after it cost: no switches where the run ends. */
function costFrom(
  { to, isOutOfOrder }: ShortestStep,
  cpu: string,
  costs: ReadonlyMap<number, SwitchCost>,
): number {
  const own = isOutOfOrder === true ? outOfOrder : 0;
  const next = costs.get(to);
  if (next === undefined || next.size === 0) return own;
  return own + Math.min(...[...next].map(([other, cost]) => cost + Number(other !== cpu)));
}

/** Takes at each state the first edge that costs no more than the best. */
function walkCheapest(
  initial: number,
  onTheWay: readonly ReadonlyMap<number, readonly ShortestStep[]>[],
  costs: ReadonlyMap<number, SwitchCost>,
  system: TransitionSystem,
): Edge[] {
  const edges: Edge[] = [];
  let last: string | null = null;
  let state = initial;
  for (const states of onTheWay) {
    const priced: { step: ShortestStep; cpu: string; cost: number }[] = (states.get(state) ?? []).map(
      (step) => {
        const cpu = cpuOf(system, step.edge);
        return { step, cpu, cost: costFrom(step, cpu, costs) + Number(last !== null && cpu !== last) };
      },
    );
    const [first] = priced;
    if (first === undefined) break;
    const { step, cpu } = priced.reduce((least, other) => (other.cost < least.cost ? other : least), first);
    edges.push(step.edge);
    [last, state] = [cpu, step.to];
  }
  return edges;
}
