/** The lengths of the shortest fair lasso, by enumeration: no components, no arrays. */
import type { Fairness } from '../../checker/language/liveness.ts';

export interface NaiveEdge {
  readonly to: number;
  readonly label: number;
}

/** A small graph, and what a claim asks of its states and steps. */
export interface NaiveClaim {
  /** By state: the edges out of it. */
  readonly edges: readonly (readonly NaiveEdge[])[];
  readonly initial: readonly number[];
  readonly begins: (state: number) => boolean;
  readonly beginsWith: (label: number) => boolean;
  readonly isDone: (state: number) => boolean;
  readonly fair: Fairness;
}

export interface Lengths {
  readonly stem: number;
  /** 0 where nothing can move any more. */
  readonly cycle: number;
}

/** A walk and what has been enabled and has stepped along it: a bit for each label. */
interface Round {
  readonly state: number;
  /** Labels that could step in some state of the walk, in all of its states, and that have stepped. */
  readonly some: number;
  readonly always: number;
  readonly stepped: number;
}

const keyOf = ({ state, some, always, stepped }: Round) => `${state} ${some} ${always} ${stepped}`;

/** The shortest stem and of those the shortest cycle; null: every fair run keeps the claim. */
export function naiveLasso(claim: NaiveClaim): Lengths | null {
  let best: Lengths | null = null;
  for (const [state, stem] of waitingDepths(claim)) {
    if (best !== null && stem > best.stem) continue;
    const cycle = claim.edges[state]!.length === 0 ? 0 : shortestRound(claim, state);
    if (cycle !== null && (best === null || stem < best.stem || cycle < best.cycle)) best = { stem, cycle };
  }
  return best;
}

/** By state in which the claim can wait: the length of a shortest run to that. */
function waitingDepths({
  edges,
  initial,
  begins,
  beginsWith,
  isDone,
}: NaiveClaim): ReadonlyMap<number, number> {
  const depths = new Map<string, number>();
  const queue: (readonly [state: number, waits: boolean])[] = [];
  const reach = (state: number, waits: boolean, depth: number) => {
    const now = !isDone(state) && (waits || begins(state));
    const key = `${state} ${now}`;
    if (depths.has(key)) return;
    depths.set(key, depth);
    queue.push([state, now]);
  };
  for (const state of initial) reach(state, false, 0);
  for (const [state, waits] of queue)
    for (const { to, label } of edges[state]!)
      reach(to, waits || beginsWith(label), depths.get(`${state} ${waits}`)! + 1);
  return new Map(queue.flatMap(([state, waits]) => (waits ? [[state, depths.get(`${state} true`)!]] : [])));
}

function shortestRound({ edges, isDone, fair }: NaiveClaim, home: number): number | null {
  const enabledIn = (state: number) => edges[state]!.reduce((bits, { label }) => bits | (1 << label), 0);
  const isFair = ({ some, always, stepped }: Round) =>
    fair === 'none' || ((fair === 'weak' ? always : some) & ~stepped) === 0;
  const start: Round = { state: home, some: enabledIn(home), always: enabledIn(home), stepped: 0 };
  const seen = new Set([keyOf(start)]);
  let rounds = [start];
  for (let length = 1; rounds.length > 0; length++) {
    const next: Round[] = [];
    for (const { state, some, always, stepped } of rounds)
      for (const { to, label } of edges[state]!) {
        if (isDone(to)) continue;
        const there = enabledIn(to);
        const round = {
          state: to,
          some: some | there,
          always: always & there,
          stepped: stepped | (1 << label),
        };
        if (to === home && isFair(round)) return length;
        if (seen.has(keyOf(round))) continue;
        seen.add(keyOf(round));
        next.push(round);
      }
    rounds = next;
  }
  return null;
}
