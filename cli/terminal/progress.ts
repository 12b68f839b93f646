/** A progress line on a terminal; nothing in a pipe. */
import { count, rounded } from '../../checker/report/numbers.ts';
import { estimatedStates } from '../../checker/search/estimate.ts';

export interface SearchProgress {
  readonly states: number;
  readonly frontier: number;
  readonly depth: number;
  /** The number of the first state at each depth; left out where states are not numbered by depth. */
  readonly levels?: readonly number[];
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
    show: (reached, seconds) => {
      shown = true;
      const { states, frontier, depth, part } = reached;
      const place = `${count(states)} states, ${count(frontier)} to expand, depth ${depth}`;
      const rate = states / Math.max(seconds, 0.001);
      const line =
        part === undefined
          ? `${place}, ${rounded(rate)} states/s${stillToCome(reached, rate)}`
          : `${part}: ${place}`;
      stream.write(eraseLine + (stream.columns > 0 ? line.slice(0, stream.columns - 1) : line));
    },
    clear: () => {
      if (shown) stream.write(eraseLine);
    },
  };
}

/** For example `, about 60,000,000 in all: 4 min left`; empty as long as it cannot be told. */
function stillToCome({ states, levels = [] }: SearchProgress, rate: number): string {
  const all = estimatedStates(levels);
  if (all === null || all <= states) return '';
  return `, about ${rounded(all)} in all: ${duration((all - states) / rate)} left`;
}

/** Units: seconds. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
