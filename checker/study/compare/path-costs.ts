/** Minimal and maximal costs of paths in a weighted graph. */

/** Nodes are numbers; edges lie by the node that they leave. */
export interface WeightedGraph {
  /** By node, and one more: its first edge. */
  readonly first: ArrayLike<number>;
  /** By edge: the node that it leads to. */
  readonly to: ArrayLike<number>;
  /** The weight of an edge, 0 or more. */
  readonly weight: (edge: number) => number;
}

/** The graph of the edges out of each node. */
export function graphOf<E extends { readonly to: number }>(
  out: readonly (readonly E[])[],
): Pick<WeightedGraph, 'first' | 'to'> & { readonly edges: readonly E[] } {
  const edges = out.flat();
  const first = new Int32Array(out.length + 1);
  for (const [node, { length }] of out.entries()) first[node + 1] = first[node]! + length;
  return { first, to: Int32Array.from(edges, ({ to }) => to), edges };
}

export interface Extremes {
  readonly least: number;
  /** Null: a cycle on a path has a positive cost. */
  readonly most: number | null;
}

/**
 * The costs of the cheapest and the most expensive path from a source to a target; null: no target is reachable.
 *
 * Shape:  a path ends at the first target it meets.
 * Source: Tarjan's strongly connected components, which come out in reverse topological order.
 */
export function extremes(
  graph: WeightedGraph,
  sources: readonly number[],
  isTarget: (node: number) => boolean,
): Extremes | null {
  const nodes = graph.first.length - 1;
  const paths: Paths = {
    ...graph,
    end: Int32Array.from({ length: nodes }, (_, node) => graph.first[isTarget(node) ? node : node + 1]!),
    least: new Float64Array(nodes).fill(Infinity),
    most: new Float64Array(nodes).fill(-Infinity),
  };
  for (let node = 0; node < nodes; node++) if (isTarget(node)) paths.least[node] = paths.most[node] = 0;
  eachComponent(paths, (component) => {
    settle(component, paths);
  });
  const cheapest = Math.min(...sources.map((node) => paths.least[node]!));
  const dearest = Math.max(...sources.map((node) => paths.most[node]!));
  return cheapest === Infinity ? null : { least: cheapest, most: dearest === Infinity ? null : dearest };
}

/** The edges that paths take, with the costs from each node on as far as known. */
interface Paths extends WeightedGraph {
  /** By node: the end of its edges; a target has none. */
  readonly end: Int32Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Computes the nodes of one component, after all later components. */
function settle(component: ArrayLike<number>, paths: Paths) {
  const { first, to, weight, end, least, most } = paths;
  let isCycle = component.length > 1;
  let pumped = false;
  let best = -Infinity;
  const inside = component.length > 1 ? new Set(Array.from(component)) : null;
  for (let member = 0; member < component.length; member++) {
    const node = component[member]!;
    best = Math.max(best, most[node]!);
    for (let edge = first[node]!; edge < end[node]!; edge++) {
      const next = to[edge]!;
      if (next === node || inside?.has(next) === true) {
        isCycle = true;
        pumped ||= weight(edge) > 0;
      } else best = Math.max(best, most[next]! + weight(edge));
    }
  }
  // All nodes of a component are mutually reachable, so a cost inside it can be repeated.
  for (let member = 0; member < component.length; member++)
    most[component[member]!] = pumped && best > -Infinity ? Infinity : best;
  for (let changed = true; changed;) {
    changed = false;
    for (let member = 0; member < component.length; member++) {
      const node = component[member]!;
      for (let edge = first[node]!; edge < end[node]!; edge++) {
        const cost = least[to[edge]!]! + weight(edge);
        if (cost >= least[node]!) continue;
        least[node] = cost;
        changed = isCycle;
      }
    }
  }
}

/** Calls back for each strongly connected component, in reverse topological order; its nodes are valid during the call. */
function eachComponent({ first, to, end }: Paths, action: (component: Int32Array) => void): void {
  const nodes = first.length - 1;
  const order = new Int32Array(nodes).fill(-1);
  const low = new Int32Array(nodes);
  /** The nodes on the way to the current one, each with its next edge; nodes whose component is open. */
  const [path, edges, open] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)];
  const isOpen = new Uint8Array(nodes);
  let [depth, opened, next] = [0, 0, 0];
  const enter = (node: number) => {
    order[node] = low[node] = next++;
    isOpen[node] = 1;
    open[opened++] = node;
    path[depth] = node;
    edges[depth++] = first[node]!;
  };
  for (let root = 0; root < nodes; root++) {
    if (order[root] !== -1) continue;
    enter(root);
    while (depth > 0) {
      const node = path[depth - 1]!;
      if (edges[depth - 1]! < end[node]!) {
        const target = to[edges[depth - 1]!++]!;
        if (order[target] === -1) enter(target);
        else if (isOpen[target] === 1) low[node] = Math.min(low[node]!, order[target]!);
        continue;
      }
      depth -= 1;
      if (depth > 0) low[path[depth - 1]!] = Math.min(low[path[depth - 1]!]!, low[node]!);
      if (low[node] !== order[node]) continue;
      let from = opened;
      do isOpen[open[--from]!] = 0;
      while (open[from] !== node);
      action(open.subarray(from, opened));
      opened = from;
    }
  }
}
