/** The races of a trace: pairs of accesses by different CPUs that nothing else in the trace orders. */
import type { TransitionSystem } from '../program/transition-system.ts';
import { cpuOf } from '../trace/fewest-switches.ts';
import type { Trace } from '../trace/trace.ts';
import { delaysOf } from './delays.ts';
import { shownSteps, type ShownStep } from './shown-steps.ts';

/** One side of a race; `step` counts from 0. */
export interface RacingAccess {
  readonly step: number;
  readonly writes: boolean;
}

export interface Race {
  readonly cell: string;
  readonly first: RacingAccess;
  readonly second: RacingAccess;
  /** The second reads the value from before the first. */
  readonly isStale: boolean;
}

interface CellAccess extends RacingAccess {
  readonly cell: string;
}

/**
 * All races of a trace, in the order of their second access.
 *
 * Two accesses race when they conflict (same cell, at least one writes), belong to different CPUs, and no chain of
 * other conflicts leads from the first to the second; a buffered store leads to its arrival in memory. A stale read
 * always races with the store that overwrote the value: if anything ordered the two, the read would not be stale.
 * Source: the reversible races of dynamic partial-order reduction (Flanagan and Godefroid, POPL 2005).
 */
export function racesOf(system: TransitionSystem, trace: Trace): readonly Race[] {
  const steps = shownSteps(system, trace);
  const accesses = steps.map(accessesOf);
  const owner = steps.map(({ thread, replica }) => `${thread} ${replica}`);
  const owners = [...new Set(owner)];
  const lane = owner.map((name) => owners.indexOf(name));
  const cpu = steps.map(({ edge }) => cpuOf(system, edge));
  const arrivals = new Set(delaysOf(system, trace).map(({ store, drain }) => `${store} ${drain}`));
  const races: Race[] = [];
  /** before[b][lane]: the last step of that lane that happens before b, or -1. */
  const before: number[][] = [];
  for (const [b, own] of accesses.entries()) {
    const past = owners.map(() => -1);
    before[b] = past;
    for (let a = b - 1; a >= 0; a--) {
      const other = lane[a]!;
      if (past[other]! >= a) continue;
      const pair = other === lane[b] ? null : conflict(accesses[a]!, own);
      if (other !== lane[b] && pair === null && !arrivals.has(`${a} ${b}`)) continue;
      if (pair !== null && cpu[a] !== cpu[b]) races.push(pair);
      for (const [at, last] of before[a]!.entries()) past[at] = Math.max(past[at]!, last);
      past[other] = a;
    }
    races.push(...staleIn(steps, b));
  }
  return races;
}

function accessesOf({ events }: ShownStep, step: number): readonly CellAccess[] {
  const reads = events
    .flatMap((event) => event.reads)
    .filter(({ from }) => from === 'memory')
    .map(({ cell }) => ({ cell, step, writes: false }));
  const writes = events.flatMap((event) => event.writes.map(({ cell }) => ({ cell, step, writes: true })));
  return [...writes, ...reads];
}

function conflict(first: readonly CellAccess[], second: readonly CellAccess[]): Race | null {
  for (const a of first)
    for (const b of second)
      if (a.cell === b.cell && (a.writes || b.writes))
        return { cell: a.cell, first: a, second: b, isStale: false };
  return null;
}

/** The stale reads of a step, each with the step that overwrote the value. */
function staleIn(steps: readonly ShownStep[], at: number): readonly Race[] {
  const old = steps[at]!.events.flatMap(({ reads }) => reads.filter(({ from }) => from === 'old value'));
  return old.flatMap(({ cell, value }): readonly Race[] => {
    const step = steps
      .slice(0, at)
      .findLastIndex(({ events }) =>
        events.some(({ changes }) => changes.some((change) => change.cell === cell && change.from === value)),
      );
    if (step < 0) return [];
    return [{ cell, first: { step, writes: true }, second: { step: at, writes: false }, isStale: true }];
  });
}
