/** The Graphviz export has as many nodes and edges as the search has states and transitions, and the trace in it. */
import fc from 'fast-check';
import { parse } from '@ts-graphviz/ast';
import { describe, expect, test } from 'vitest';
import type { TransitionSystem } from '../../checker/program/transition-system.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { toDot } from '../../checker/export/dot.ts';
import { interpretedSpace } from '../../checker/state-space/interpreted-space.ts';
import { graphOf } from '../../checker/state-space/state-graph.ts';
import { finish } from '../../checker/state-space/cooperative.ts';
import type { Trace } from '../../checker/trace/trace.ts';
import { explore } from '../laws/explore.ts';
import { randomModel } from '../laws/random-model.ts';
import { traces } from './traces.ts';

const most = 600;

function read(dot: string) {
  const graph = parse(dot).children.find((part) => part.type === 'Graph')!;
  const nodes = graph.children.filter((part) => part.type === 'Node');
  const edges = graph.children.filter((part) => part.type === 'Edge');
  const isThick = (part: (typeof nodes | typeof edges)[number]) =>
    part.children.some((child) => child.type === 'Attribute' && child.key.value === 'penwidth');
  return {
    states: nodes.filter(({ id }) => id.value.startsWith('s')),
    failures: nodes.filter(({ id }) => id.value.startsWith('f')),
    edges,
    thick: { nodes: nodes.filter(isThick).length, edges: edges.filter(isThick).length },
  };
}

function compare(system: TransitionSystem, trace: Trace | null) {
  const graph = finish(graphOf(system, most));
  const space = explore(interpretedSpace(system), most);
  if (graph === null || space === null) return null;
  const drawn = read(toDot(system, graph, trace));
  expect(drawn.states).toHaveLength(space.count);
  expect(drawn.edges).toHaveLength(space.transitions);
  const failures = space.findings.filter(({ kind }) => kind === 'assertion' || kind === 'error');
  expect(drawn.failures).toHaveLength(failures.length);
  return drawn;
}

describe.each(traces)('%s', (_, { system, trace }) => {
  test('as many as the search; the trace is thick', () => {
    const drawn = compare(system, trace);
    if (drawn === null) return expect(finish(graphOf(system, most))).toBeNull();
    expect(drawn.thick.edges).toBe(trace.steps.length);
    expect(drawn.thick.nodes).toBe(new Set([trace.initial, ...trace.steps.map(({ after }) => after)]).size);
  });
});

test('random models, failing steps among them', () => {
  let drawn = 0;
  const law = fc.property(randomModel({ errors: true, states: 100 }), (model) => {
    if (compare(transitionSystem(model), null) !== null) drawn++;
  });
  fc.assert(law, { numRuns: 60, seed: 2014 });
  expect(drawn).toBeGreaterThan(30);
}, 60_000);
