/** The state graph of the variant, computed on demand, and runs to its states. */
import { computed, signal } from '@preact/signals';
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import { edgesOutOf, leadsOn, keyOfState } from '../../../checker/state-space/successors.ts';
import type { Schedule } from '../../../checker/state-space/outcome.ts';
import type { Graph } from '../../../checker/state-space/state-graph.ts';
import { initialStates } from '../../../checker/interpreter/interpreter.ts';
import { Checker, type Running } from '../check/client.ts';
import type { LaidOutGraph } from '../check/layout.ts';
import type { CheckProgress } from '../check/messages.ts';
import type { Built } from './variant.ts';
import { built, stateAfter, trace } from './session.ts';

/** Larger graphs are unreadable. */
export const mostStates = 5_000;

export type DrawnGraph =
  | { readonly kind: 'running'; readonly progress: CheckProgress | null }
  | { readonly kind: 'done'; readonly graph: LaidOutGraph | null }
  | { readonly kind: 'failed'; readonly message: string };

const drawing = signal<{ readonly of: Built | null; readonly drawn: DrawnGraph }>({
  of: null,
  drawn: { kind: 'running', progress: null },
});

export const drawn = computed<DrawnGraph>(() =>
  drawing.value.of === built.value ? drawing.value.drawn : { kind: 'running', progress: null },
);

const checker = new Checker();
let running: Running<'graph'> | null = null;

export async function drawGraph(variant: Built): Promise<void> {
  if (drawing.value.of === variant) return;
  const put = (now: DrawnGraph) => {
    if (running === mine) drawing.value = { of: variant, drawn: now };
  };
  const work = { kind: 'graph', model: variant.model, maxStates: mostStates } as const;
  const mine = checker.run(work, (progress) => put({ kind: 'running', progress }));
  running = mine;
  drawing.value = { of: variant, drawn: { kind: 'running', progress: null } };
  try {
    put({ kind: 'done', graph: await mine.result });
  } catch (error) {
    put({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

/** The numbers of the states of the shown run, the initial one first. */
export const runInGraph = computed<readonly number[]>(() => {
  const now = drawn.value;
  const run = trace.value;
  if (now.kind !== 'done' || now.graph === null || run === null) return [];
  const { numbers } = now.graph;
  return Array.from({ length: run.steps.length + 1 }, (_, steps) =>
    numbers.get(keyOfState(stateAfter(run, steps))),
  ).filter((number) => number !== undefined);
});

/** A shortest run to a state of the graph. */
export function runTo(system: TransitionSystem, graph: Graph, target: number): Schedule {
  const path = pathTo(graph, target);
  const starts = initialStates(system);
  const initial = starts.findIndex((start) => graph.numbers.get(keyOfState(start)) === path[0]);
  let state = starts[initial]!;
  const edges = path.slice(1).map((next) => {
    const way = edgesOutOf(system, state).find(
      (other) => leadsOn(other) && graph.numbers.get(keyOfState(other.firing.state)) === next,
    )!;
    state = way.firing.state;
    return way.edge;
  });
  return { initial, edges };
}

/**
 * Breadth first: the edges are in the order of the states that they leave, so the first into a state is a shortest
 * way.
 */
function pathTo({ edges, nodes }: Graph, target: number): readonly number[] {
  const before = new Map<number, number>();
  for (const { from, to } of edges)
    if (!before.has(to) && nodes[to]!.depth === nodes[from]!.depth + 1) before.set(to, from);
  const path = [target];
  for (let at = before.get(target); at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}
