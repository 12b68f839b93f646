/** The answer of a check as JSON. */
import { withFallbacks } from '../checker/language/option.ts';
import { printText } from '../checker/language/print.ts';
import type { Statistics } from '../checker/search/outcome.ts';
import type { Race } from '../checker/search/races.ts';
import { racesOf } from '../checker/search/races.ts';
import { asymmetries } from '../checker/analysis/symmetry.ts';
import type { Report } from './check-report.ts';
import type { CheckResult } from './check-schema.ts';
import type { TransitionTable } from '../checker/analysis/transition-table.ts';
import type { ShownStep } from '../checker/telling/beside-buffers.ts';
import { besideBuffers } from '../checker/telling/beside-buffers.ts';
import type { WaitingStore } from '../checker/telling/late-stores.ts';
import { lateStores } from '../checker/telling/late-stores.ts';
import type { Cpu } from '../checker/telling/cpus.ts';
import { cpusOf } from '../checker/telling/cpus.ts';
import { memoryCaveat } from '../checker/telling/memory-caveat.ts';
import type { OutOfOrder } from '../checker/state/interpret.ts';
import { harmIn, headline, textOf } from '../checker/telling/verdict-text.ts';

type Step = NonNullable<CheckResult['trace']>[number];

export function checkJson(report: Report): CheckResult {
  const { source, chosen, table, outcome, trace, seconds } = report;
  const { name, options } = source.definition;
  const cpus = trace === null ? [] : cpusOf(table, trace);
  return {
    kind: 'check',
    model: name,
    file: source.file,
    scenario: source.scenario?.name ?? null,
    options: withFallbacks(options, chosen),
    verdict: outcome.verdict,
    summary: headline(outcome),
    covers: memoryCaveat(chosen, outcome.verdict),
    property: outcome.verdict === 'violated' ? outcome.property : null,
    witnesses: outcome.verdict === 'unreached' ? [...outcome.witnesses] : [],
    harm: trace === null ? null : harmIn(table, outcome, trace),
    minimal: 'minimal' in outcome ? outcome.minimal : null,
    statistics: statisticsJson(outcome.statistics, seconds),
    toldApart: [...asymmetries(table)],
    neverFired: unfired(report),
    trace: trace === null ? null : trace.steps.map((step) => stepJson(besideBuffers(step, table), cpus)),
    races: trace === null ? [] : racesOf(trace).filter(isOfMemory(table)).map(raceJson),
    lateStores: trace === null ? [] : lateStores(table, trace, cpus).map(lateJson),
  };
}

export function statisticsJson(statistics: Statistics, seconds: number): CheckResult['statistics'] {
  const { states, transitions, depth, bytes, endless, method } = statistics;
  return { states, transitions, depth, bytes, seconds, endless, method };
}

function unfired({ table, outcome }: Report): CheckResult['neverFired'] {
  return outcome.statistics.unfired.map((transition) => {
    const owner = table.threads.find(({ locations }) => locations.flat().includes(transition))!;
    return { thread: owner.thread.name, line: transition.statement.line, text: textOf(transition) };
  });
}

function stepJson({ thread, replica, events }: ShownStep, cpus: readonly Cpu[]): Step {
  return {
    thread,
    replica,
    cpu: cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!.number,
    events: events.map(({ statement, taken, chosen, reads, changes, waits, forwarded, old, outOfOrder }) => ({
      line: statement.line,
      text: printText(statement),
      taken,
      chosen,
      reads: [...reads],
      changes: [...changes],
      waits: [...waits],
      forwarded: [...forwarded],
      old: [...old, ...(outOfOrder?.old ?? []).map(({ cell }) => cell)],
      outOfOrder: outOfOrder === undefined ? null : outOfOrderJson(outOfOrder),
    })),
  };
}

const outOfOrderJson = ({
  old,
  early,
  seenBefore,
  late,
}: OutOfOrder): Step['events'][number]['outOfOrder'] => ({
  old: old.map((one) => ({ ...one, since: one.since + 1 })),
  early: [...early],
  seenBefore: seenBefore.map((one) => ({ ...one, since: one.since + 1 })),
  late: late.map((one) => ({ ...one, since: one.since + 1 })),
});

/** A CPU's own store buffer is no memory: its cells are touched by the CPU and by the agent that empties it. */
const isOfMemory =
  ({ model: { shared } }: TransitionTable) =>
  ({ cell }: Race) =>
    shared[cell.split('[', 1)[0]!]?.insideCpu === undefined;

const lateJson = ({ cell, cpu, stored, arrived, missedBy }: WaitingStore) => ({
  cell,
  cpu: cpu.number,
  stored: stored + 1,
  arrived: arrived === null ? null : arrived + 1,
  missedBy: missedBy.map((by) => ({ cpu: by.cpu.number, step: by.step + 1, value: by.value })),
});

const raceJson = ({ cell, first, second }: Race) => ({
  cell,
  first: { step: first.step + 1, writes: first.writes },
  second: { step: second.step + 1, writes: second.writes },
});
