/** Law: on random graphs, a lasso exists where enumeration finds one, it is as short, and it is one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fairness } from '../../checker/language/liveness.ts';
import { fairComponents } from '../../checker/liveness/fair-components.ts';
import { fairRound } from '../../checker/liveness/fair-cycles.ts';
import { shortestLasso, waitingStates, type Lasso, type Waiting } from '../../checker/liveness/lasso.ts';
import type { StateEdges } from '../../checker/state-space/live-space.ts';
import { law, runs } from '../depth.ts';
import { naiveLasso, type NaiveClaim, type NaiveEdge } from './naive-lasso.ts';

const classes = 3;

interface RandomGraph {
  readonly edges: readonly (readonly NaiveEdge[])[];
  readonly initial: number;
  readonly begins: readonly boolean[];
  readonly beginsWith: number | null;
  readonly isDone: readonly boolean[];
  readonly fair: Fairness;
}

/** Each state has a few edges; that every state is reachable is not needed. */
const graphs: fc.Arbitrary<RandomGraph> = fc.integer({ min: 1, max: 7 }).chain((states) => {
  const edge = fc.record({ to: fc.nat(states - 1), label: fc.nat(classes - 1) });
  const flags = (often: number) =>
    fc.array(
      fc.nat(9).map((number) => number < often),
      { minLength: states, maxLength: states },
    );
  return fc.record({
    edges: fc.array(fc.array(edge, { maxLength: 4 }), { minLength: states, maxLength: states }),
    initial: fc.integer({ min: 1, max: Math.min(2, states) }),
    begins: fc.oneof(flags(10), flags(3), flags(0)),
    beginsWith: fc.option(fc.nat(classes - 1)),
    isDone: flags(2),
    fair: fc.constantFrom<Fairness>('weak', 'strong', 'none'),
  });
});

function edgesOf({ edges }: RandomGraph): StateEdges {
  const all = edges.flat();
  const first = new Uint32Array(edges.length + 1);
  for (const [state, own] of edges.entries()) first[state + 1] = first[state]! + own.length;
  return {
    first,
    to: Uint32Array.from(all, ({ to }) => to),
    label: Uint8Array.from(all, ({ label }) => label),
  };
}

const waitingIn = (graph: RandomGraph): Waiting => ({
  edges: edgesOf(graph),
  initial: graph.initial,
  begins: (state) => graph.begins[state]!,
  beginsWith: (label) => label === graph.beginsWith,
  to: Uint8Array.from(graph.isDone, Number),
  fair: graph.fair,
  cpuOf: [0, 1, 1],
});

const naive = (graph: RandomGraph): NaiveClaim => ({
  ...graph,
  initial: Array.from({ length: graph.initial }, (_, state) => state),
  begins: (state) => graph.begins[state]!,
  beginsWith: (label) => label === graph.beginsWith,
  isDone: (state) => graph.isDone[state]!,
});

/** The states that are reachable: the search has no others. */
function reachable({ edges, initial }: RandomGraph): readonly number[] {
  const found = new Set(Array.from({ length: initial }, (_, state) => state));
  for (const state of found) for (const { to } of edges[state]!) found.add(to);
  return [...found];
}

/** The graph with its reachable states alone, in the order in which they are found. */
function trimmed(graph: RandomGraph): RandomGraph {
  const kept = reachable(graph);
  const number = new Map(kept.map((state, at) => [state, at]));
  return {
    ...graph,
    edges: kept.map((state) => graph.edges[state]!.map(({ to, label }) => ({ to: number.get(to)!, label }))),
    begins: kept.map((state) => graph.begins[state]!),
    isDone: kept.map((state) => graph.isDone[state]!),
  };
}

/** The lasso that the checker finds, or null. */
function found(graph: RandomGraph): Lasso | null {
  const waiting = waitingIn(graph);
  const waits = waitingStates(waiting);
  const components = fairComponents(waiting.edges, classes, waits, graph.fair);
  const stuck = [...waits.keys()].filter((state) => waits[state] === 1 && graph.edges[state]!.length === 0);
  return components.length + stuck.length === 0 ? null : shortestLasso(waiting, components, stuck);
}

/** What is wrong with a cycle from a state, or null. */
function wrongCycle(graph: RandomGraph, home: number, cycle: readonly number[]): string | null {
  const { first, to, label } = edgesOf(graph);
  let at = home;
  const visited: number[] = [];
  for (const edge of cycle) {
    if (edge < first[at]! || edge >= first[at + 1]!) return 'an edge does not begin where the last one ended';
    visited.push(at);
    at = to[edge]!;
    if (graph.isDone[at]!) return 'the conclusion comes true';
  }
  if (at !== home) return 'it does not come back';
  const stepped = new Set(cycle.map((edge) => label[edge]!));
  const enabled = visited.map((state) => new Set(graph.edges[state]!.map((edge) => edge.label)));
  const unfair = Array.from({ length: classes }, (_, one) => one).filter((one) => {
    const here = enabled.map((labels) => labels.has(one));
    const isOwed = { weak: !here.includes(false), strong: here.includes(true), none: false }[graph.fair];
    return isOwed && !stepped.has(one);
  });
  return unfair.length === 0 ? null : `it is unfair to ${unfair.join(', ')}`;
}

test('a shortest fair lasso is found exactly where enumeration finds one', law, () => {
  const seen = { lasso: 0, none: 0, stuck: 0 };
  fc.assert(
    fc.property(graphs, (given) => {
      const graph = trimmed(given);
      const expected = naiveLasso(naive(graph));
      const lasso = found(graph);
      expect(lasso === null ? null : { stem: lasso.stem.length, cycle: lasso.cycle.length }).toEqual(
        expected,
      );
      if (lasso === null) seen.none++;
      else if (lasso.cycle.length === 0) seen.stuck++;
      else {
        seen.lasso++;
        const { to } = edgesOf(graph);
        const home = lasso.stem.reduce((_, edge) => to[edge]!, lasso.initial);
        expect(wrongCycle(graph, home, lasso.cycle)).toBeNull();
        expect(lasso.minimal).toBe(true);
      }
    }),
    { numRuns: runs(20_000) },
  );
  // Each answer is common, or the law says little.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(runs(20_000) / 50);
});

describe('the law finds a checker that', () => {
  const naively = (graph: RandomGraph) => {
    const expected = naiveLasso(naive(graph));
    return expected === null ? null : [expected.stem, expected.cycle];
  };
  const judged = (graph: RandomGraph) => {
    const lasso = found(graph);
    return lasso === null ? null : [lasso.stem.length, lasso.cycle.length];
  };
  const isFound = (faulty: (graph: RandomGraph) => readonly number[] | null) =>
    fc.check(
      fc.property(graphs, (given) => {
        const graph = trimmed(given);
        expect(faulty(graph)).toEqual(naively(graph));
      }),
      { numRuns: 2_000 },
    ).failed;

  test('takes weak fairness for strong, strong for weak, or none for either', law, () => {
    expect(isFound(judged)).toBe(false);
    expect(
      isFound((graph) => judged({ ...graph, fair: graph.fair === 'strong' ? 'weak' : graph.fair })),
    ).toBe(true);
    expect(
      isFound((graph) => judged({ ...graph, fair: graph.fair === 'weak' ? 'strong' : graph.fair })),
    ).toBe(true);
    expect(isFound((graph) => judged({ ...graph, fair: 'none' }))).toBe(true);
  });

  test('forgets that the claim waits, or that steps and ends count', law, () => {
    const nowhere = (graph: RandomGraph) => graph.begins.map(() => false);
    expect(isFound((graph) => judged({ ...graph, begins: nowhere(graph) }))).toBe(true);
    expect(isFound((graph) => judged({ ...graph, beginsWith: null }))).toBe(true);
    // A run that ends would be taken for one that goes on.
    expect(isFound((graph) => (judged(graph)?.[1] === 0 ? null : judged(graph)))).toBe(true);
  });
});

test('a fair round serves every class, from each state of a fair component', law, () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const waiting = waitingIn(graph);
      const inside = Uint8Array.from(graph.isDone, (done) => Number(!done));
      for (const states of fairComponents(waiting.edges, classes, inside, graph.fair))
        for (const state of states)
          expect(
            wrongCycle(graph, state, fairRound({ edges: waiting.edges, states, fair: graph.fair }, state)),
          ).toBeNull();
    }),
    { numRuns: runs(5_000) },
  );
});
