/** The races of a trace: pairs of accesses by different threads whose order nothing else in the trace decides. */
import type { Trace } from './trace.ts';

/** One side of a race; `step` counts from 0. */
export interface RacingAccess {
  readonly step: number;
  readonly writes: boolean;
}

export interface Race {
  readonly cell: string;
  readonly first: RacingAccess;
  readonly second: RacingAccess;
}

interface Access extends RacingAccess {
  readonly cell: string;
}

/**
 * All races of a trace, in the order of their second access.
 *
 * Two accesses race when they conflict (same cell, at least one writes), belong to different threads, and no chain of
 * other conflicts leads from the first to the second.
 * Source: the reversible races of dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005).
 */
export function racesOf(trace: Trace): readonly Race[] {
  const accesses = trace.steps.map((step, at) => accessesOf(step.events, at));
  const owner = trace.steps.map(({ thread, replica }) => `${thread} ${replica}`);
  const races: Race[] = [];
  /** before[b] holds every step that happens before b. */
  const before: Set<number>[] = [];
  for (const [b, own] of accesses.entries()) {
    const past = new Set<number>();
    before[b] = past;
    for (let a = b - 1; a >= 0; a--) {
      const pair = conflict(accesses[a]!, own);
      if (owner[a] !== owner[b] && pair !== null && !past.has(a)) races.push(pair);
      if (owner[a] === owner[b] || pair !== null) for (const step of [a, ...before[a]!]) past.add(step);
    }
  }
  return races;
}

function accessesOf(events: Trace['steps'][number]['events'], step: number): readonly Access[] {
  const reads = events.flatMap((event) => event.reads.map(({ cell }) => ({ cell, step, writes: false })));
  const writes = events.flatMap((event) => event.writes.map(({ cell }) => ({ cell, step, writes: true })));
  return [...writes, ...reads];
}

function conflict(first: readonly Access[], second: readonly Access[]): Race | null {
  for (const a of first)
    for (const b of second)
      if (a.cell === b.cell && (a.writes || b.writes)) return { cell: a.cell, first: a, second: b };
  return null;
}
