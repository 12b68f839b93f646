/** A search along runs with few switches between CPUs: it finds violations that lie deep, and proves nothing. */
import {
  CapacityError,
  expandedTo,
  type Edge,
  type Finding,
  type StateSpace,
} from '../state-space/state-space.ts';
import type { Limits } from '../state-space/outcome.ts';
import type { Cooperative } from '../state-space/cooperative.ts';
import { reasonToStop } from './breadth-first.ts';

/** A switch counts as so many steps more. */
const switchCost = 12;

/** What the search asks of the edges of a space. */
export interface EdgeCosts {
  readonly cpuOf: (edge: Edge) => string;
  /** How many steps more an edge counts as. */
  readonly extraOf: (edge: Edge) => number;
}

/** A finding, with the numbers of the states that lead to it. */
export interface Found {
  readonly finding: Finding;
  readonly path: readonly number[];
}

interface Reached {
  /** The state before; -1 at the beginning. */
  readonly from: number;
  readonly cpu: string;
  readonly cost: number;
}

/**
 * Expands the states in the order of the steps and switches that lead to them.
 *
 * Returns the first finding; null where a limit is met, or no state is left, before there is any.
 */
export function* searchingFewSwitches(
  space: StateSpace,
  limits: Limits,
  { cpuOf, extraOf }: EdgeCosts,
): Cooperative<Found | null> {
  const reached = new Map<number, Reached>();
  const waiting: number[][] = [];
  const enter = (id: number, one: Reached) => {
    if (reached.has(id)) return;
    reached.set(id, one);
    (waiting[one.cost] ??= []).push(id);
  };
  try {
    space.start();
    for (let id = 0; id < space.count; id++) enter(id, { from: -1, cpu: '', cost: 0 });
    for (let cost = 0; cost < waiting.length; cost++)
      for (const id of waiting[cost] ?? []) {
        while (space.findings.length === 0) {
          if (reasonToStop(space.count, limits) !== null) return null;
          const next = expandedTo(space, id, id + 1);
          limits.onProgress({ states: space.count, frontier: space.count - reached.size, depth: cost });
          yield;
          if (next > id) break;
        }
        const [finding] = space.findings;
        if (finding !== undefined) return { finding, path: pathTo(finding.state, reached, id) };
        for (const { edge, to } of space.successors(id)) {
          const cpu = cpuOf(edge);
          const { cpu: last } = reached.get(id)!;
          const switches = last === '' || cpu === last ? 0 : switchCost;
          enter(to, { from: id, cpu, cost: cost + 1 + switches + extraOf(edge) });
        }
      }
    return null;
  } catch (error) {
    if (error instanceof CapacityError) return null;
    throw error;
  }
}

/** The states on the way to one; a state that was found while another was expanded follows that. */
function pathTo(target: number, reached: ReadonlyMap<number, Reached>, expanded: number): readonly number[] {
  const path = [target];
  let id = reached.get(target)?.from ?? expanded;
  if (target === expanded) id = reached.get(target)!.from;
  for (; id >= 0; id = reached.get(id)!.from) path.unshift(id);
  return path;
}
