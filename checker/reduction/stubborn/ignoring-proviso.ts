/** The ignoring proviso: from every state a run leads to a root. Edges are pairs, walked backwards. */
import { NumberList } from '../../state-space/number-list.ts';

export class ExploredEdges {
  readonly #from = new NumberList();
  readonly #to = new NumberList();

  get bytes(): number {
    return this.#from.bytes + this.#to.bytes;
  }

  add(from: number, to: number): void {
    this.#from.push(from);
    this.#to.push(to);
  }

  /** By state, from `start[s]` to `start[s + 1]` in `sources`: the states with an edge to it. */
  backwards(states: number): { readonly start: Int32Array; readonly sources: Int32Array } {
    const edges = this.#from.length;
    const start = new Int32Array(states + 1);
    for (let edge = 0; edge < edges; edge++) start[this.#to.at(edge) + 1]! += 1;
    for (let state = 0; state < states; state++) start[state + 1]! += start[state]!;
    const free = start.slice();
    const sources = new Int32Array(edges);
    for (let edge = 0; edge < edges; edge++) sources[free[this.#to.at(edge)]!++] = this.#from.at(edge);
    return { start, sources };
  }
}

/** Marks by 1 the states from which a root can be reached; `cover` adds a root. */
function coverage(edges: ExploredEdges, states: number, isRoot: (state: number) => boolean) {
  const { start, sources } = edges.backwards(states);
  const covered = new Uint8Array(states);
  const pending: number[] = [];
  const cover = (root: number) => {
    if (covered[root] === 1) return;
    covered[root] = 1;
    pending.push(root);
    for (let state = pending.pop(); state !== undefined; state = pending.pop())
      for (let at = start[state]!; at < start[state + 1]!; at++) {
        const source = sources[at]!;
        if (covered[source] === 1) continue;
        covered[source] = 1;
        pending.push(source);
      }
  };
  for (let state = 0; state < states; state++) if (isRoot(state)) cover(state);
  return { covered, cover };
}

/** The number of states from which no root can be reached. */
export const uncovered = (edges: ExploredEdges, states: number, isRoot: (state: number) => boolean): number =>
  coverage(edges, states, isRoot).covered.reduce((sum, mark) => sum - mark, states);

/**
 * States that make roots reachable from every state: of those that reach none so far, always the last.
 *
 * Shape:  `isRoot(state)` for states 0 .. states - 1.
 */
export function missingRoots(
  edges: ExploredEdges,
  states: number,
  isRoot: (state: number) => boolean,
): readonly number[] {
  const { covered, cover } = coverage(edges, states, isRoot);
  const missing: number[] = [];
  for (let state = states - 1; state >= 0; state--) {
    if (covered[state] === 1) continue;
    missing.push(state);
    cover(state);
  }
  return missing;
}
