/** A shortest lasso: a stem that leads to a claim's premise, and a fair cycle in which its conclusion stays away. */
import type { Fairness } from '../language/liveness.ts';
import type { StateEdges } from '../state-space/live-space.ts';
import { fairCycles, fairRound, type FairComponent } from './fair-cycles.ts';
import { arrivalsAt, atStart, fewest, levelsTo, walkOf, type Arrival, type Walks } from './shortest-walks.ts';

/** The runs on which a claim waits for its conclusion. */
export interface Waiting {
  readonly edges: StateEdges;
  /** States numbered below are initial. */
  readonly initial: number;
  /** Whether the claim begins to wait in a state, or with a step of this class; null: with none. */
  readonly begins: (state: number) => boolean;
  readonly beginsWith: ((label: number) => boolean) | null;
  /** By state: 1 where the conclusion is true. */
  readonly to: Uint8Array;
  readonly fair: Fairness;
  /** By class: the number of its CPU. */
  readonly cpuOf: readonly number[];
}

/** A lasso by the edges of its stem and of its cycle, which is empty where nothing can move any more. */
export interface Lasso {
  /** The number of the initial state. */
  readonly initial: number;
  readonly stem: readonly number[];
  readonly cycle: readonly number[];
  /** Whether no lasso has a shorter stem, and of those none a shorter cycle. */
  readonly minimal: boolean;
}

/** Nodes that the searches of cycles may visit together. */
const mostVisits = 2 ** 26;

/**
 * The lasso with the shortest stem, of those with the shortest cycle, and of those with the fewest switches.
 *
 * Shape:  `components` are the components in which fair runs wait for ever, `stuck` the states in which nothing moves.
 *         Some of these states is reachable in waiting.
 */
export function shortestLasso(
  waiting: Waiting,
  components: readonly Uint32Array[],
  stuck: readonly number[],
): Lasso {
  const componentOf = new Map(components.flatMap((states) => [...states].map((state) => [state, states])));
  const stopped = new Set(stuck);
  const stems = stemsOf(waiting, (state) => stopped.has(state) || componentOf.has(state));
  const levels = levelsTo(stems)!;
  const heads = levels.targets.map((node) => node >> 1);
  const end = heads.find((state) => stopped.has(state));
  const switchesOf = (label: number) => waiting.cpuOf[label]!;
  const { label } = waiting.edges;
  const cpuOf = (edge: number) => switchesOf(label[edge]!);
  const arriving = (state: number) => arrivalsAt(stems, levels, 2 * state + 1, atStart, cpuOf);
  if (end !== undefined) {
    const { start, edges } = walkOf(fewest(arriving(end)));
    return { initial: start >> 1, stem: edges, cycle: [], minimal: true };
  }
  const inComponent = (state: number): FairComponent => ({
    edges: waiting.edges,
    states: componentOf.get(state)!,
    fair: waiting.fair,
  });
  let best: { readonly arrival: Arrival; readonly length: number } | null = null;
  let visits = 0;
  let minimal = true;
  for (const head of heads) {
    const cycles: Walks | null = visits > mostVisits ? null : fairCycles(inComponent(head), head);
    minimal &&= cycles !== null;
    if (cycles === null) continue;
    const rounds = levelsTo(cycles, best?.length ?? Infinity);
    visits += cycles.size;
    if (rounds === null) continue;
    const length = rounds.nodes.length - 1;
    const stem = arriving(head);
    const arrival = fewest(arrivalsAt(cycles, rounds, cycles.size - 1, () => stem, cpuOf));
    if (best === null || length < best.length || arrival.switches < best.arrival.switches)
      best = { arrival, length };
  }
  if (best !== null) {
    const { start, edges } = walkOf(best.arrival);
    const at = edges.length - best.length;
    return { initial: start >> 1, stem: edges.slice(0, at), cycle: edges.slice(at), minimal };
  }
  const [head] = heads as [number];
  const { start, edges } = walkOf(fewest(arriving(head)));
  return { initial: start >> 1, stem: edges, cycle: fairRound(inComponent(head), head), minimal };
}

/** Walks to states in waiting: node 2 s + 1 is state s while the claim waits, node 2 s while it does not. */
function stemsOf(waiting: Waiting, isHead: (state: number) => boolean): Walks {
  const { edges, initial, begins, beginsWith, to: isDone } = waiting;
  const { first, to, label } = edges;
  const node = (state: number, waits: boolean) =>
    2 * state + Number(isDone[state] === 0 && (waits || begins(state)));
  return {
    size: 2 * (first.length - 1),
    starts: Array.from({ length: initial }, (_, state) => node(state, false)),
    isTarget: (one) => one % 2 === 1 && isHead(one >> 1),
    step: (one, visit) => {
      const state = one >> 1;
      for (let edge = first[state]!; edge < first[state + 1]!; edge++)
        visit(node(to[edge]!, one % 2 === 1 || beginsWith?.(label[edge]!) === true), edge);
    },
  };
}

/** By state: 1 where the claim waits on some run. */
export function waitingStates({ edges, begins, beginsWith, to: isDone }: Waiting): Uint8Array {
  const { first, to, label } = edges;
  const count = first.length - 1;
  const marks = new Uint8Array(count);
  const rest: number[] = [];
  const wait = (state: number) => {
    if (marks[state] === 1 || isDone[state] === 1) return;
    marks[state] = 1;
    rest.push(state);
  };
  for (let state = 0; state < count; state++) {
    if (begins(state)) wait(state);
    if (beginsWith === null) continue;
    for (let edge = first[state]!; edge < first[state + 1]!; edge++)
      if (beginsWith(label[edge]!)) wait(to[edge]!);
  }
  for (let state = rest.pop(); state !== undefined; state = rest.pop())
    for (let edge = first[state]!; edge < first[state + 1]!; edge++) wait(to[edge]!);
  return marks;
}
