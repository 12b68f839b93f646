/** Which CPUs have a lane, and what each is called and coloured by. */
import type { TransitionSystem } from '../../../checker/program/transition-system.ts';
import type { Trace } from '../../../checker/trace/trace.ts';
import { allCpus, cpusOf, type TraceCpu } from '../../../checker/report/cpus.ts';

/** So many CPUs all have a lane; of more, only those that do something. */
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

/** A copy by its name: the number only where there are several. */
export const copyName = (system: TransitionSystem, thread: string, replica: number): string =>
  (system.model.threads.find(({ name }) => name === thread)?.cpus ?? 1) > 1 ? `${thread} ${replica}` : thread;
