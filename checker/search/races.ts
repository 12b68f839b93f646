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
  const owners = [...new Set(owner)];
  const lane = owner.map((name) => owners.indexOf(name));
  const races: Race[] = [];
  /** before[b][lane] is the last step of that lane that happens before b, and with it all that are before it; or -1. */
  const before: number[][] = [];
  for (const [b, own] of accesses.entries()) {
    const past = owners.map(() => -1);
    before[b] = past;
    for (let a = b - 1; a >= 0; a--) {
      const other = lane[a]!;
      if (past[other]! >= a) continue;
      const pair = other === lane[b] ? null : conflict(accesses[a]!, own);
      if (other !== lane[b] && pair === null) continue;
      if (pair !== null) races.push(pair);
      for (const [at, last] of before[a]!.entries()) past[at] = Math.max(past[at]!, last);
      past[other] = a;
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
