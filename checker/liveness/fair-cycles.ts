/** The cycles through a state of a component that are fair to every class of steps. */
import type { Fairness } from '../language/liveness.ts';
import type { StateEdges } from '../state-space/live-space.ts';
import type { Walks } from './shortest-walks.ts';

/** A component in which fair runs can stay. */
export interface FairComponent {
  readonly edges: StateEdges;
  readonly states: Uint32Array;
  readonly fair: Fairness;
}

/** Nodes up to which shortest cycles are searched: 4 bytes each. */
const mostNodes = 2 ** 24;

/**
 * Walks from a state around a fair cycle. The only target is a node beyond all others, which stands for the same state
 * after a fair round; null: the graph of all rounds is too large, or only the cycles of `fairRound` are wanted.
 *
 * A node is a state of the component and what has happened since the walk began, two bits a class at most: under weak
 * fairness whether the class has made a step or could not make one, under strong fairness whether it could make one
 * and whether it has.
 */
export function fairCycles(component: FairComponent, state: number): Walks | null {
  const { edges, states, fair } = component;
  const { first, to, label } = edges;
  const position = new Map([...states].map((one, at) => [one, at]));
  const bitOf = bitsOfClasses(component);
  const classes = bitOf.size;
  const bits = { weak: classes, strong: 2 * classes, none: 0 }[fair];
  if (states.length * 2 ** bits >= mostNodes) return null;
  const all = 2 ** classes - 1;
  const enabled = [...states].map((one) => {
    let mask = 0;
    for (let at = first[one]!; at < first[one + 1]!; at++) mask |= 2 ** (bitOf.get(label[at]!) ?? 0);
    return mask;
  });
  const begun = { weak: all & ~enabled[position.get(state)!]!, strong: 0, none: 0 }[fair];
  const size = states.length * 2 ** bits;
  const home = position.get(state)!;
  /** What has happened after a step of the class with this bit. */
  const after = (history: number, at: number, bit: number, next: number): number => {
    if (fair === 'none') return 0;
    if (fair === 'weak') return history | bit | (all & ~enabled[next]!);
    return history | (enabled[at]! << classes) | bit;
  };
  const isRound = (history: number) => {
    if (fair === 'none') return true;
    if (fair === 'weak') return history === all;
    return ((history >> classes) & ~history) === 0;
  };
  return {
    size: size + 1,
    starts: [home * 2 ** bits + begun],
    isTarget: (node) => node === size,
    step: (node, visit) => {
      if (node === size) return;
      const at = Math.floor(node / 2 ** bits);
      const history = node % 2 ** bits;
      const from = states[at]!;
      for (let edge = first[from]!; edge < first[from + 1]!; edge++) {
        const next = position.get(to[edge]!);
        if (next === undefined) continue;
        const then = after(history, at, 2 ** (bitOf.get(label[edge]!) ?? 0), next);
        visit(next === home && isRound(then) ? size : next * 2 ** bits + then, edge);
      }
    },
  };
}

/** The bits of the classes that can make a step somewhere in the component. */
function bitsOfClasses({ edges: { first, label }, states }: FairComponent): ReadonlyMap<number, number> {
  const bits = new Map<number, number>();
  for (const state of states)
    for (let at = first[state]!; at < first[state + 1]!; at++)
      if (!bits.has(label[at]!)) bits.set(label[at]!, bits.size);
  return bits;
}

/**
 * The edges of a fair cycle through a state: to each class in turn by the shortest way, then back. It may be longer
 * than others.
 */
export function fairRound(component: FairComponent, state: number): readonly number[] {
  const { edges, states, fair } = component;
  const { first, to, label } = edges;
  const inside = new Set(states);
  const owed = new Set(fair === 'none' ? [] : bitsOfClasses(component).keys());
  const labelsAt = (one: number) => new Set(label.subarray(first[one], first[one + 1]));
  /** Strikes out the classes that cannot move in a state. */
  const rest = (one: number) => {
    if (fair !== 'weak') return;
    const here = labelsAt(one);
    for (const other of owed) if (!here.has(other)) owed.delete(other);
  };
  const round: number[] = [];
  let at = state;
  rest(at);
  const goTo = (isThere: (edge: number) => boolean) => {
    for (const edge of shortestPath(edges, inside, at, isThere)) {
      round.push(edge);
      at = to[edge]!;
      owed.delete(label[edge]!);
      rest(at);
    }
  };
  while (owed.size > 0)
    goTo(
      (edge) =>
        owed.has(label[edge]!) || (fair === 'weak' && [...owed].some((one) => !labelsAt(to[edge]!).has(one))),
    );
  if (at !== state || round.length === 0) goTo((edge) => to[edge] === state);
  return round;
}

/** A path by its last edge and the path before it. */
interface Path {
  readonly edge: number;
  readonly before: Path | null;
}

/** The edges of a shortest path that ends with an edge `isThere`. */
function shortestPath(
  { first, to }: StateEdges,
  inside: ReadonlySet<number>,
  from: number,
  isThere: (edge: number) => boolean,
): readonly number[] {
  const paths = new Map<number, Path | null>([[from, null]]);
  for (const [state, before] of paths)
    for (let edge = first[state]!; edge < first[state + 1]!; edge++) {
      const next = to[edge]!;
      if (!inside.has(next)) continue;
      const path = { edge, before };
      if (isThere(edge)) return edgesOf(path);
      if (!paths.has(next)) paths.set(next, path);
    }
  // In a fair component each class can be served from every state.
  throw new Error('no path in a strongly connected component');
}

function edgesOf(path: Path): readonly number[] {
  const edges: number[] = [];
  for (let at: Path | null = path; at !== null; at = at.before) edges.push(at.edge);
  return edges.reverse();
}
