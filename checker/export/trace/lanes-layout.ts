/** The layout of a trace as lanes: one for each CPU, time downwards. */
import { delaysOf } from '../../report/delays.ts';
import { cpusOf, type TraceCpu } from '../../report/cpus.ts';
import { racesInWords } from '../../report/race-sentences.ts';
import type { TraceLine } from '../../report/trace-line.ts';
import { traceLines } from '../../report/trace-lines.ts';
import { wrap } from '../../report/wrap.ts';
import type { ExportedTrace } from './exported-trace.ts';

/** In pixels; the widths of characters are those of the widest of the usual monospaced fonts, 0.61 of their size. */
export const metrics = {
  text: { size: 13, width: 7.93, line: 18 },
  beside: { size: 11, width: 6.71, line: 15 },
  margin: 16,
  /** From the line of a lane to its text. */
  indent: 12,
  gap: 7,
  /** Room for the tip of an arrow. */
  tip: 7,
  /** From one arrow to the next beside it. */
  track: 8,
} as const;

/** The widest a lane becomes, in characters of text. */
const widest = 44;

export interface LaneRow {
  readonly line: TraceLine;
  readonly lane: number;
  /** The middle of its first line of text. */
  readonly y: number;
  readonly text: readonly string[];
  readonly beside: readonly string[];
}

export interface Lane {
  readonly cpu: TraceCpu;
  /** Of its vertical line. */
  readonly x: number;
}

/** An arrow between two rows; it runs along a channel on the left of a lane. */
export interface Arrow {
  /** Two unordered accesses, or a delayed store that reaches memory. */
  readonly kind: 'race' | 'delay';
  readonly from: LaneRow;
  readonly to: LaneRow;
  readonly x: number;
  readonly title: string;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly rows: readonly LaneRow[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  /** Below the last row. */
  readonly bottom: number;
}

type UnplacedArrow = Omit<Arrow, 'x'> & { readonly lane: number; readonly track: number };

/** Rows begin at `top`. */
export function lanesOf(exported: ExportedTrace, top: number): Lanes {
  const cpus = cpusOf(exported.system, exported.trace);
  const lines = traceLines(exported.system, exported.trace, cpus);
  const { rows, bottom } = rowsOf(lines, top);
  const arrows = tracked(arrowsOf(exported, cpus, rows));
  const numbers = metrics.margin + 4 * metrics.text.width;
  let right = numbers;
  const lanes = cpus.map((cpu, lane): Lane => {
    const tracks = arrows.filter((arrow) => arrow.lane === lane).map(({ track }) => track + 1);
    const x = right + metrics.gap * 2 + metrics.tip + Math.max(0, ...tracks) * metrics.track;
    right =
      x +
      metrics.indent +
      widthOf(
        cpu,
        rows.filter((row) => row.lane === lane),
      );
    return { cpu, x };
  });
  return {
    lanes,
    rows,
    bottom,
    width: Math.ceil(right + metrics.margin),
    arrows: arrows.map(({ lane, track, ...arrow }) => ({
      ...arrow,
      x: lanes[lane]!.x - metrics.gap - metrics.tip - (track + 0.5) * metrics.track,
    })),
  };
}

export const titleOf = ({ number, thread }: TraceCpu): string => `CPU ${number}: ${thread}`;

/** The right end of a row's first line, as far as the text begins at `x`. */
export const textWidth = (text: string): number => text.length * metrics.text.width;

const widthOf = (cpu: TraceCpu, rows: readonly LaneRow[]) =>
  Math.max(
    textWidth(titleOf(cpu)),
    ...rows.flatMap(({ text, beside }) => [
      ...text.map(textWidth),
      ...beside.map((part) => part.length * metrics.beside.width),
    ]),
  );

function rowsOf(lines: readonly TraceLine[], top: number) {
  let bottom = top;
  const wider = Math.floor((widest * metrics.text.width) / metrics.beside.width);
  const rows = lines.map((line): LaneRow => {
    const text = wrap(line.text, widest, 4);
    const beside = line.beside.flatMap((part) => wrap(part.text.replace(' -> ', ' → '), wider, 2));
    const y = bottom + metrics.text.line / 2;
    bottom += text.length * metrics.text.line + beside.length * metrics.beside.line + 2;
    return { line, lane: line.cpu, y, text, beside };
  });
  return { rows, bottom };
}

function arrowsOf({ system, trace }: ExportedTrace, cpus: readonly TraceCpu[], rows: readonly LaneRow[]) {
  // The row of a step, or the fold that contains it.
  const rowOf = (step: number) =>
    rows.find(({ line }) => line.step === step + 1) ?? rows.findLast(({ line }) => line.of <= step + 1);
  const races = racesInWords(system, trace, cpus).map(
    ({ race, sentence }) => ['race', race.first.step, race.second.step, sentence] as const,
  );
  const delays = delaysOf(system, trace).flatMap(({ store, drain, text }) =>
    drain === null ? [] : [['delay', store, drain, `${text} reaches memory`] as const],
  );
  return [...races, ...delays].flatMap(([kind, first, second, title]) => {
    const [from, to] = [rowOf(first), rowOf(second)];
    return from === undefined || to === undefined || from === to ? [] : [{ kind, from, to, title }];
  });
}

/** Places overlapping arrows side by side; each runs along the right one of its lanes. */
function tracked(arrows: readonly Omit<Arrow, 'x'>[]): readonly UnplacedArrow[] {
  const placed: UnplacedArrow[] = [];
  for (const arrow of arrows) {
    const lane = Math.max(arrow.from.lane, arrow.to.lane);
    const isTaken = (track: number) =>
      placed.some((other) => other.lane === lane && other.track === track && overlap(other, arrow));
    let track = 0;
    while (isTaken(track)) track++;
    placed.push({ ...arrow, lane, track });
  }
  return placed;
}

const overlap = (one: Pick<Arrow, 'from' | 'to'>, other: Pick<Arrow, 'from' | 'to'>) =>
  one.from.y <= other.to.y && other.from.y <= one.to.y;
