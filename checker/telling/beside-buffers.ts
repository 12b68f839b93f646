/** What a step did, told without the cells of store buffers: they are inside of a CPU, and the kernel has no name for them. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Value } from '../language/domain.ts';
import type { AnyDeclaration, Declarations } from '../language/variable.ts';
import type { TraceStep } from '../search/trace.ts';
import type { Event } from '../state/interpret.ts';

export interface ShownEvent extends Event {
  /** The cells of memory whose stores it put into the buffer of its CPU. */
  readonly waits: readonly string[];
  /** The cells of memory that it saw as its CPU has stored them, while the stores still wait. */
  readonly forwarded: readonly string[];
  /** The cells of memory that it saw as they were before others stored to them. */
  readonly old: readonly string[];
}

export interface ShownStep extends TraceStep {
  readonly events: readonly ShownEvent[];
}

export function besideBuffers(step: TraceStep, { model: { shared } }: TransitionTable): ShownStep {
  return { ...step, events: step.events.map((event) => shown(event, step.replica, shared)) };
}

function shown(event: Event, replica: number, shared: Declarations): ShownEvent {
  const outside = <T extends { readonly cell: string }>(accesses: readonly T[]) =>
    accesses.filter(({ cell }) => declarationOf(cell, shared)?.insideCpu === undefined);
  const named = (cell: string, value: Value) => nameIn(cell, value, replica, shared);
  const reads = outside(event.reads);
  // A load that finds its cell in a slot looks no further; one that finds it in none has looked at all, and reads memory.
  const found = event.reads.findLast(({ cell, value }) => named(cell, value) !== null);
  const isForwarded = found !== undefined && reads.length === 0 && event.writes.length === 0;
  const waits = pushed(event, replica, shared);
  // What waits for an old value of its cell names it first.
  const [first] = event.reads.filter(({ cell }) => declarationOf(cell, shared)?.insideCpu === 'old values');
  const isOld =
    first !== undefined && !isForwarded && reads.length + event.writes.length + waits.length === 0;
  return {
    ...event,
    reads,
    writes: outside(event.writes),
    changes: outside(event.changes),
    waits,
    forwarded: isForwarded ? [named(found.cell, found.value)!] : [],
    old: isOld ? [numbered(declarationOf(first.cell, shared)!, first.value, replica) ?? []].flat() : [],
  };
}

/** The cells whose stores an event put into free slots. What leaves a buffer fills no slot that was free. */
export const pushed = (
  { changes }: Pick<Event, 'changes'>,
  replica: number,
  shared: Declarations,
): readonly string[] =>
  changes.flatMap(({ cell, from, to }) =>
    nameIn(cell, from, replica, shared) === null ? (nameIn(cell, to, replica, shared) ?? []) : [],
  );

/** The cell of memory whose number a slot of a store buffer holds, or null: the slot is free, or no slot at all. */
function nameIn(cell: string, value: Value, replica: number, shared: Declarations): string | null {
  const declaration = declarationOf(cell, shared);
  return declaration?.insideCpu === 'store buffer' ? numbered(declaration, value, replica) : null;
}

/** What the cell is called whose number a part of a CPU holds, or null where it holds none. */
function numbered({ cellNames }: AnyDeclaration, value: Value, replica: number): string | null {
  const name = cellNames?.[Number(value)];
  return name === undefined || name === '' ? null : name.replace('[cpu]', `[${replica}]`);
}

/** The declaration of the variable that a cell, such as `pte[0]`, belongs to. */
const declarationOf = (cell: string, shared: Declarations) => shared[cell.split('[', 1)[0]!];
