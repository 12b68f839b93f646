/** Draws a state graph: edges, states coloured by properties, and the run. */
import type { ZoomTransform } from 'd3-zoom';
import type { Standing } from '../../../checker/state-space/state-graph.ts';
import type { LaidOutGraph } from '../check/layout.ts';

export interface Walked {
  /** The numbers of the states of the run. */
  readonly run: readonly number[];
  readonly at: number;
}

/** The CSS property of each colour. */
const colours: Readonly<Record<Standing, string>> = {
  violated: '--bad',
  failing: '--bad',
  deadlock: '--ink',
  witness: '--good',
  end: '--accent',
  plain: '--soft',
};

const radius = 4;

export function drawPicture(
  canvas: HTMLCanvasElement,
  graph: LaidOutGraph,
  transform: ZoomTransform,
  walked: Walked,
): void {
  const context = canvas.getContext('2d')!;
  const ratio = devicePixelRatio;
  [canvas.width, canvas.height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  context.setTransform(
    ratio * transform.k,
    0,
    0,
    ratio * transform.k,
    ratio * transform.x,
    ratio * transform.y,
  );
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const brush = { context, graph, colour };
  drawEdges(brush, transform.k);
  drawNodes(brush, ['plain'], transform.k);
  drawRun(brush, walked, transform.k);
  // Coloured states are drawn last, violations on top.
  drawNodes(brush, ['end', 'witness', 'deadlock', 'failing', 'violated'], transform.k);
  drawPlace(brush, walked, transform.k);
}

interface Brush {
  readonly context: CanvasRenderingContext2D;
  readonly graph: LaidOutGraph;
  readonly colour: (name: string) => string;
}

function drawEdges({ context, graph: { edges, positions }, colour }: Brush, scale: number): void {
  context.beginPath();
  for (const { from, to } of edges) {
    context.moveTo(positions[from * 2]!, positions[from * 2 + 1]!);
    context.lineTo(positions[to * 2]!, positions[to * 2 + 1]!);
  }
  context.strokeStyle = colour('--soft');
  context.globalAlpha = 0.3;
  context.lineWidth = Math.min(1, 1 / scale);
  context.stroke();
  context.globalAlpha = 1;
}

/** Minimal sizes in pixels, so that violations stay visible at any zoom. */
const least = { violated: 7, failing: 6, deadlock: 6, witness: 3, end: 3, plain: 0 } as const;

function drawNodes(
  { context, graph: { nodes, positions }, colour }: Brush,
  standings: readonly Standing[],
  scale: number,
): void {
  const byStanding = Map.groupBy(nodes.keys(), (node) => nodes[node]!.standing);
  for (const standing of standings) {
    const group = byStanding.get(standing) ?? [];
    const size = Math.max(standing === 'plain' ? radius * 0.75 : radius, least[standing] / scale);
    context.beginPath();
    for (const node of group) circle(context, positions, node, size);
    context.fillStyle = standing === 'failing' ? colour('--card') : colour(colours[standing]);
    context.strokeStyle = colour(colours[standing]);
    context.lineWidth = Math.max(1.5, standing === 'plain' ? 0 : 1.5 / scale);
    context.fill();
    context.stroke();
  }
}

function drawRun({ context, graph: { positions }, colour }: Brush, { run }: Walked, scale: number): void {
  const [first, ...others] = run;
  if (first === undefined) return;
  context.beginPath();
  context.moveTo(positions[first * 2]!, positions[first * 2 + 1]!);
  for (const node of others) context.lineTo(positions[node * 2]!, positions[node * 2 + 1]!);
  context.strokeStyle = colour('--accent');
  context.lineWidth = Math.max(2.5, 1.5 / scale);
  context.stroke();
}

/** Marks the shown state. */
function drawPlace(
  { context, graph: { positions }, colour }: Brush,
  { run, at }: Walked,
  scale: number,
): void {
  const here = run[at];
  if (here === undefined) return;
  context.beginPath();
  circle(context, positions, here, Math.max(radius * 2, 10 / scale));
  context.strokeStyle = colour('--ink');
  context.lineWidth = Math.max(2, 2 / scale);
  context.stroke();
}

function circle(
  context: CanvasRenderingContext2D,
  positions: Float32Array,
  node: number,
  size: number,
): void {
  const [x, y] = [positions[node * 2]!, positions[node * 2 + 1]!];
  context.moveTo(x + size, y);
  context.arc(x, y, size, 0, 2 * Math.PI);
}
