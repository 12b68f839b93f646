/** A configuration: the common cells, some copies of each group, and the shares that copies outside hold of each counter. */
import type { ProverFaults } from './faults.ts';
import type { Counter, Roles } from './roles.ts';
import { between, highest, lowest, type AbstractNumber } from './interval.ts';

/** How exactly a proof knows the shares of copies outside. */
export interface Precision {
  /** Their sum is exact below this number, and "that many or more" from there on. */
  readonly most: number;
  /** The proof is about at most so many copies of each thread; Infinity: about any number. */
  readonly upTo: number;
}

/** Larger shares, in units of their counter, count as unbounded. */
export const largestShare = 3;

export interface Configuration {
  readonly common: number[];
  /** By group: the records of the copies inside. */
  readonly groups: number[][][];
  /** By `counter * groups + group`: the sum of the shares of copies outside, saturated at `most`. */
  readonly rest: number[];
}

export const copyOf = ({ common, groups, rest }: Configuration): Configuration => ({
  common: common.slice(),
  groups: groups.map((records) => records.map((record) => record.slice())),
  rest: rest.slice(),
});

/** The context of an evaluation or a step. */
export interface StepConfiguration {
  config: Configuration;
  /** The group of the running copy, or -1 for a single thread. */
  readonly group: number;
  /** Its index among the copies of its group inside. */
  readonly me: number;
  /** The values of the bound variables, by level; a variable over copies holds an index inside. */
  readonly bound: number[];
  /** A possible error, such as an index outside its array. */
  fault: string | null;
  /** The step follows a pointer to a copy outside; a configuration with that copy inside takes the step. */
  leads: boolean;
  /** Receives each possible error of a step. */
  readonly report: (what: string) => void;
  /** By key: the locals of the running copy of which the step knows that they equal a counter plus a number. */
  readonly known: Map<string, CounterValue>;
}

/** The value of a counter plus a number. */
export interface CounterValue {
  readonly counter: number;
  readonly plus: number;
}

const ignore = () => undefined;

export const contextOf = (
  config: Configuration,
  group = -1,
  me = 0,
  report: StepConfiguration['report'] = ignore,
): StepConfiguration => ({
  config,
  group,
  me,
  bound: [],
  fault: null,
  leads: false,
  report,
  known: new Map(),
});

export const forked = (context: StepConfiguration): StepConfiguration => ({
  ...context,
  config: copyOf(context.config),
  bound: context.bound.slice(),
  known: new Map(context.known),
});

/** The sum of shares outside, as an interval: once it is saturated, up to what all copies outside may hold. */
export function rangeOf(rest: number, { most, upTo }: Precision, { unit }: Counter): AbstractNumber {
  const largest = upTo * largestShare * unit;
  if (rest >= most) return { low: most, high: largest };
  return rest <= -most ? { low: -largest, high: -most } : rest;
}

/** The saturated representatives of the values of an interval. */
export function saturated(low: number, high: number, most: number): readonly number[] {
  const from = Math.min(Math.max(low, -most), most);
  const to = Math.max(Math.min(high, most), -most);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** The possible sums outside after one more copy, with this share, leaves. */
export function withOutside(
  rest: number,
  share: number,
  precision: Precision,
  counter: Counter,
  faults: ProverFaults = {},
): readonly number[] {
  const { most } = precision;
  if (share === 0 || (faults.saturation === true && Math.abs(rest) === most && rest * share < 0))
    return [rest];
  const range = rangeOf(rest, precision, counter);
  if (typeof range === 'number') return saturated(range + share, range + share, most);
  return saturated(range.low + share, range.high + share, most);
}

/** The possible values of a counter. A fixed domain bounds them: each step checks that the counter stays inside. */
export function counterIn(
  { counters, groups }: Roles,
  config: Configuration,
  at: number,
  precision: Precision,
): AbstractNumber {
  const { base, low, high } = counters[at]!;
  let inside = config.common[base]!;
  let below = 0;
  let above = 0;
  for (const [place, group] of groups.entries()) {
    for (const record of config.groups[place]!) inside += record[group.shares + at]!;
    const rest = rangeOf(config.rest[at * groups.length + place]!, precision, counters[at]!);
    below += lowest(rest);
    above += highest(rest);
  }
  const from = inside + below;
  const to = inside + above;
  for (const _ in high.per) return between(from, to);
  const clamped = [Math.max(from, low), Math.min(to, high.constant)] as const;
  return clamped[0] <= clamped[1] ? between(clamped[0], clamped[1]) : between(from, to);
}
