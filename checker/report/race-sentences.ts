/** Sentences about the races of a trace. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Trace } from '../trace/trace.ts';
import { isTrue, type Cells } from '../interpreter/evaluate.ts';
import type { Access } from '../interpreter/interpreter.ts';
import type { Value } from '../language/domain.ts';
import { cellNamesOf, type CellNames } from './cell-names.ts';
import { whoIs, type TraceCpu } from './cpus.ts';
import { isToldAsLate, type WaitingStore } from './late-stores.ts';
import { racesOf, type Race, type RacingAccess } from './races.ts';
import { partsOfCell, shownSteps, valueIn as cellIn, type ShownStep } from './shown-steps.ts';

/** One access of a race with its values. */
interface RaceSide {
  readonly who: string;
  readonly step: number;
  /** Null: it only writes. */
  readonly read: Value | null;
  /** Null: it only reads. */
  readonly written: Value | null;
}

/** A race and its sentence. */
export interface RaceSentence {
  readonly race: Race;
  readonly sentence: string;
}

/** The races whose order matters, in the order of the trace. */
export function racesInWords(
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
): readonly RaceSentence[] {
  const steps = shownSteps(system, trace);
  const names = cellNamesOf(system.model);
  return racesOf(system, trace).flatMap((race) => {
    const first = sideOf(race.first, race.cell, steps, cpus);
    const second = sideOf(race.second, race.cell, steps, cpus);
    if (race.isStale) return [{ race, sentence: staleSentence(race.cell, first, second, names) }];
    if (waitedFor(race, trace)) return [];
    if (!decides(first, second, valueBefore(trace, race))) return [];
    return [{ race, sentence: sentence(race.cell, first, second, names) }];
  });
}

/** The most sentences; the others are counted. */
const most = 6;

/**
 * Sentences about the races whose order matters, without those that delayed stores explain, in the order of the trace.
 */
export function raceSentences(
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
  late: readonly WaitingStore[] = [],
): readonly string[] {
  const told = racesInWords(system, trace, cpus).filter(({ race }) => !isToldAsLate(race, late));
  const sentences = [...new Set(told.map(({ sentence: text }) => text))];
  return sentences.length <= most
    ? sentences
    : [...sentences.slice(0, most), `and ${sentences.length - most} more`];
}

function sideOf(
  { step }: RacingAccess,
  cell: string,
  steps: readonly ShownStep[],
  cpus: readonly TraceCpu[],
): RaceSide {
  const { thread, replica, events } = steps[step]!;
  const cpu = cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!;
  const reads = events.flatMap((event) => event.reads);
  const writes = events.flatMap((event) => event.writes);
  return {
    who: whoIs(cpu),
    step: step + 1,
    read: valueIn(reads, cell),
    written: valueIn(writes, cell),
  };
}

const valueIn = (accesses: readonly Access[], cell: string) =>
  accesses.findLast((access) => access.cell === cell)?.value ?? null;

/** Whether the second access waited for the first, as for a lock, which orders the two. */
function waitedFor({ cell, first, second }: Race, trace: Trace): boolean {
  const { thread, replica, edge } = trace.steps[second.step]!;
  const { guard } = edge.transition;
  if (guard === null) return false;
  const { shared, threads } = before(trace, second.step);
  const state = { shared: withCell(shared, cell, cellIn(before(trace, first.step).shared, cell)), threads };
  return !isTrue(guard, { state, thread, replica, bound: [], ends: {} });
}

const before = (trace: Trace, step: number) => (step === 0 ? trace.initial : trace.steps[step - 1]!.after);

function withCell(shared: Cells, cell: string, value: Value): Cells {
  const { name, index } = partsOfCell(cell);
  return {
    ...shared,
    [name]: index === null ? value : (shared[name] as readonly Value[]).with(index, value),
  };
}

/** The value of the cell before the first of the two accesses. */
const valueBefore = (trace: Trace, { cell, first }: Race): Value =>
  cellIn(before(trace, first.step).shared, cell);

/** Whether the other order gives another value to a reader or to memory. */
function decides(first: RaceSide, second: RaceSide, original: Value): boolean {
  if (first.written === null) return second.written !== first.read;
  if (second.written === null) return second.read !== original;
  return first.written !== second.written;
}

function sentence(cell: string, first: RaceSide, second: RaceSide, names: CellNames): string {
  const value = (of: Value) => names.value(cell, of);
  return `${first.who} ${deed(first, names.cell(cell), value)} before ${second.who} ${deed(second, 'it', value)}`;
}

const staleSentence = (cell: string, first: RaceSide, second: RaceSide, names: CellNames): string => {
  const [read, written] = [second.read, first.written].map((value) => names.value(cell, value!));
  return `${second.who} reads stale ${names.cell(cell)} == ${read} (step ${second.step}) although ${first.who} set it to ${written} (step ${first.step})`;
};

function deed({ read, written, step }: RaceSide, cell: string, name: (value: Value) => string): string {
  const at = `(step ${step})`;
  if (written === null)
    return cell === 'it' ? `read it as ${name(read!)} ${at}` : `read ${cell} == ${name(read!)} ${at}`;
  if (read === null) return `set ${cell} to ${name(written)} ${at}`;
  return read === written
    ? `left ${cell} at ${name(read)} ${at}`
    : `took ${cell} from ${name(read)} to ${name(written)} ${at}`;
}
