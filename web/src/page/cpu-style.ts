/** Which CPUs have a lane, and what each is called and coloured by. */
import type { TransitionTable } from '../../../checker/program/transition-system.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { allCpus, cpusOf, type Cpu } from '../../../checker/report/cpus.ts';

/** So many CPUs all have a lane; of more, only those that do something. */
const few = 4;

export function shownCpus(table: TransitionTable, trace: Trace): readonly Cpu[] {
  const all = allCpus(table);
  if (all.length <= few) return all;
  const active = cpusOf(table, trace);
  return active.length === 0 ? all.slice(0, few) : active;
}

/** The CPU that a copy of a thread runs on. */
export const cpuOf = (table: TransitionTable, thread: string, replica: number): Cpu =>
  allCpus(table).find(({ copies }) => copies.has(`${thread} ${replica}`))!;

/** A copy by its name: the number only where there are several. */
export const copyName = (table: TransitionTable, thread: string, replica: number): string =>
  (table.model.threads.find(({ name }) => name === thread)?.cpus ?? 1) > 1 ? `${thread} ${replica}` : thread;
