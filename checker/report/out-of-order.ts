/** What weakly ordered CPUs did out of the order of their text, in sentences that say why they may. */
import { printText } from '../language/print.ts';
import type { Trace, TraceStep } from '../trace/trace.ts';
import { whoIs, type TraceCpu } from './cpus.ts';

/** The sentences of a trace: loads of old values, and stores that others see before their CPU executes them. */
export function outOfOrderSentences(trace: Trace, cpus: readonly TraceCpu[]): readonly string[] {
  return trace.steps.flatMap((step, at) =>
    step.events.flatMap(({ statement, outOfOrder }) => {
      if (outOfOrder === undefined) return [];
      const cpu = cpuOf(step, cpus);
      const line = `'${printText(statement)}' (line ${statement.line})`;
      return [
        ...outOfOrder.old.map(
          ({ cell, value, newest, since, overwritten }) =>
            `${whoIs(cpu)} reads ${cell} in step ${at + 1} as it was before step ${overwritten + 1}: ${String(value)}, where memory has ` +
            `${String(newest)}${since === overwritten ? '' : ` since step ${since + 1}`}; no barrier, acquire or dependency ` +
            'puts this load behind that store',
        ),
        ...outOfOrder.early.map((cell) => {
          const executed = executedAt(trace, at, cell, cpu);
          const when = executed === null ? 'later' : `only in step ${executed + 1}`;
          return (
            `others see ${whoIs(cpu)}'s ${line} in step ${at + 1}, and it is executed ${when}: ` +
            `nothing orders this store to ${cell} behind what stands before it`
          );
        }),
        ...outOfOrder.late.map(
          ({ cell, since }) =>
            `the store to ${cell} of step ${since + 1} has not reached memory at the end: no barrier stands behind it, and nobody has read it`,
        ),
      ];
    }),
  );
}

const cpuOf = ({ thread, replica }: TraceStep, cpus: readonly TraceCpu[]): TraceCpu =>
  cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!;

/** The step in which the CPU executes the store that others have seen since a step, or null. */
function executedAt(trace: Trace, promised: number, cell: string, cpu: TraceCpu): number | null {
  const at = trace.steps.findIndex(
    ({ thread, replica, events }) =>
      cpu.copies.has(`${thread} ${replica}`) &&
      events.some(({ outOfOrder }) =>
        (outOfOrder?.seenBefore ?? []).some((store) => store.cell === cell && store.since === promised),
      ),
  );
  return at < 0 ? null : at;
}
