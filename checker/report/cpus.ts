/** The CPUs of a trace: their threads and names. */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { CpuNumber } from '../trace/failed-claim.ts';
import type { Trace } from '../trace/trace.ts';

export interface TraceCpu {
  /** Counted from 0 in the order of the model's threads, idle CPUs included. */
  readonly number: number;
  /** The thread whose CPU it is. */
  readonly thread: string;
  /** True when that thread has several copies. */
  readonly replicated: boolean;
  /** The copies of threads that run on it, as `thread replica`: its own, and handlers. */
  readonly copies: ReadonlySet<string>;
}

/** The number of the CPU on which a copy of a thread runs. */
export const numberIn = (system: TransitionSystem): CpuNumber => {
  const all = allCpus(system);
  return (thread, replica) => all.find(({ copies }) => copies.has(`${thread} ${replica}`))!.number;
};

/** The name in sentences. */
export const whoIs = ({ thread, replicated, number }: TraceCpu): string =>
  replicated ? `${thread} (CPU ${number})` : thread;

/** The CPUs that execute a step of a trace. */
export function cpusOf(system: TransitionSystem, trace: Trace): readonly TraceCpu[] {
  const active = new Set(trace.steps.map(({ thread, replica }) => `${thread} ${replica}`));
  return allCpus(system).filter(({ copies }) => [...copies].some((copy) => active.has(copy)));
}

/** All CPUs, idle ones included. */
export function allCpus({ threads }: TransitionSystem): readonly TraceCpu[] {
  const hosts = threads.filter(({ thread }) => thread.on === null);
  return hosts
    .flatMap(({ thread }) => Array.from({ length: thread.cpus }, (_, replica) => ({ thread, replica })))
    .map(({ thread, replica }, number) => ({
      number,
      thread: thread.name,
      replicated: thread.cpus > 1,
      copies: new Set(
        threads
          .filter((other) => other.thread === thread || other.thread.on === thread.name)
          .map((other) => `${other.thread.name} ${replica}`),
      ),
    }));
}
