/** Minimal and maximal costs of paths in a weighted graph. */

export interface WeightedEdge {
  readonly to: number;
  readonly weight: number;
}

export interface Extremes {
  readonly least: number;
  /** Null: a cycle on a path has a positive cost. */
  readonly most: number | null;
}

/**
 * The costs of the cheapest and the most expensive path from a source to a target; null: no target is reachable.
 *
 * Shape:  `edges[node]` are the edges out of a node; weights are 0 or more; a path ends at the first target it meets.
 * Source: Tarjan's strongly connected components, which come out in reverse topological order.
 */
export function extremes(
  edges: readonly (readonly WeightedEdge[])[],
  sources: readonly number[],
  isTarget: (node: number) => boolean,
): Extremes | null {
  const out = (node: number) => (isTarget(node) ? [] : edges[node]!);
  const components = componentsOf(edges.length, out);
  const least = new Float64Array(edges.length).fill(Infinity);
  const most = new Float64Array(edges.length).fill(-Infinity);
  for (const component of components) settle(component, out, isTarget, { least, most });
  const cheapest = Math.min(...sources.map((node) => least[node]!));
  const dearest = Math.max(...sources.map((node) => most[node]!));
  return cheapest === Infinity ? null : { least: cheapest, most: dearest === Infinity ? null : dearest };
}

interface CostBounds {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Computes a node that no path meets twice. */
function settleAlone(
  node: number,
  out: readonly WeightedEdge[],
  isTarget: (node: number) => boolean,
  { least, most }: CostBounds,
) {
  if (isTarget(node)) least[node] = most[node] = 0;
  for (const { to, weight } of out) {
    least[node] = Math.min(least[node]!, least[to]! + weight);
    most[node] = Math.max(most[node]!, most[to]! + weight);
  }
}

/** Computes the nodes of one component, after all later components. */
function settle(
  component: readonly number[],
  out: (node: number) => readonly WeightedEdge[],
  isTarget: (node: number) => boolean,
  { least, most }: CostBounds,
) {
  const [only] = component;
  if (component.length === 1 && out(only!).every(({ to }) => to !== only)) {
    settleAlone(only!, out(only!), isTarget, { least, most });
    return;
  }
  const inside = new Set(component);
  for (const node of component) if (isTarget(node)) least[node] = most[node] = 0;
  let pumped = false;
  let best = -Infinity;
  for (const node of component) {
    best = Math.max(best, most[node]!);
    for (const { to, weight } of out(node)) {
      if (inside.has(to)) pumped ||= weight > 0;
      else best = Math.max(best, most[to]! + weight);
    }
  }
  // All nodes of a component are mutually reachable, so a cost inside it can be repeated.
  if (best > -Infinity) for (const node of component) most[node] = pumped ? Infinity : best;
  for (let changed = true; changed;) {
    changed = false;
    for (const node of component)
      for (const { to, weight } of out(node)) {
        if (least[to]! + weight >= least[node]!) continue;
        least[node] = least[to]! + weight;
        changed = true;
      }
  }
}

/** The strongly connected components in reverse topological order. */
function componentsOf(
  count: number,
  out: (node: number) => readonly WeightedEdge[],
): readonly (readonly number[])[] {
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open = new Uint8Array(count);
  const stack: number[] = [];
  const components: number[][] = [];
  let next = 0;
  const enter = (node: number) => {
    order[node] = low[node] = next++;
    open[node] = 1;
    stack.push(node);
    return { node, at: 0 };
  };
  const leave = (node: number) => {
    if (low[node] !== order[node]) return;
    const component = stack.splice(stack.lastIndexOf(node));
    for (const member of component) open[member] = 0;
    components.push(component);
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = out(top.node)[top.at++];
      if (edge === undefined) {
        path.pop();
        leave(top.node);
        const above = path.at(-1);
        if (above !== undefined) low[above.node] = Math.min(low[above.node]!, low[top.node]!);
      } else if (order[edge.to] === -1) path.push(enter(edge.to));
      else if (open[edge.to] === 1) low[top.node] = Math.min(low[top.node]!, order[edge.to]!);
    }
  }
  return components;
}
