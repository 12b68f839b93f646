/** Searches the executions of a candidate: who reads from whom, and in which order the writes to a location come. */
import * as r from './relation.ts';
import type { LitmusValue } from '../litmus-test.ts';
import type { ComputedValue } from '../values.ts';
import { derive, srcuSectionsOf, type AxiomName, type Derived } from './axioms.ts';
import type { Candidate, ExecutionEvent } from './candidate.ts';
import { plainAccesses } from './races.ts';
import type { Relation } from './relation.ts';
import { evaluate, isMet } from './terms.ts';

/** Stands for a value that comes out of thin air: nothing but a circle of reads and writes says what it is. */
export const thinAir = '(thin air)';

/** An execution that no axiom forbids. */
export interface Execution {
  readonly candidate: Candidate;
  readonly derived: Derived;
  readonly hasRace: boolean;
  readonly flags: readonly string[];
}

export interface SearchQuestion {
  /** The locations whose last write is asked for. */
  readonly observed: readonly string[];
  /** Whether anybody is interested in what the choices so far lead to; `last` is null while it is open. */
  readonly isWanted: (at: ReachedState, last: ReadonlyMap<string, LitmusValue> | null) => boolean;
  /** Called for each execution; returns whether to look for another one with the same reads and last writes. */
  readonly found: (execution: Execution, at: ReachedState, last: ReadonlyMap<string, LitmusValue>) => boolean;
  /** Called now and then; may throw to end the search. */
  readonly tick: () => void;
  readonly without: readonly AxiomName[];
  /** Looks at complete choices alone, as the law of the search does. */
  readonly isNaive: boolean;
  /** Tries what coherence and atomicity forbid, too. */
  readonly isLawless: boolean;
  /** Threads that run the same, in the order that their first writes are taken in. */
  readonly ordered: readonly (readonly [before: number, after: number])[];
}

export interface ReachedState {
  readonly candidate: Candidate;
  /** The value of a term of a thread. */
  readonly valueIn: (thread: number, term: Parameters<typeof evaluate>[0]) => ComputedValue | undefined;
}

interface SearchNode {
  /** By id of a read: the id of the write that it reads from, or -1. */
  readonly sources: Int32Array;
  /** Transitively closed. */
  readonly order: Relation;
}

export function search(candidate: Candidate, asked: SearchQuestion): void {
  const order = firstOrder(candidate, asked);
  if (order === null || !exchange(order, candidate, asked)) return;
  const node = { sources: new Int32Array(candidate.size).fill(-1), order };
  if (saturate(node, candidate, asked))
    chooseSources(node, candidate, { ...asked, odds: { asked: 0, forbidden: 0 } });
}

/** Takes threads that run the same in one order; false where that contradicts. */
function exchange(order: Relation, { events }: Candidate, { ordered }: SearchQuestion): boolean {
  const firstWrite = (thread: number) =>
    events.find((one) => one.thread === thread && one.kind === 'write' && one.mark !== 'srcu-unlock');
  return ordered.every(([before, after]) => {
    const [one, other] = [firstWrite(before), firstWrite(after)];
    return one === undefined || addOrder(order, one.id, other!.id);
  });
}

/** How often the axioms were asked about a part of an execution, and how often they forbade it. */
interface Odds {
  asked: number;
  forbidden: number;
}

type SearchContext = SearchQuestion & { readonly odds: Odds };

/** Asking costs more than going on where the answer is nearly always the same. */
function isWorthAsking({ odds }: SearchContext): boolean {
  odds.asked += 1;
  return odds.asked < 32 || odds.forbidden * 16 > odds.asked || odds.asked % 64 === 0;
}

/** What holds of any execution: memory's first write is first, a process's own are in its order. */
function firstOrder(candidate: Candidate, { isLawless }: SearchQuestion): Relation | null {
  const order = r.empty(candidate.size);
  for (const writes of candidate.writes.values())
    for (const [at, one] of writes.entries())
      for (const other of writes.slice(at + 1))
        if (one.thread < 0 || (one.thread === other.thread && !isLawless)) r.add(order, one.id, other.id);
  for (const [lock, unlock] of candidate.unlockOf)
    if (unlock < 0)
      for (const other of candidate.writes.get(candidate.events[lock]!.location)!)
        if (other.id !== lock && !addOrder(order, other.id, lock)) return null;
  return order;
}

/** Adds a pair and what follows from it; false where it contradicts. */
function addOrder(order: Relation, before: number, after: number): boolean {
  if (r.has(order, before, after)) return true;
  if (before === after || r.has(order, after, before)) return false;
  const { size, words, bits } = order;
  for (let from = 0; from < size; from++)
    if (from === before || r.has(order, from, before)) {
      for (let at = 0; at < words; at++) bits[from * words + at]! |= bits[after * words + at]!;
      r.add(order, from, after);
    }
  return true;
}

/** Orders all that coherence and atomicity leave no choice about; false where they contradict each other. */
function saturate(
  { sources, order }: SearchNode,
  { reads, writes, events, unlockOf }: Candidate,
  { isLawless }: SearchQuestion,
): boolean {
  if (isLawless) return true;
  for (let before = -1, after = countOf(order); before !== after; before = after, after = countOf(order)) {
    for (const read of reads) {
      const source = sources[read.id]!;
      if (source < 0) continue;
      const half = events[read.id + 1];
      const write = half?.partner === read.id ? half.id : -1;
      for (const { id, thread } of writes.get(read.location)!) {
        if (id === source) continue;
        if (thread === read.thread) {
          const [before, after] = id < read.id ? [id, source] : [source, id];
          if (!addOrder(order, before, after)) return false;
        }
        if (write < 0 || id === write) continue;
        // Nothing comes between the halves of an atomic operation.
        if (r.has(order, id, write) && !addOrder(order, id, source)) return false;
        if (r.has(order, source, id) && !addOrder(order, write, id)) return false;
      }
      for (const later of reads)
        if (later.thread === read.thread && later.id > read.id && later.location === read.location) {
          const next = sources[later.id]!;
          if (next >= 0 && next !== source && !addOrder(order, source, next)) return false;
        }
    }
    for (const [lock, unlock] of unlockOf)
      if (unlock >= 0)
        for (const { id } of writes.get(events[lock]!.location)!)
          if (id !== lock && id !== unlock) {
            if (r.has(order, lock, id) && !addOrder(order, unlock, id)) return false;
            if (r.has(order, id, unlock) && !addOrder(order, id, lock)) return false;
          }
  }
  return true;
}

const countOf = ({ bits }: Relation): number => {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count += 1;
  return count;
};

/** The values that the choices so far give, each found once. */
function valuesAt({ sources }: SearchNode, { events, idAt }: Candidate): ReachedState['valueIn'] {
  const known = new Map<number, ComputedValue | undefined>();
  const open = new Set<number>();
  const readAt = (id: number): ComputedValue | undefined => {
    if (known.has(id)) return known.get(id);
    const source = sources[id]!;
    if (source < 0) return undefined;
    if (open.has(id)) return thinAir;
    open.add(id);
    const write = events[source]!;
    const value = valueIn(write.thread, write.value!);
    open.delete(id);
    known.set(id, value);
    return value;
  };
  const valueIn: ReachedState['valueIn'] = (thread, term) =>
    evaluate(term, (event) => readAt(idAt[thread]![event]!));
  return valueIn;
}

function chooseSources(node: SearchNode, candidate: Candidate, asked: SearchContext): void {
  asked.tick();
  const valueIn = valuesAt(node, candidate);
  const isContradicted = candidate.paths.some((path, thread) =>
    path.requirements.some(({ term, is }) => isMetBy(valueIn(thread, term), is) === false),
  );
  if (isContradicted) return;
  const at = { candidate, valueIn };
  if (!asked.isWanted(at, null)) return;
  const open = candidate.reads.filter(({ id }) => node.sources[id]! < 0);
  if (open.length === 0) {
    chooseLast(node, at, asked);
    return;
  }
  const choices = open.map((read) => ({ read, sources: sourcesFor(read, node, candidate, asked.isLawless) }));
  const ways = choices.reduce((product, { sources }) => product * sources.length, 1);
  if (ways === 0) return;
  if (ways > fewWays && open.length < candidate.reads.length && !asked.isNaive && isWorthAsking(asked))
    if (isForbidden(node, candidate, asked)) {
      asked.odds.forbidden += 1;
      return;
    }
  const next = asked.isNaive
    ? choices[0]!
    : choices.reduce((best, one) => (rank(one) < rank(best) ? one : best));
  for (const source of next.sources) {
    const sources = node.sources.slice();
    sources[next.read.id] = source;
    const child = { sources, order: r.copy(node.order) };
    if (saturate(child, candidate, asked)) chooseSources(child, candidate, asked);
  }
}

/** Below so many ways to go on, going on is cheaper than asking the axioms. */
const fewWays = 12;

/** Locks first: what is in their sections follows from their order. */
const rank = ({ read, sources }: { readonly read: ExecutionEvent; readonly sources: readonly number[] }) =>
  sources.length <= 1 ? 0 : (read.mark === 'lock-read' ? 100 : read.isAtomic ? 200 : 300) + sources.length;

const isMetBy = (value: ComputedValue | undefined, is: boolean | string): boolean | undefined =>
  isMet({ term: { kind: 'read', event: 0 }, is }, () => value);

/** The writes that a read can still find. */
function sourcesFor(
  read: ExecutionEvent,
  { sources, order }: SearchNode,
  candidate: Candidate,
  isLawless: boolean,
): readonly number[] {
  const { events, reads, writes } = candidate;
  const isHalf = events[read.id + 1]?.partner === read.id;
  const own = writes.get(read.location)!.filter(({ id, thread }) => thread === read.thread && id < read.id);
  const lastOwn = own.at(-1);
  return writes
    .get(read.location)!
    .filter((write) => {
      if (!fits(read, write, lastOwn)) return false;
      if (isLawless) return write.id !== read.id + 1 || !isHalf;
      if (write.thread === read.thread && write !== lastOwn) return false;
      if (lastOwn !== undefined && r.has(order, write.id, lastOwn.id)) return false;
      // No two atomic operations read from the same write.
      return (
        !isHalf ||
        !reads.some((other) => sources[other.id] === write.id && events[other.id + 1]?.partner === other.id)
      );
    })
    .map(({ id }) => id);
}

/** Locks are found free where they are free, and taken where they are taken. */
function fits(read: ExecutionEvent, write: ExecutionEvent, lastOwn: ExecutionEvent | undefined): boolean {
  if (read.mark === 'lock-read' || read.mark === 'is-unlocked')
    return write.thread < 0 || write.mark === 'unlock';
  if (read.mark !== 'lock-failed' && read.mark !== 'is-locked') return true;
  // Inside of its own section a process sees its own lock.
  return write.mark === 'lock-write' && (lastOwn?.mark !== 'lock-write' || write === lastOwn);
}

const choicesOf = ({ sources, order }: SearchNode, { size, reads }: Candidate) => {
  const readsFrom = r.empty(size);
  for (const { id } of reads) if (sources[id]! >= 0) r.add(readsFrom, sources[id]!, id);
  return { readsFrom, coherence: order };
};

const isForbidden = (node: SearchNode, candidate: Candidate, { without }: SearchQuestion): boolean =>
  typeof derive(candidate, choicesOf(node, candidate), without) === 'string';

/** Every read has its source: now the last writes that are asked for. */
function chooseLast(node: SearchNode, at: ReachedState, asked: SearchQuestion): void {
  const { candidate } = at;
  const locations = asked.observed.filter((location) => candidate.writes.has(location));
  const choose = (index: number, current: SearchNode, last: ReadonlyMap<string, LitmusValue>): void => {
    if (index === locations.length) {
      if (asked.isWanted(at, last)) chooseOrder(current, at, { last, asked });
      return;
    }
    const location = locations[index]!;
    const writes = candidate.writes.get(location)!;
    for (const write of writes) {
      if (writes.some((other) => r.has(current.order, write.id, other.id))) continue;
      const child = { sources: current.sources, order: r.copy(current.order) };
      if (!writes.every((other) => other === write || addOrder(child.order, other.id, write.id))) continue;
      if (!saturate(child, candidate, asked)) continue;
      const value = at.valueIn(write.thread, write.value!);
      if (value === null || value === undefined) continue;
      choose(index + 1, child, new Map(last).set(location, value));
    }
  };
  choose(0, node, new Map());
}

interface Ending {
  readonly last: ReadonlyMap<string, LitmusValue>;
  readonly asked: SearchQuestion;
}

/** Orders the writes pair by pair; returns whether anybody wants more. */
function chooseOrder(node: SearchNode, at: ReachedState, { last, asked }: Ending): boolean {
  asked.tick();
  const { candidate } = at;
  const pairs = unordered(node, candidate);
  const pair = pairs[0] ?? null;
  // Where little is left to decide, trying it costs less than asking before.
  if (pair === null || (pairs.length > fewPairs && !asked.isNaive)) {
    const derived = derive(candidate, choicesOf(node, candidate), asked.without);
    if (typeof derived === 'string') return true;
    if (pair === null) {
      const plain = candidate.known.mayRace ? plainAccesses(candidate, derived) : 'no race';
      if (plain === 'forbidden' && !asked.without.includes('plain-coherence')) return true;
      const flags = [...candidate.known.flags, ...srcuFlags(candidate, derived.readsFrom)];
      return asked.found({ candidate, derived, hasRace: plain === 'race', flags }, at, last);
    }
  }
  const [one, other] = pair;
  for (const [before, after] of [
    [one, other],
    [other, one],
  ] as const) {
    const child = { sources: node.sources, order: r.copy(node.order) };
    if (!addOrder(child.order, before, after) || !saturate(child, candidate, asked)) continue;
    if (!chooseOrder(child, at, { last, asked })) return false;
  }
  return true;
}

const fewPairs = 2;

/** Writes to one location whose order is open, as many pairs as tell few from more. */
function unordered({ order }: SearchNode, { writes }: Candidate): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  for (const all of writes.values())
    for (const [at, one] of all.entries())
      for (const other of all.slice(at + 1))
        if (!r.has(order, one.id, other.id) && !r.has(order, other.id, one.id)) {
          pairs.push([one.id, other.id]);
          if (pairs.length > fewPairs) return pairs;
        }
  return pairs;
}

/** Sections of SRCU that do not match one to one. */
function srcuFlags(candidate: Candidate, readsFrom: Relation): readonly string[] {
  if (!candidate.known.hasSrcu) return [];
  const pairs = r.pairsOf(srcuSectionsOf(candidate, readsFrom));
  const flags: string[] = [];
  for (const { id, mark } of candidate.events) {
    const own = pairs.filter(([end, begin]) => (mark === 'srcu-lock' ? begin : end) === id).length;
    if (mark === 'srcu-lock' && own === 0) flags.push('unmatched-srcu-lock');
    if (mark === 'srcu-unlock' && own === 0) flags.push('unmatched-srcu-unlock');
    if (mark === 'srcu-lock' && own > 1) flags.push('multiple-srcu-matches');
  }
  return flags;
}
