/**
 * An execution of a litmus test as a picture: one column for each process, edges between events, the forbidden cycle
 * in red.
 */
import type { LabelledEdge } from '../../litmus/lkmm/labelled.ts';
import { edgesShown, type DrawnExecution, type Picture } from '../../litmus/lkmm/picture.ts';
import { element, escapeXml } from '../xml.ts';

/** In pixels; letters are those of a monospace font of 13 pixels. */
const letter = 7.8;
const box = { height: 26, padding: 10 };
const gap = { row: 30, column: 110, margin: 24, title: 64 };

interface PlacedEvent {
  readonly one: DrawnExecution;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * A self-contained SVG with `title` above the picture; it follows the light or dark scheme of the reader.
 */
export function executionSvg(picture: Picture, title: string): string {
  const { drawn, columns } = picture;
  const edges = edgesShown(picture);
  const used = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const beginnings = drawn.filter(({ column, event }) => column < 0 && used.has(event.id));
  const top = gap.title + (beginnings.length > 0 ? box.height + gap.row : 0);
  const placed = new Map<number, PlacedEvent>();
  // Edges within the first process bend to the left.
  let left = edges.some((edge) => isWithin(edge, 0, drawn)) ? gap.margin + 70 : gap.margin;
  const lanes = columns.map((name, column) => {
    const own = drawn.filter((one) => one.column === column);
    const width = Math.max(0, ...own.map((one) => textOf(one).length)) * letter + 2 * box.padding;
    const lane = { name, x: left + width / 2, bottom: top + 24 + own.length * (box.height + gap.row) };
    for (const one of own)
      placed.set(one.event.id, {
        one,
        x: lane.x,
        y: top + 24 + one.row * (box.height + gap.row) + box.height,
        width,
      });
    left += width + gap.column;
    return lane;
  });
  let at = gap.margin;
  for (const one of beginnings) {
    const width = textOf(one).length * letter + 2 * box.padding;
    placed.set(one.event.id, { one, x: at + width / 2, y: gap.title, width });
    at += width + gap.column / 2;
  }
  const width = Math.max(left - gap.column + 60, at, title.length * letter * 1.04) + 2 * gap.margin;
  const height = Math.max(...lanes.map(({ bottom }) => bottom), top) + gap.margin;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'rw-execution',
      role: 'img',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
    },
    element('title', {}, escapeXml(title)),
    element('style', {}, style),
    element('rect', { class: 'rw-ground', width: '100%', height: '100%' }),
    words('rw-headline', gap.margin, 26, title),
    ...lanes.map(({ name, x, bottom }) =>
      element(
        'g',
        {},
        words('rw-lane', x, top + 12, name),
        element('line', { class: 'rw-po', x1: x, x2: x, y1: top + 20, y2: bottom }),
      ),
    ),
    ...edges.map((edge, number) => arrow(edge, placed.get(edge.from)!, placed.get(edge.to)!, number)),
    ...[...placed.values()].map(eventBox),
  );
}

const isWithin = ({ from, to }: LabelledEdge, column: number, drawn: readonly DrawnExecution[]): boolean =>
  drawn[from]!.column === column && drawn[to]!.column === column;

const textOf = ({ name, does, column }: DrawnExecution): string => (column < 0 ? name : `${name}: ${does}`);

const words = (kind: string, x: number, y: number, text: string) =>
  element('text', { class: kind, x, y }, escapeXml(text));

function eventBox({ one, x, y, width }: PlacedEvent): string {
  return element(
    'g',
    { class: one.event.mark === 'plain' ? 'rw-event rw-plain' : 'rw-event' },
    element('title', {}, escapeXml(one.event.text)),
    element('rect', { x: x - width / 2, y: y - box.height / 2, width, height: box.height, rx: 5 }),
    words('rw-text', x, y + 4.5, textOf(one)),
  );
}

/** A line between columns, a curve to the right within one. */
function arrow(
  { label, isForbidden }: LabelledEdge & { readonly isForbidden: boolean },
  from: PlacedEvent,
  to: PlacedEvent,
  number: number,
): string {
  const isSame = from.one.column === to.one.column && from.one.column >= 0;
  const side = isSame ? (from.one.column === 0 ? -1 : 1) : to.x > from.x ? 1 : -1;
  const endSide = isSame ? side : -side;
  const start = { x: from.x + (side * from.width) / 2, y: from.y + (to.y > from.y ? 5 : -5) };
  const end = { x: to.x + (endSide * to.width) / 2, y: to.y + (to.y > from.y ? -5 : 5) };
  const reach = isSame ? 34 + (number % 3) * 14 : 0.4 * Math.abs(end.x - start.x);
  const pull = [start.x + side * reach, end.x + endSide * reach];
  const kind = isForbidden ? 'rw-forbidden' : `rw-${label}`;
  // Keeps the labels of crossing edges apart.
  const share = isSame ? 0.5 : [0.35, 0.5, 0.65][number % 3]!;
  const middle = pointOn(start, { x: pull[0]!, y: start.y }, { x: pull[1]!, y: end.y }, end, share);
  const tip = endSide * 7;
  return element(
    'g',
    { class: `rw-edge ${kind}` },
    element('path', {
      class: 'rw-line',
      d: `M${round(start.x)} ${round(start.y)}C${round(pull[0]!)} ${round(start.y)} ${round(pull[1]!)} ${round(end.y)} ${round(end.x)} ${round(end.y)}`,
    }),
    element('path', { class: 'rw-tip', d: `M${round(end.x)} ${round(end.y)}l${tip} -4v8z` }),
    words('rw-label', middle.x + (isSame ? side * 14 : 0), middle.y - 4, label),
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;

interface Point {
  readonly x: number;
  readonly y: number;
}

function pointOn(a: Point, b: Point, c: Point, d: Point, at: number): Point {
  const [one, two, three, four] = [(1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at ** 2 * (1 - at), at ** 3];
  return {
    x: one * a.x + two * b.x + three * c.x + four * d.x,
    y: one * a.y + two * b.y + three * c.y + four * d.y,
  };
}

const style = [
  '.rw-execution{font:13px ui-monospace,monospace;--ink:#1b1f24;--paper:#fff;--faint:#c4c9d0;--box:#f3f5f8;--rf:#0a7a36;--fr:#b35900;--co:#1f5fbf;--dep:#7a3fa0;--bad:#c8102e}',
  '@media(prefers-color-scheme:dark){.rw-execution{--ink:#e6e9ee;--paper:#16191d;--faint:#4a515b;--box:#232830;--rf:#5fd08a;--fr:#f0a04b;--co:#7fb0ff;--dep:#c79be8;--bad:#ff6b7d}}',
  '.rw-ground{fill:var(--paper)}.rw-execution text{fill:var(--ink)}.rw-headline{font-weight:600}',
  '.rw-lane,.rw-text,.rw-label{text-anchor:middle}.rw-lane{font-weight:600}.rw-po{stroke:var(--faint);stroke-width:1.5}',
  '.rw-event rect{fill:var(--box);stroke:var(--faint)}.rw-plain rect{stroke-dasharray:4 3}',
  '.rw-edge{--c:var(--dep)}.rw-rf,.rw-rfe{--c:var(--rf)}.rw-fr{--c:var(--fr)}.rw-co{--c:var(--co)}.rw-forbidden{--c:var(--bad)}',
  '.rw-line{fill:none;stroke:var(--c);stroke-width:1.4}.rw-forbidden .rw-line{stroke-width:2.6}.rw-tip{fill:var(--c)}',
  '.rw-execution .rw-label{fill:var(--c);font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}',
].join('');
