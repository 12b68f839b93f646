/** The races of a trace in words: which accesses nothing but chance has ordered. */
import type { Race, RacingAccess } from '../checker/search/races.ts';
import { racesOf } from '../checker/search/races.ts';
import type { Trace } from '../checker/search/trace.ts';
import type { Access, Event } from '../checker/state/interpret.ts';
import type { Value } from '../checker/language/domain.ts';
import type { Cpu } from './cpus.ts';

/** One access of a race with the values that it had to do with. */
interface Side {
  readonly who: string;
  readonly step: number;
  /** The value read, or null when it only writes. */
  readonly read: Value | null;
  /** The value written, or null when it only reads. */
  readonly written: Value | null;
  /** True when the step waited for what it read. */
  readonly waits: boolean;
}

/** More pairs than a reader takes in; those that are left out are counted. */
const most = 6;

/** One sentence a race, in the order of the trace; pairs whose order makes no difference are left out. */
export function raceSentences(trace: Trace, cpus: readonly Cpu[]): readonly string[] {
  const told = racesOf(trace).flatMap((race) => {
    const first = sideOf(race.first, race.cell, trace, cpus);
    const second = sideOf(race.second, race.cell, trace, cpus);
    if (first.who === second.who || first.waits || second.waits) return [];
    const known = valueBefore(trace, race);
    return decides(first, second, known) ? [sentence(race.cell, first, second)] : [];
  });
  const sentences = [...new Set(told)];
  return sentences.length <= most
    ? sentences
    : [...sentences.slice(0, most), `and ${sentences.length - most} more`];
}

function sideOf({ step }: RacingAccess, cell: string, trace: Trace, cpus: readonly Cpu[]): Side {
  const { thread, replica, events } = trace.steps[step]!;
  const cpu = cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!;
  const reads = events.flatMap((event) => event.reads);
  const writes = events.flatMap((event) => event.writes);
  return {
    who: cpu.replicated ? `${cpu.thread} (CPU ${cpu.number})` : cpu.thread,
    step: step + 1,
    read: valueIn(reads, cell),
    written: valueIn(writes, cell),
    waits: events.some((event) => waitsFor(event, cell)),
  };
}

const valueIn = (accesses: readonly Access[], cell: string) =>
  accesses.findLast((access) => access.cell === cell)?.value ?? null;

const waitsFor = ({ statement, reads }: Event, cell: string) =>
  statement.kind === 'step' && statement.guard !== null && reads.some((read) => read.cell === cell);

/** The value of the cell before the first of the two accesses. */
function valueBefore(trace: Trace, { cell, first }: Race): Value {
  const shared = (first.step === 0 ? trace.initial : trace.steps[first.step - 1]!.after).shared;
  const [, name = cell, index] = /^(.*?)(?:\[(\d+)\])?$/.exec(cell) ?? [];
  const stored = shared[name]!;
  return index === undefined ? (stored as Value) : (stored as readonly Value[])[Number(index)]!;
}

/** Whether the other order would have given a reader another value, or left another value behind. */
function decides(first: Side, second: Side, before: Value): boolean {
  if (first.written === null) return second.written !== first.read;
  if (second.written === null) return second.read !== before;
  // Two additions come to the same in either order; a look at the count on the way does not.
  if (first.read !== null && second.read !== null) return first.written !== second.written;
  return first.written !== second.written;
}

function sentence(cell: string, first: Side, second: Side): string {
  return `${first.who} ${deed(first, cell)} before ${second.who} ${deed(second, 'it')}`;
}

function deed({ read, written, step }: Side, cell: string): string {
  const at = `(step ${step})`;
  if (written === null)
    return cell === 'it' ? `read it as ${String(read)} ${at}` : `read ${cell} == ${String(read)} ${at}`;
  return read === null
    ? `set ${cell} to ${String(written)} ${at}`
    : `took ${cell} from ${String(read)} to ${String(written)} ${at}`;
}
