/** A configuration: what all have in common, some copies of each group, and what the copies outside hold of each counter. */
import type { ProverFaults } from './faults.ts';
import type { Roles } from './roles.ts';
import { between, type AbstractNumber } from './interval.ts';

export interface Configuration {
  readonly common: number[];
  /** By group: the records of the copies that are inside. */
  readonly groups: number[][][];
  /** By counter and group, `counter * groups + group`: what those outside hold together; `most` and more alike. */
  readonly rest: number[];
}

export const copyOf = ({ common, groups, rest }: Configuration): Configuration => ({
  common: common.slice(),
  groups: groups.map((records) => records.map((record) => record.slice())),
  rest: rest.slice(),
});

/** Where an expression is evaluated, and what comes of a step. */
export interface StepConfiguration {
  config: Configuration;
  /** The group of the copy that moves, or -1 for a single thread. */
  readonly group: number;
  /** Its place among the copies of its group that are inside. */
  readonly me: number;
  /** The values of the bound variables, by level; of what runs over copies their places. */
  readonly bound: number[];
  /** What may go wrong, such as an index outside of its array. */
  fault: string | null;
  /** It follows a pointer to a copy outside: the step is taken where that copy is inside. */
  leads: boolean;
  /** Is given what may go wrong in a step. */
  readonly report: (what: string) => void;
}

const ignore = () => undefined;

export const contextOf = (
  config: Configuration,
  group = -1,
  me = 0,
  report: StepConfiguration['report'] = ignore,
): StepConfiguration => ({ config, group, me, bound: [], fault: null, leads: false, report });

export const forked = (context: StepConfiguration): StepConfiguration => ({
  ...context,
  config: copyOf(context.config),
  bound: context.bound.slice(),
});

/** What those outside hold, as an interval: from `most` on it is not known. */
export function rangeOf(rest: number, most: number): AbstractNumber {
  if (rest >= most) return { low: most, high: Infinity };
  return rest <= -most ? { low: -Infinity, high: -most } : rest;
}

/** All that stands for a value of an interval. */
export function saturated(low: number, high: number, most: number): readonly number[] {
  const from = Math.min(Math.max(low, -most), most);
  const to = Math.max(Math.min(high, most), -most);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** What those outside may hold once one more of them, with this share, is outside. */
export function withOutside(
  rest: number,
  share: number,
  most: number,
  faults: ProverFaults = {},
): readonly number[] {
  if (share === 0 || (faults.saturation === true && Math.abs(rest) === most && rest * share < 0))
    return [rest];
  const range = rangeOf(rest, most);
  if (typeof range === 'number') return saturated(range + share, range + share, most);
  return saturated(range.low + share, range.high + share, most);
}

/** What a counter may be. Where its domain is fixed it is inside of it: whatever leaves it is found where that happens. */
export function counterIn(
  { counters, groups }: Roles,
  config: Configuration,
  at: number,
  most: number,
): AbstractNumber {
  const { base, low, high } = counters[at]!;
  let inside = config.common[base]!;
  let below = 0;
  let above = 0;
  for (const [place, group] of groups.entries()) {
    for (const record of config.groups[place]!) inside += record[group.shares + at]!;
    const rest = config.rest[at * groups.length + place]!;
    below += rest <= -most ? -Infinity : rest;
    above += rest >= most ? Infinity : rest;
  }
  const from = inside + below;
  const to = inside + above;
  for (const _ in high.per) return between(from, to);
  const clamped = [Math.max(from, low), Math.min(to, high.constant)] as const;
  return clamped[0] <= clamped[1] ? between(clamped[0], clamped[1]) : between(from, to);
}
