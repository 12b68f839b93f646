/** Draws the state graph on a canvas that can be zoomed and moved. */
import { effect } from '@preact/signals';
import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior, type ZoomTransform } from 'd3-zoom';
import { useEffect, useRef } from 'preact/hooks';
import type { LaidOutGraph } from '../check/layout.ts';
import { runInGraph, runTo } from '../state/graph.ts';
import { at, built, runs } from '../state/session.ts';
import { goTo, visit } from '../walk/runs.ts';
import { drawPicture } from './graph-picture.ts';

type Zoom = ZoomBehavior<HTMLCanvasElement, unknown>;

export function GraphCanvas({ graph }: { readonly graph: LaidOutGraph }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const zoomer = useRef<Zoom | null>(null);
  useEffect(() => {
    const { own, stop } = keepDrawing(canvas.current!, graph);
    zoomer.current = own;
    return stop;
  }, [graph]);
  const scale = (factor: number) => zoomer.current?.scaleBy(select(canvas.current!), factor);
  return (
    <div class="graph-place">
      <canvas ref={canvas} role="img" aria-label={`state graph of ${graph.nodes.length} states`} />
      <div class="zoom" role="group" aria-label="Zoom">
        <ZoomButton name="closer" sign="+" onClick={() => scale(1.5)} />
        <ZoomButton name="farther" sign="−" onClick={() => scale(1 / 1.5)} />
        <ZoomButton
          name="the whole graph"
          sign="⤢"
          onClick={() => fit(canvas.current!, graph, zoomer.current!)}
        />
      </div>
    </div>
  );
}

interface ZoomButtonProps {
  readonly name: string;
  readonly sign: string;
  readonly onClick: () => void;
}

const ZoomButton = ({ name, sign, onClick }: ZoomButtonProps) => (
  <button type="button" class="plain-button" aria-label={name} title={name} onClick={onClick}>
    {sign}
  </button>
);

/** Redraws on every change until stopped. */
function keepDrawing(
  canvas: HTMLCanvasElement,
  graph: LaidOutGraph,
): { readonly own: Zoom; readonly stop: () => void } {
  let transform: ZoomTransform = zoomIdentity;
  const draw = () => drawPicture(canvas, graph, transform, { run: runInGraph.peek(), at: at.peek() });
  const own: Zoom = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([0.02, 6])
    .on('zoom', (event: { readonly transform: ZoomTransform }) => {
      ({ transform } = event);
      draw();
    });
  select(canvas).call(own);
  const observer = new ResizeObserver(() => fit(canvas, graph, own));
  observer.observe(canvas);
  const colours = matchMedia('(prefers-color-scheme: dark)');
  colours.addEventListener('change', draw);
  const stopWatching = effect(() => {
    drawPicture(canvas, graph, transform, { run: runInGraph.value, at: at.value });
  });
  canvas.onclick = ({ offsetX, offsetY }) =>
    goToNearest(graph, transform.invert([offsetX, offsetY]), 12 / transform.k);
  const stop = () => {
    stopWatching();
    observer.disconnect();
    colours.removeEventListener('change', draw);
  };
  return { own, stop };
}

/** Shows the whole graph. */
function fit(canvas: HTMLCanvasElement, { positions, nodes }: LaidOutGraph, own: Zoom): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const xs = nodes.map((_, node) => positions[node * 2]!);
  const bottom = positions[positions.length - 1]!;
  const [left, right] = xs.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [0, 0]);
  const room = 24;
  const scale = Math.min(
    (width - 2 * room) / Math.max(right - left, 1),
    (height - 2 * room) / Math.max(bottom, 1),
    2,
  );
  const middle = width / 2 - (scale * (left + right)) / 2;
  select(canvas).call((selection) =>
    own.transform(selection, zoomIdentity.translate(middle, room).scale(scale)),
  );
}

/** Shows the state at that point: on the shown run if possible, else by a new shortest run. */
function goToNearest(graph: LaidOutGraph, [x, y]: readonly [number, number], reach: number): void {
  let nearest = -1;
  let least = reach;
  for (const node of graph.nodes.keys()) {
    const distance = Math.hypot(graph.positions[node * 2]! - x, graph.positions[node * 2 + 1]! - y);
    if (distance < least) [nearest, least] = [node, distance];
  }
  if (nearest < 0) return;
  const onRun = runInGraph.value.indexOf(nearest);
  runs.value =
    onRun >= 0 ? goTo(runs.value, onRun) : visit(runs.value, runTo(built.value!.system, graph, nearest));
}
