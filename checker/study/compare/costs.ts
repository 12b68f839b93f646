/** Counts the minimal and maximal costs over all executions of a variant. */
import type { TransitionSystem } from '../../program/transition-system.ts';
import type { Cost } from '../../language/cost.ts';
import type { Declarations } from '../../language/variable.ts';
import { cellName } from '../../interpreter/evaluate.ts';
import type { Access } from '../../interpreter/interpreter.ts';
import { valueFrom } from '../../program/numbering.ts';
import { internedGraph, type CellValue, type InternedGraph } from '../../reduction/interned-graph.ts';
import { costedGraphOnArm64 } from './costs-on-arm64.ts';
import { weightOf, type CostedGraph, type CostedStatement } from './costed-step.ts';
import { extremes, type Extremes } from './path-costs.ts';
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
  const { first, to, initial, weights } = graph;
  const isTarget = graph.isTarget[at] ?? ((node) => first[node] === first[node + 1]);
  return extremes({ first, to, weight: weights[at]! }, initial, isTarget);
}

/** The elements of a local array, if the variant has it. */
function cellsOf(system: TransitionSystem, { thread, counts }: Cost): Extremes {
  const cells = 'cells' in counts ? counts.cells : '';
  const owner = system.threads.find((other) => other.thread.name === thread)?.thread;
  const length = owner?.locals[cells]?.length ?? 0;
  return { least: length, most: length };
}

function* costedGraph(
  system: TransitionSystem,
  maxStates: number,
  { stop }: Limits,
): Cooperative<CostedGraph | null> {
  const { costs } = system.model;
  const untils = costs.flatMap(({ until }) => until ?? []);
  const graph = yield* internedGraph(system, untils, { maxStates, stop });
  if (graph === null) return null;
  const { first, to, initial, execution, truths } = graph;
  const weights = weightsOf(graph);
  let targets = 0;
  return {
    first,
    to,
    initial: Array.from({ length: initial }, (_, state) => state),
    weights: weights.map((byExecution) => (edge) => byExecution[execution[edge]!]!),
    isTarget: costs.map(({ until }) => {
      if (until === null) return null;
      const isTrue = truths[targets++]!;
      return (state) => isTrue[state] === 1;
    }),
  };
}

/** By cost and execution: what the execution costs. */
function weightsOf({ numbering, executions }: InternedGraph): readonly Float64Array[] {
  const { costs, shared } = numbering.system.model;
  const cells = [...numbering.shared].flatMap(([name, { length, isArray, domain }]) =>
    Array.from({ length }, (_, at) => ({ name: cellName(name, isArray ? at : null), domain })),
  );
  const named = ({ cell, value }: CellValue): Access => ({
    cell: cells[cell]!.name,
    value: valueFrom(numbering.names, cells[cell]!.domain, value),
  });
  const weights = costs.map(() => new Float64Array(executions.length));
  for (const [number, { copy, events }] of executions.entries()) {
    const mover = { thread: copy.table.thread, replica: copy.replica };
    const executed = events.map((event) =>
      ofProgram({ ...event, reads: event.reads.map(named), writes: event.writes.map(named) }, shared),
    );
    for (const [at, cost] of costs.entries()) weights[at]![number] = weightOf(cost, mover, executed);
  }
  return weights;
}

/**
 * The event in terms of the program: of the CPU state, only slots with a memory cell.
 *
 * A store into a buffer and a load from it are accesses, a wait for an empty buffer is not. Accesses of a slot are
 * never a read-modify-write.
 */
function ofProgram(event: CostedStatement, shared: Declarations): CostedStatement {
  const declared = (cell: string) => shared[cell.split('[', 1)[0]!]!;
  const isMemory = ({ cell }: Access) => declared(cell).insideCpu === undefined;
  const isUsed = ({ cell, value }: Access) => (declared(cell).cellNames?.[Number(value)] ?? '') !== '';
  const memory = { ...event, reads: event.reads.filter(isMemory), writes: event.writes.filter(isMemory) };
  if (memory.reads.length + memory.writes.length > 0) return memory;
  return { ...event, reads: [...event.reads, ...event.writes].filter(isUsed), writes: [] };
}
