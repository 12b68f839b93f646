/** Shortest walks through a graph that is given by its steps, and of those one with the fewest switches of CPU. */

/** A graph whose nodes are numbers below `size`; a search of it begins in `starts` and ends in a target. */
export interface Walks {
  readonly size: number;
  readonly starts: readonly number[];
  /** Calls `visit` with each edge out of a node, by its number, and the node that it leads to. */
  readonly step: (node: number, visit: (to: number, edge: number) => void) => void;
  readonly isTarget: (node: number) => boolean;
}

/** By distance from the starts: the nodes first reached there; the last ones include targets. */
export interface Levels {
  readonly nodes: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly distance: Int32Array;
}

/** Breadth-first search up to the first targets, or to `most` steps; null: there is none within them. */
export function levelsTo({ size, starts, step, isTarget }: Walks, most = Infinity): Levels | null {
  const distance = new Int32Array(size).fill(-1);
  for (const node of starts) distance[node] = 0;
  const nodes: number[][] = [[...starts]];
  for (let depth = 0; nodes[depth]!.length > 0 && depth <= most; depth++) {
    const targets = nodes[depth]!.filter(isTarget);
    if (targets.length > 0) return { nodes, targets, distance };
    const next: number[] = [];
    for (const node of nodes[depth]!)
      step(node, (to) => {
        if (distance[to] !== -1) return;
        distance[to] = depth + 1;
        next.push(to);
      });
    nodes.push(next);
  }
  return null;
}

/** A way to arrive at a node. */
export interface Arrival {
  readonly switches: number;
  /** The CPU that made the last step; -1: no step has been made. */
  readonly cpu: number;
  readonly edge: number;
  /** The arrival from which that step was made; null: a start. */
  readonly before: Arrival | null;
}

/** By the CPU of the last step: the arrival with the fewest switches. */
export type Arrivals = ReadonlyMap<number, Arrival>;

export const atStart = (node: number): Arrivals =>
  new Map([[-1, { switches: 0, cpu: -1, edge: node, before: null }]]);

/** Nodes on shortest walks up to which each keeps an arrival for every CPU; beyond, only its best one. */
const mostNodes = 20_000;

/**
 * The arrivals at `target` along shortest walks.
 *
 * Shape:  `from` has the arrivals at a start; `cpuOf` is the number of the CPU that makes the step of an edge.
 */
export function arrivalsAt(
  { step }: Walks,
  { nodes, distance }: Levels,
  target: number,
  from: (start: number) => Arrivals,
  cpuOf: (edge: number) => number,
): Arrivals {
  const depth = distance[target]!;
  const isOn = new Set([target]);
  const onWalks: number[][] = [];
  for (let level = depth - 1; level >= 0; level--)
    onWalks[level] = nodes[level]!.filter((node) => {
      step(node, (to) => {
        if (distance[to] === level + 1 && isOn.has(to)) isOn.add(node);
      });
      return isOn.has(node);
    });
  if (depth === 0) return from(target);
  let here = new Map(onWalks[0]!.map((node) => [node, new Map(from(node))]));
  for (let level = 0; level < depth; level++) {
    const next = new Map<number, Map<number, Arrival>>();
    for (const [node, arrivals] of here)
      step(node, (to, edge) => {
        if (distance[to] !== level + 1 || !isOn.has(to)) return;
        const best = next.get(to) ?? new Map<number, Arrival>();
        next.set(to, best);
        const cpu = cpuOf(edge);
        for (const before of arrivals.values()) {
          const switches = before.switches + Number(before.cpu !== -1 && before.cpu !== cpu);
          keepBest(best, { switches, cpu, edge, before }, isOn.size <= mostNodes);
        }
      });
    here = next;
  }
  return here.get(target)!;
}

function keepBest(best: Map<number, Arrival>, arrival: Arrival, forEachCpu: boolean): void {
  if (!forEachCpu) {
    const [known] = best.values();
    if (known !== undefined && known.switches <= arrival.switches) return;
    best.clear();
  }
  const known = best.get(arrival.cpu);
  if (known === undefined || arrival.switches < known.switches) best.set(arrival.cpu, arrival);
}

/** The arrival with the fewest switches; the first of several. */
export const fewest = (arrivals: Arrivals): Arrival =>
  [...arrivals.values()].reduce((best, other) => (other.switches < best.switches ? other : best));

/** The edges by which an arrival has come, and the start that it has come from. */
export function walkOf(arrival: Arrival): { readonly start: number; readonly edges: readonly number[] } {
  const edges: number[] = [];
  let at = arrival;
  for (; at.before !== null; at = at.before) edges.push(at.edge);
  return { start: at.edge, edges: edges.reverse() };
}
