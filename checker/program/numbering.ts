/** Numbers in place of names: the values, shared cells, copies of threads and local cells of a model. */
import type { AnyDomain, Value } from '../language/domain.ts';
import type { Declarations } from '../language/variable.ts';
import type { ThreadTable, TransitionSystem } from './transition-system.ts';

/** The cells of a variable: one for a scalar, consecutive ones for an array. */
export interface CellRange {
  readonly first: number;
  readonly length: number;
  readonly isArray: boolean;
  readonly domain: AnyDomain;
}

/** One copy of a thread; copies are numbered through the whole model. */
export interface ThreadCopy {
  /** Position in `TransitionSystem.threads`. */
  readonly thread: number;
  readonly replica: number;
  readonly table: ThreadTable;
}

export interface Numbering {
  readonly system: TransitionSystem;
  /** The domain of each shared cell. */
  readonly cells: readonly AnyDomain[];
  readonly shared: ReadonlyMap<string, CellRange>;
  /** By thread: where its locals stand in a local state. Position 0 is the location. */
  readonly locals: readonly ReadonlyMap<string, CellRange>[];
  /** By thread: numbers in a local state, the location included. */
  readonly widths: readonly number[];
  readonly copies: readonly ThreadCopy[];
  /** By thread name: the number of its copy 0. */
  readonly firstCopy: ReadonlyMap<string, number>;
  /** The numbers of the named values; names outside of all domains are added when they are first used. */
  readonly names: Map<string, number>;
}

export function numberingOf(system: TransitionSystem): Numbering {
  const { model, threads } = system;
  const shared = rangesOf(model.shared, 0);
  const locals = threads.map(({ thread }) => rangesOf(thread.locals, 1));
  const copies = threads.flatMap((own, thread) =>
    Array.from({ length: own.thread.cpus }, (_, replica) => ({ thread, replica, table: own })),
  );
  const all = [shared, ...locals].flatMap((ranges) => [...ranges.values()]);
  const named = all.flatMap(({ domain }) => (domain.kind === 'values' ? domain.values : []));
  return {
    system,
    shared,
    locals,
    copies,
    cells: cellDomains(shared),
    widths: locals.map((ranges) => 1 + cellDomains(ranges).length),
    firstCopy: new Map(
      threads.map(({ thread }, at) => [thread.name, copies.findIndex((copy) => copy.thread === at)]),
    ),
    names: new Map([...new Set(named)].map((name, at) => [name, at])),
  };
}

function rangesOf(declarations: Declarations, start: number): ReadonlyMap<string, CellRange> {
  const ranges = new Map<string, CellRange>();
  let first = start;
  for (const [name, { domain, initial, length }] of Object.entries(declarations)) {
    ranges.set(name, { first, length: initial.length, isArray: length !== null, domain });
    first += initial.length;
  }
  return ranges;
}

const cellDomains = (ranges: ReadonlyMap<string, CellRange>): readonly AnyDomain[] =>
  [...ranges.values()].flatMap(({ length, domain }) => Array.from({ length }, () => domain));

/** Numbers stand for themselves, 0 and 1 for false and true; names are numbered through the model. */
export function numberOf(names: Map<string, number>, value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const known = names.get(value) ?? names.size;
  names.set(value, known);
  return known;
}

export function valueFrom(names: ReadonlyMap<string, number>, domain: AnyDomain, number: number): Value {
  switch (domain.kind) {
    case 'bool':
      return number === 1;
    case 'range':
      return number;
    case 'values':
      return domain.values.find((name) => names.get(name) === number)!;
  }
}

/** All numbers of a domain, in the order of its ordinals. */
export function numbersOf(names: Map<string, number>, domain: AnyDomain): readonly number[] {
  switch (domain.kind) {
    case 'bool':
      return [0, 1];
    case 'range':
      return Array.from({ length: domain.high - domain.low + 1 }, (_, at) => domain.low + at);
    case 'values':
      return domain.values.map((name) => numberOf(names, name));
  }
}

export function hasNumber(names: ReadonlyMap<string, number>, domain: AnyDomain, number: number): boolean {
  switch (domain.kind) {
    case 'bool':
      return number === 0 || number === 1;
    case 'range':
      return number >= domain.low && number <= domain.high;
    case 'values':
      return domain.values.some((name) => names.get(name) === number);
  }
}
