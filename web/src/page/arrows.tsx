/** Arrows over the lanes, drawn at the rendered positions of rows. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { TraceLine } from '../../../checker/report/trace-line.ts';

export interface LaneArrow {
  /** Steps, from 0. */
  readonly from: number;
  readonly to: number;
  /** Two racing accesses, a delayed store that reaches memory, or a store that others see before its CPU executes it. */
  readonly kind: 'race' | 'delay' | 'early';
  readonly title: string;
}

interface ArrowEnds {
  /** Both ends of the text in the row, and the middle of its height. */
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

interface ArrowPath {
  readonly arrow: LaneArrow;
  readonly d: string;
  readonly tip: string;
}

interface ArrowsProps {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly arrows: readonly LaneArrow[];
  /** The shown rows, on which positions depend. */
  readonly rows: readonly TraceLine[];
  readonly pointed: number | null;
}

export function Arrows({ place, arrows, rows, pointed }: ArrowsProps) {
  const [paths, setPaths] = useState<readonly ArrowPath[]>([]);
  useLayoutEffect(() => {
    const lanes = place.current;
    if (lanes === null) return undefined;
    const draw = () => setPaths(pathsIn(lanes, arrows));
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(lanes);
    return () => observer.disconnect();
  }, [place, arrows, rows]);
  return (
    <svg class={`arrows ${pointed === null ? '' : 'one'}`} aria-hidden="true">
      {paths.map(({ arrow, d, tip }) => (
        <g
          key={`${arrow.kind} ${arrow.from} ${arrow.to}`}
          class={`${arrow.kind} ${arrows[pointed ?? -1] === arrow ? 'pointed' : ''}`}
        >
          <path class="halo" d={d} />
          <path class="line" d={d} />
          <path class="tip" d={tip} />
        </g>
      ))}
    </svg>
  );
}

/** The distance from text to line, and between two lines beside each other. */
const gap = 6;
const track = 7;
const bend = 5;
/** From the text back over the dot on the line of its CPU. */
const beforeDot = 18;

function pathsIn(lanes: HTMLElement, arrows: readonly LaneArrow[]): readonly ArrowPath[] {
  const isTight = getComputedStyle(lanes).getPropertyValue('--tight').trim() === '1';
  const width = lanes.clientWidth;
  const used: {
    readonly channel: number;
    readonly track: number;
    readonly top: number;
    readonly bottom: number;
  }[] = [];
  return arrows.flatMap((arrow) => {
    const [from, to] = [pointOf(lanes, arrow.from), pointOf(lanes, arrow.to)];
    if (from === null || to === null) return [];
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    // Lines run along the right lane, where no text of other lanes is.
    const channel = isTight ? width : Math.max(from.left, to.left) - beforeDot - gap;
    let lane = 0;
    const isTaken = (other: number) =>
      used.some(
        (one) => one.channel === channel && one.track === other && one.top <= bottom && top <= one.bottom,
      );
    while (isTaken(lane)) lane++;
    used.push({ channel, track: lane, top, bottom });
    const x = isTight ? width - 4 - lane * track : channel - lane * track;
    return [{ arrow, ...pathOf(from, to, x) }];
  });
}

function pathOf(from: ArrowEnds, to: ArrowEnds, x: number): { readonly d: string; readonly tip: string } {
  const start = x < from.left ? from.left - beforeDot : from.right + gap;
  const end = x < to.left ? to.left - beforeDot : to.right + gap;
  const out = Math.sign(x - start) * Math.min(bend, Math.abs(x - start));
  const back = Math.sign(end - x) * Math.min(bend, Math.abs(end - x));
  const d = [
    `M${start} ${from.y} H${x - out}`,
    `Q${x} ${from.y} ${x} ${from.y + bend}`,
    `V${to.y - bend}`,
    `Q${x} ${to.y} ${x + back} ${to.y}`,
    `H${end}`,
  ].join(' ');
  const side = end < x ? -1 : 1;
  return { d, tip: `M${end} ${to.y} l${-7 * side} -4 v8 z` };
}

function pointOf(lanes: HTMLElement, step: number): ArrowEnds | null {
  const text = lanes.querySelector<HTMLElement>(`.row[data-step="${step + 1}"] .text`);
  if (text === null) return null;
  const origin = lanes.getBoundingClientRect();
  const [first] = text.getClientRects();
  const own = first ?? text.getBoundingClientRect();
  return {
    left: own.left - origin.left,
    right: own.right - origin.left,
    y: own.top - origin.top + own.height / 2,
  };
}
