/** The export to SVG: a trace as lanes, with arrows between racing accesses. */
import { wrap } from '../../report/wrap.ts';
import type { ExportedTrace } from './exported-trace.ts';
import { lanesOf, metrics, textWidth, titleOf, type Arrow, type Lane, type LaneRow } from './lanes-layout.ts';
import { element, escapeXml } from '../xml.ts';

const { margin, text: large, beside: small, indent, gap } = metrics;

/** Narrower pictures leave no room for the headline. */
const least = 560;

/**
 * A self-contained SVG; it follows the light or dark scheme of the reader.
 *
 * Shape:  classes begin with `rw-`, so that it can stand in a page.
 */
export function toSvg(exported: ExportedTrace): string {
  const width = Math.max(least, lanesOf(exported, 0).width);
  const columns = Math.floor((width - 2 * margin) / large.width);
  const heading = wrap(exported.headline, columns, 2);
  const top = margin + (heading.length + 2) * large.line;
  const { lanes, rows, arrows, bottom } = lanesOf(exported, top);
  const end = exported.end === null ? [] : wrap(`=> ${exported.end}`, columns, 3);
  const legend = legendOf(arrows);
  const below = bottom + large.line;
  const height = below + (end.length + legend.length) * large.line + margin;
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'rw-lanes', role: 'img', ...sizes(width, height) },
    element('title', {}, escapeXml(exported.headline)),
    element('style', {}, style),
    element('rect', { class: 'rw-ground', width: '100%', height: '100%' }),
    ...heading.map((line, at) => words('rw-headline', margin, margin + (at + 0.5) * large.line, line)),
    ...lanes.map((lane) => drawnLane(lane, top, bottom)),
    ...arrows.map((arrow) => drawnArrow(arrow, lanes)),
    ...rows.map((row) => drawnRow(row, lanes[row.lane]!)),
    ...end.map((line, at) => words('rw-end', margin, below + at * large.line, line)),
    ...legend.map(([kind, told], at) =>
      element(
        'g',
        { class: kind, transform: `translate(${margin} ${below + (end.length + at) * large.line})` },
        element('path', { class: 'rw-line', d: 'M0 0H22' }),
        element('path', { class: 'rw-tip', d: 'M28 0l-7 -4v8z' }),
        words('rw-beside', 36, 0, told),
      ),
    ),
  );
}

const sizes = (width: number, height: number) => ({
  width,
  height,
  viewBox: `0 0 ${width} ${height}`,
});

const words = (kind: string, x: number, y: number, text: string) =>
  element('text', { class: kind, x, y }, escapeXml(text));

function drawnLane({ cpu, x }: Lane, top: number, bottom: number): string {
  return element(
    'g',
    { class: colour(cpu.number) },
    words('rw-title', x - 5, top - large.line, titleOf(cpu)),
    element('line', { class: 'rw-lane', x1: x, x2: x, y1: top - 6, y2: bottom }),
  );
}

const colour = (cpu: number) => `rw-cpu-${cpu % 6}`;

function drawnRow({ line, y, text, beside }: LaneRow, { cpu, x }: Lane): string {
  const left = x + indent;
  const under = y + (text.length - 1) * large.line + (large.line + small.line) / 2;
  const number = line.step === null ? [] : [String(line.step)];
  return element(
    'g',
    { class: colour(cpu.number) },
    ...number.map((step) => words('rw-number', margin + 3 * large.width, y, step)),
    ...number.map(() => element('circle', { class: 'rw-step', cx: x, cy: y, r: 3.5 })),
    ...text.map((part, at) =>
      words(line.kind === 'note' ? 'rw-note' : 'rw-text', left, y + at * large.line, part),
    ),
    ...beside.map((part, at) =>
      words(part.includes('→') ? 'rw-beside rw-change' : 'rw-beside', left, under + at * small.line, part),
    ),
  );
}

const bend = 5;

/** From one row along the channel to the other. */
function drawnArrow({ kind, from, to, x, title }: Arrow, lanes: readonly Lane[]): string {
  const [start, end] = [sideOf(from, lanes, x), sideOf(to, lanes, x)];
  const [out, back] = [Math.sign(x - start) * bend, Math.sign(end - x) * bend];
  const path = [
    `M${start} ${from.y}H${x - out}`,
    `Q${x} ${from.y} ${x} ${from.y + bend}`,
    `V${to.y - bend}`,
    `Q${x} ${to.y} ${x + back} ${to.y}`,
    `H${end}`,
  ].map((part) => part.replaceAll(/\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1)))));
  return element(
    'g',
    { class: `rw-${kind}` },
    element('title', {}, escapeXml(title)),
    element('path', { class: 'rw-line', d: path.join('') }),
    element('path', { class: 'rw-tip', d: `M${end.toFixed(1)} ${to.y}l${end < x ? '7 -4v8' : '-7 -4v8'}z` }),
  );
}

/** The end of an arrow: the dot of its step, or the end of its text. */
function sideOf({ lane, text }: LaneRow, lanes: readonly Lane[], channel: number): number {
  const { x } = lanes[lane]!;
  return x > channel ? x - gap : x + indent + textWidth(text[0]!) + gap;
}

function legendOf(arrows: readonly Arrow[]): readonly (readonly [string, string])[] {
  const told = {
    race: 'nothing orders these two accesses',
    delay: 'a store that waited in the store buffer reaches memory',
  };
  return (['race', 'delay'] as const)
    .filter((kind) => arrows.some((arrow) => arrow.kind === kind))
    .map((kind) => [`rw-${kind}`, told[kind]]);
}

interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly dim: string;
  readonly race: string;
  readonly cpus: readonly string[];
}

const light: Palette = {
  ground: '#fff',
  ink: '#1c1e21',
  dim: '#5c636b',
  race: '#b3261e',
  cpus: ['#0b62a8', '#9c2a7a', '#1d7340', '#5a4fc2', '#8a5a00', '#00707c'],
};

const dark: Palette = {
  ground: '#16181b',
  ink: '#e6e8ea',
  dim: '#a0a7af',
  race: '#ff8a80',
  cpus: ['#7cbcff', '#f08fd0', '#7fd49b', '#b3a9ff', '#e8b45c', '#6fd3df'],
};

const variables = ({ cpus, ...inks }: Palette) =>
  [
    `.rw-lanes{${Object.entries(inks)
      .map(([name, ink]) => `--${name}:${ink}`)
      .join(';')}}`,
    ...cpus.map((ink, cpu) => `.rw-cpu-${cpu}{--cpu:${ink}}`),
  ].join('');

const style = [
  variables(light),
  `@media(prefers-color-scheme:dark){${variables(dark)}}`,
  `.rw-lanes text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:${large.size}px;fill:var(--ink);dominant-baseline:central;white-space:pre}`,
  '.rw-ground{fill:var(--ground)}',
  '.rw-lanes .rw-headline,.rw-lanes .rw-title{font-weight:bold}',
  '.rw-lanes .rw-title{fill:var(--cpu)}',
  '.rw-lanes .rw-number{fill:var(--dim);text-anchor:end}',
  '.rw-lanes .rw-note{fill:var(--dim);font-style:italic}',
  `.rw-lanes .rw-beside{fill:var(--dim);font-size:${small.size}px}`,
  '.rw-lanes .rw-change{fill:var(--ink)}',
  '.rw-lanes .rw-end{fill:var(--race);font-weight:bold}',
  '.rw-lane{stroke:var(--cpu);stroke-width:1;opacity:.45}',
  '.rw-step{fill:var(--cpu)}',
  '.rw-line{fill:none;stroke-width:1.4}',
  '.rw-race .rw-line{stroke:var(--race)}.rw-race .rw-tip{fill:var(--race)}',
  '.rw-delay .rw-line{stroke:var(--dim);stroke-dasharray:4 3}.rw-delay .rw-tip{fill:var(--dim)}',
].join('');
