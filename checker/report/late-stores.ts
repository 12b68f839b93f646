/** The delayed stores of a trace: other CPUs read the old value while the store was in its store buffer. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Value } from '../language/domain.ts';
import type { Trace } from '../trace/trace.ts';
import { whoIs, type TraceCpu } from './cpus.ts';
import type { Race } from './races.ts';
import { shownSteps } from './shown-steps.ts';

/** A buffered store; steps count from 0. */
export interface WaitingStore {
  readonly cell: string;
  readonly cpu: TraceCpu;
  readonly stored: number;
  /** The step in which it reached memory; null: it has not when the trace ends. */
  readonly arrived: number | null;
  /** Reads of other CPUs in between. */
  readonly missedBy: readonly ValueRead[];
}

export interface ValueRead {
  readonly cpu: TraceCpu;
  readonly step: number;
  readonly value: Value;
}

/** The stores that others missed, in program order. */
export const lateStores = (
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
): readonly WaitingStore[] =>
  waitingStores(system, trace, cpus).filter(({ missedBy }) => missedBy.length > 0);

/** All buffered stores, in the order of execution. */
export function waitingStores(
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
): readonly WaitingStore[] {
  let stores: readonly WaitingStore[] = [];
  for (const [step, { thread, replica, events }] of shownSteps(system, trace).entries()) {
    const cpu = cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!;
    for (const event of events) {
      for (const { cell, value, from } of event.reads)
        if (from === 'memory') stores = missed(stores, cell, { cpu, step, value });
      for (const { cell, value } of event.writes) stores = arrived(stores, cell, { cpu, step, value });
      stores = [
        ...stores,
        ...event.waits.map(({ cell }) => ({ cell, cpu, stored: step, arrived: null, missedBy: [] })),
      ];
    }
  }
  return stores;
}

const missed = (stores: readonly WaitingStore[], cell: string, by: ValueRead) =>
  stores.map((store) =>
    store.cell === cell && store.arrived === null && store.cpu !== by.cpu
      ? { ...store, missedBy: [...store.missedBy, by] }
      : store,
  );

/** The oldest store to the cell arrives; reads of its value did not miss it. */
function arrived(stores: readonly WaitingStore[], cell: string, { cpu, step, value }: ValueRead) {
  const oldest = stores.find((store) => store.cell === cell && store.arrived === null && store.cpu === cpu);
  return stores.map((store) =>
    store === oldest
      ? { ...store, arrived: step, missedBy: store.missedBy.filter((reading) => reading.value !== value) }
      : store,
  );
}

/** One sentence for each delayed store, with or without step numbers. */
export const lateSentences = (late: readonly WaitingStore[], numbered = true): readonly string[] =>
  late.map(({ cell, cpu, stored, arrived: arrival, missedBy }) => {
    const at = (steps: readonly number[]) =>
      numbered ? ` (step${steps.length > 1 ? 's' : ''} ${steps.map((step) => step + 1).join(', ')})` : '';
    const readings = [
      ...Map.groupBy(missedBy, (by) => `${whoIs(by.cpu)} read ${cell} == ${String(by.value)}`),
    ].map(([reading, same]) => reading + at(same.map(({ step }) => step)));
    const left = arrival === null || !numbered ? '' : `; it reached memory in step ${arrival + 1}`;
    return `${whoIs(cpu)}'s store to ${cell}${at([stored])} was still in its store buffer when ${readings.join(' and ')}${left}`;
  });

/** Whether the sentence of a delayed store already describes a race. */
export const isToldAsLate = ({ cell, first, second }: Race, late: readonly WaitingStore[]): boolean =>
  late.some(
    (store) =>
      store.cell === cell &&
      store.arrived === second.step &&
      store.missedBy.some(({ step }) => step === first.step),
  );
