/** Counts what a variant costs, least and most over all its executions. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Cost } from '../../language/cost.ts';
import type { AnyExpr } from '../../language/expression.ts';
import type { Declarations } from '../../language/variable.ts';
import { isTrue, type State } from '../../interpreter/evaluate.ts';
import {
  endsOf,
  fire,
  initialStates,
  moves,
  propertyPlace,
  type Access,
  type ExecutedStatement,
  type Firing,
  type Move,
} from '../../interpreter/interpreter.ts';
import { costedGraphOnArm64 } from './costs-on-arm64.ts';
import { weightOf, type CostedEdge, type CostedGraph, type Mover } from './costed-step.ts';
import { extremes, type Extremes, type WeightedEdge } from './path-costs.ts';
import type { Limits } from '../../state-space/outcome.ts';
import type { Cooperative } from '../../state-space/cooperative.ts';

/** By name of the cost; null where it was not counted: no execution gets there, or there are too many states. */
export type Costs = Readonly<Record<string, Extremes | null>>;

/** Counts the costs that the model declares over its whole state graph, up to so many states. */
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
      return [cost.name, graph === null ? null : extremesOf(system, cost, at, graph)];
    }),
  );
}

function extremesOf(
  system: TransitionSystem,
  { until }: Cost,
  at: number,
  graph: CostedGraph,
): Extremes | null {
  const edges = graph.edges.map((out) =>
    out.map(({ to, weights }): WeightedEdge => ({ to, weight: weights[at]! })),
  );
  const ends = endsOf(system);
  const reached = (condition: AnyExpr) => (node: number) =>
    isTrue(condition, propertyPlace(graph.states[node]!, ends));
  return extremes(
    edges,
    graph.initial,
    until === null ? (node) => edges[node]!.length === 0 : reached(until),
  );
}

/** The elements of a local array, where the variant has it. */
function cellsOf(system: TransitionSystem, { thread, counts }: Cost): Extremes {
  const cells = 'cells' in counts ? counts.cells : '';
  const owner = system.threads.find((other) => other.thread.name === thread)?.thread;
  const length = owner?.locals[cells]?.length ?? 0;
  return { least: length, most: length };
}

/** States between two looks at the limits. */
const pause = 256;

function* costedGraph(
  system: TransitionSystem,
  maxStates: number,
  limits: Limits,
): Cooperative<CostedGraph | null> {
  const { costs, shared } = system.model;
  const outside = (event: ExecutedStatement) => ofProgram(event, shared);
  const states: State[] = [];
  const ids = new Map<string, number>();
  const idOf = (state: State) => {
    const key = JSON.stringify(state);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, states.length);
    return states.push(state) - 1;
  };
  const initial = initialStates(system).map(idOf);
  const edges: CostedEdge[][] = [];
  for (let at = 0; at < states.length; at++) {
    if (states.length > maxStates) return null;
    if (at % pause === 0) {
      if (limits.stop() !== null) return null;
      yield;
    }
    edges[at] = moves(system, states[at]!).flatMap((move) =>
      fire(states[at]!, move)
        .filter(({ failed, error }: Firing) => failed === null && error === null)
        .map(({ state, events }) => ({
          to: idOf(state),
          weights: costs.map((cost) => weightOf(cost, moverOf(move), events.map(outside))),
        })),
    );
  }
  return { states, initial, edges };
}

const moverOf = ({ thread, replica }: Move): Mover => ({ thread: thread.thread, replica });

/**
 * The event as the program has it: of what is inside of a CPU only the slots that hold a cell of memory.
 *
 * A store that goes into a buffer is an access, and so is a load that finds its cell there; a wait for an empty buffer is
 * none. No slot is read and written as one read-modify-write: that is what memory does.
 */
function ofProgram(event: ExecutedStatement, shared: Declarations): ExecutedStatement {
  const declared = (cell: string) => shared[cell.split('[', 1)[0]!]!;
  const isMemory = ({ cell }: Access) => declared(cell).insideCpu === undefined;
  const isUsed = ({ cell, value }: Access) => (declared(cell).cellNames?.[Number(value)] ?? '') !== '';
  const memory = { ...event, reads: event.reads.filter(isMemory), writes: event.writes.filter(isMemory) };
  if (memory.reads.length + memory.writes.length > 0) return memory;
  return { ...event, reads: [...event.reads, ...event.writes].filter(isUsed), writes: [] };
}
