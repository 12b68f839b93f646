/** The lanes, names and colours of CPUs. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { allCpus, cpusOf, type TraceCpu } from '../../../checker/report/cpus.ts';

/** Up to so many CPUs all have lanes; of more, only active ones. */
const few = 4;

export function shownCpus(system: TransitionSystem, trace: Trace): readonly TraceCpu[] {
  const all = allCpus(system);
  if (all.length <= few) return all;
  const active = cpusOf(system, trace);
  return active.length === 0 ? all.slice(0, few) : active;
}

/** The CPU that a copy of a thread runs on. */
export const cpuOf = (system: TransitionSystem, thread: string, replica: number): TraceCpu =>
  allCpus(system).find(({ copies }) => copies.has(`${thread} ${replica}`))!;

/** The name of a copy, with a number if there are several. */
export const copyName = (system: TransitionSystem, thread: string, replica: number): string =>
  (system.model.threads.find(({ name }) => name === thread)?.cpus ?? 1) > 1 ? `${thread} ${replica}` : thread;
