/** Counts the minimal and maximal costs over all executions of a variant. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Cost } from '../../language/cost.ts';
import type { Declarations } from '../../language/variable.ts';
import type { State } from '../../interpreter/evaluate.ts';
import { fire, type Access, type ExecutedStatement } from '../../interpreter/interpreter.ts';
import { walkInterned, type InternedEdge } from '../../reduction/interned-walk.ts';
import { costedGraphOnArm64 } from './costs-on-arm64.ts';
import type { Edge } from '../../state-space/state-space.ts';
import { weightOf, type CostedEdge, type CostedGraph, type Mover } from './costed-step.ts';
import { extremes, type Extremes, type WeightedEdge } from './path-costs.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';

/** By name; null: not counted, because no execution reaches it or there are too many states. */
export type Costs = Readonly<Record<string, Extremes | null>>;

/** Counts the declared costs over the whole state graph, within a limit of states. */
export function* countingCosts(
  system: TransitionSystem,
  maxStates: number,
  limits: Limits,
): Cooperative<Costs> {
  const { costs, machine } = system.model;
  const graphOf = machine === 'arm64' ? costedGraphOnArm64 : costedGraph;
  const graph = costs.length === 0 ? null : yield* graphOf(system, maxStates, limits);
  return Object.fromEntries(
    costs.map((cost, at) => {
      if ('cells' in cost.counts) return [cost.name, cellsOf(system, cost)];
      return [cost.name, graph === null ? null : extremesOf(at, graph)];
    }),
  );
}

function extremesOf(at: number, graph: CostedGraph): Extremes | null {
  const edges = graph.edges.map((out) =>
    out.map(({ to, weights }): WeightedEdge => ({ to, weight: weights[at]! })),
  );
  return extremes(edges, graph.initial, graph.isTarget[at] ?? ((node) => edges[node]!.length === 0));
}

/** The elements of a local array, if the variant has it. */
function cellsOf(system: TransitionSystem, { thread, counts }: Cost): Extremes {
  const cells = 'cells' in counts ? counts.cells : '';
  const owner = system.threads.find((other) => other.thread.name === thread)?.thread;
  const length = owner?.locals[cells]?.length ?? 0;
  return { least: length, most: length };
}

/** States between two checks of the limits. */
const pause = 256;

function* costedGraph(
  system: TransitionSystem,
  maxStates: number,
  limits: Limits,
): Cooperative<CostedGraph | null> {
  const { costs, shared } = system.model;
  const untils = costs.flatMap(({ until }) => until ?? []);
  const truths: (readonly boolean[])[] = [];
  const initial: number[] = [];
  const edges: CostedEdge[][] = [];
  // What a step costs follows from what it reads, and so from its outcome; the interpreter says it once.
  const known = new Map<unknown, readonly number[]>();
  const weightsOf = ({ edge, outcome }: InternedEdge, state: () => State) => {
    const before = known.get(outcome);
    if (before !== undefined) return before;
    const mover = {
      thread: system.threads[edge.thread]!,
      replica: edge.replica,
      transition: edge.transition,
    };
    const events = fire(state(), mover)[edge.choice]!.events.map((event) => ofProgram(event, shared));
    const weights = costs.map((cost) => weightOf(cost, moverOf(system, edge), events));
    known.set(outcome, weights);
    return weights;
  };
  for (const visit of walkInterned(system, untils)) {
    if (visit.found > maxStates) return null;
    if (visit.id % pause === 0) {
      if (limits.stop() !== null) return null;
      yield;
    }
    if (visit.isInitial) initial.push(visit.id);
    truths.push(visit.truths);
    edges.push(visit.edges.map((way) => ({ to: way.to, weights: weightsOf(way, visit.state) })));
  }
  let count = 0;
  const isTarget = costs.map(({ until }) => {
    if (until === null) return null;
    const at = count++;
    return (state: number) => truths[state]![at]!;
  });
  return { isTarget, initial, edges };
}

const moverOf = ({ threads }: TransitionSystem, { thread, replica }: Edge): Mover => ({
  thread: threads[thread]!.thread,
  replica,
});

/**
 * The event in terms of the program: of the CPU state, only slots with a memory cell.
 *
 * A store into a buffer and a load from it are accesses, a wait for an empty buffer is not. Accesses of a slot are
 * never a read-modify-write.
 */
function ofProgram(event: ExecutedStatement, shared: Declarations): ExecutedStatement {
  const declared = (cell: string) => shared[cell.split('[', 1)[0]!]!;
  const isMemory = ({ cell }: Access) => declared(cell).insideCpu === undefined;
  const isUsed = ({ cell, value }: Access) => (declared(cell).cellNames?.[Number(value)] ?? '') !== '';
  const memory = { ...event, reads: event.reads.filter(isMemory), writes: event.writes.filter(isMemory) };
  if (memory.reads.length + memory.writes.length > 0) return memory;
  return { ...event, reads: [...event.reads, ...event.writes].filter(isUsed), writes: [] };
}
