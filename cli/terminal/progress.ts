/** A progress line on a terminal; nothing in a pipe. */
import { count, rounded } from '../../checker/report/numbers.ts';

export interface SearchProgress {
  readonly states: number;
  readonly frontier: number;
  readonly depth: number;
  /** The part of the work, if it has several. */
  readonly part?: string;
}

export interface ProgressLine {
  readonly show: (reached: SearchProgress, seconds: number) => void;
  readonly clear: () => void;
}

const silent: ProgressLine = { show: () => undefined, clear: () => undefined };

const eraseLine = '\r\u001B[K';

export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return silent;
  let shown = false;
  return {
    show: ({ states, frontier, depth, part }, seconds) => {
      shown = true;
      const place = `${count(states)} states, ${count(frontier)} to expand, depth ${depth}`;
      const rate = rounded(states / Math.max(seconds, 0.001));
      const line = part === undefined ? `${place}, ${rate} states/s` : `${part}: ${place}`;
      stream.write(eraseLine + (stream.columns > 0 ? line.slice(0, stream.columns - 1) : line));
    },
    clear: () => {
      if (shown) stream.write(eraseLine);
    },
  };
}
