/** Lays out a state graph: depth downwards, states of one depth side by side, neighbours near each other. */
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';
import type { Cooperative } from '../../../checker/state-space/cooperative.ts';
import type { Graph, GraphNode } from '../../../checker/state-space/state-graph.ts';

/** In units of the picture. */
export const levelHeight = 34;
const nodeRoom = 13;

/** Rounds of the simulation; its forces have settled by then. */
const rounds = 160;

interface GraphBody extends SimulationNodeDatum {
  readonly depth: number;
}

/** A graph with a place for each of its nodes. */
export interface LaidOutGraph extends Graph {
  /** Of each node: x and y in turn. */
  readonly positions: Float32Array;
}

/** The positions of all nodes, as x and y in turn. */
export function* layoutOf({ nodes, edges }: Graph): Cooperative<Float32Array> {
  const bodies = nodes.map((node, at): GraphBody => ({
    depth: node.depth,
    x: startOf(nodes, at),
    y: node.depth * levelHeight,
  }));
  const links = edges
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }): SimulationLinkDatum<GraphBody> => ({ source: from, target: to }));
  const simulation = forceSimulation(bodies)
    .force(
      'link',
      forceLink<GraphBody, SimulationLinkDatum<GraphBody>>(links).distance(levelHeight).strength(0.25),
    )
    .force('repel', forceManyBody<GraphBody>().strength(-28).distanceMax(260).theta(1.1))
    .force('room', forceCollide<GraphBody>(nodeRoom / 2))
    .force('middle', forceX<GraphBody>(0).strength(0.01))
    .force('depth', forceY<GraphBody>(({ depth }) => depth * levelHeight).strength(1.2))
    .alphaDecay(1 - 0.001 ** (1 / rounds))
    .stop();
  for (let round = 0; round < rounds; round++) {
    simulation.tick();
    yield;
  }
  const positions = new Float32Array(nodes.length * 2);
  for (const [at, { x = 0, depth }] of bodies.entries()) positions.set([x, depth * levelHeight], at * 2);
  return positions;
}

/** Beside the others of its depth, in the order in which they were found: breadth first, that is near its parents. */
function startOf(nodes: readonly GraphNode[], at: number): number {
  const { depth } = nodes[at]!;
  let first = at;
  while (first > 0 && nodes[first - 1]!.depth === depth) first--;
  let last = at;
  while (last + 1 < nodes.length && nodes[last + 1]!.depth === depth) last++;
  return (at - (first + last) / 2) * nodeRoom;
}
