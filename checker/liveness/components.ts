/** Strongly connected components of a part of a state graph. */
import type { StateEdges } from '../state-space/live-space.ts';

/** A component in which a run can stay for ever; `states` is valid until the next one is found. */
export interface Component {
  readonly states: Uint32Array;
  readonly has: (state: number) => boolean;
}

/**
 * Finds components, with 12 bytes for each state of the graph.
 *
 * Source: D. J. Pearce, A space-efficient algorithm for finding strongly connected components (IPL 116, 2016),
 *         algorithm PEA_FIND_SCC3
 */
export class Components {
  readonly #edges: StateEdges;
  /** By state: 0 unvisited; in order of visit while its component is open; above that, the number of its component. */
  readonly #index: Uint32Array;
  /** The path of the walk from the left, and the states of open components from the right. */
  readonly #stack: Uint32Array;
  /** By position on the path: the next edge. */
  readonly #next: Uint32Array;
  readonly #isRoot: Uint8Array;
  /** The number of the next component: all searches share one count, so that none takes the states of another. */
  #number = 2 ** 32 - 1;

  constructor(edges: StateEdges) {
    const count = edges.first.length - 1;
    this.#edges = edges;
    this.#index = new Uint32Array(count);
    this.#stack = new Uint32Array(count);
    this.#next = new Uint32Array(count);
    this.#isRoot = new Uint8Array(count);
  }

  /** Calls `visit` with each component of the states `among` that has an edge inside; `isIn` says which states these are. */
  each(
    among: () => Iterable<number>,
    isIn: (state: number) => boolean,
    visit: (component: Component) => void,
  ): void {
    const { first, to } = this.#edges;
    const [index, stack, next, isRoot] = [this.#index, this.#stack, this.#next, this.#isRoot];
    const count = index.length;
    let open = 1;
    let [top, right] = [0, count];
    const enter = (state: number) => {
      stack[top] = state;
      next[top++] = first[state]!;
      isRoot[state] = 1;
      index[state] = open++;
    };
    const leave = (state: number) => {
      top--;
      if (isRoot[state] === 0) {
        stack[--right] = state;
        return;
      }
      open--;
      let end = right;
      for (; end < count && index[stack[end]!]! >= index[state]!; end++) {
        index[stack[end]!] = this.#number;
        open--;
      }
      stack[right - 1] = state;
      index[state] = this.#number;
      const own = this.#number--;
      const states = stack.subarray(right - 1, end);
      const has = (other: number) => index[other] === own;
      if (states.length > 1 || this.#leadsBack(state)) visit({ states, has });
      right = end;
    };
    for (const root of among()) index[root] = 0;
    for (const root of among()) {
      if (index[root] !== 0) continue;
      enter(root);
      while (top > 0) {
        const state = stack[top - 1]!;
        const end = first[state + 1]!;
        let at = next[top - 1]!;
        for (; at < end; at++) {
          const target = to[at]!;
          if (!isIn(target)) continue;
          if (index[target] === 0) break;
          if (index[target]! < index[state]!) {
            index[state] = index[target]!;
            isRoot[state] = 0;
          }
        }
        next[top - 1] = at;
        if (at < end) enter(to[at]!);
        else leave(state);
      }
    }
  }

  #leadsBack(state: number): boolean {
    const { first, to } = this.#edges;
    for (let at = first[state]!; at < first[state + 1]!; at++) if (to[at] === state) return true;
    return false;
  }
}
