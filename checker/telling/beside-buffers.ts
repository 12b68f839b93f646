/** What a step did, told without the cells of store buffers: they are inside of a CPU, and the kernel has no name for them. */
import type { TransitionTable } from '../analysis/transition-table.ts';
import type { Declarations } from '../language/variable.ts';
import type { TraceStep } from '../search/trace.ts';
import type { Event } from '../state/interpret.ts';

export interface ShownEvent extends Event {
  /** What the store buffer of the CPU had to do with it, or null. */
  readonly buffered: string | null;
}

export interface ShownStep extends TraceStep {
  readonly events: readonly ShownEvent[];
}

export function besideBuffers(step: TraceStep, { model: { shared } }: TransitionTable): ShownStep {
  return { ...step, events: step.events.map((event) => shown(event, shared)) };
}

/** Whether a cell, such as `pte[0]`, is part of a CPU and not of memory. */
const isInside = (cell: string, shared: Declarations) => shared[cell.split('[', 1)[0]!]?.insideCpu === true;

function shown(event: Event, shared: Declarations): ShownEvent {
  const outside = <T extends { readonly cell: string }>(accesses: readonly T[]) =>
    accesses.filter(({ cell }) => !isInside(cell, shared));
  const [reads, writes, changes] = [outside(event.reads), outside(event.writes), outside(event.changes)];
  return {
    ...event,
    reads,
    writes,
    changes,
    buffered: deed(event, shared, reads.length + writes.length > 0),
  };
}

/** A slot in use holds the number of a cell, from 1 on: a store fills a slot, a load that finds its cell looks no further. */
function deed(event: Event, shared: Declarations, touchesMemory: boolean): string | null {
  if (touchesMemory) return null;
  const isUsedSlot = (cell: string, value: unknown) =>
    typeof value === 'number' && value > 0 && isInside(cell, shared);
  if (event.changes.some(({ cell, to }) => isUsedSlot(cell, to))) return 'waits in the store buffer';
  return event.reads.some(({ cell, value }) => isUsedSlot(cell, value)) ? 'sees its own store' : null;
}
