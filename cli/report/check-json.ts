/** The result of a check as JSON. */
import { withFallbacks } from '../../checker/language/option.ts';
import type { Statistics } from '../../checker/state-space/outcome.ts';
import { unorderedUnder } from '../../checker/memory/common/unordered.ts';
import type { Report } from './check-text.ts';
import type { JsonCheckResult } from './check-schema.ts';
import { lateStores, type WaitingStore } from '../../checker/report/late-stores.ts';
import { cpusOf, type TraceCpu } from '../../checker/report/cpus.ts';
import { memoryCaveat } from '../../checker/report/memory-caveat.ts';
import type { OutOfOrder } from '../../checker/interpreter/interpreter.ts';
import { racesOf, type Race } from '../../checker/report/races.ts';
import { atOnceInProperties } from '../../checker/report/at-once.ts';
import {
  shownSteps,
  type ShownEvent,
  type ShownRead,
  type ShownStep,
} from '../../checker/report/shown-steps.ts';
import { asymmetryReasons } from '../../checker/report/told-apart.ts';
import { failedClaimIn, headline, unfiredStatements } from '../../checker/report/verdict.ts';

type JsonStep = NonNullable<JsonCheckResult['trace']>[number];

export function checkJson(report: Report): JsonCheckResult {
  const { source, chosen, system, outcome, trace, seconds } = report;
  const { name, options } = source.definition;
  const cpus = trace === null ? [] : cpusOf(system, trace);
  return {
    kind: 'check',
    model: name,
    file: source.file,
    scenario: source.scenario?.name ?? null,
    options: withFallbacks(options, chosen),
    verdict: outcome.verdict,
    summary: headline(outcome),
    covers: memoryCaveat(chosen, outcome.verdict, system.model),
    stubs: [...(system.model.stubs ?? [])],
    property: 'property' in outcome ? outcome.property : null,
    outside: outcome.verdict === 'error' ? (outcome.outside ?? null) : null,
    witnesses: outcome.verdict === 'unreached' ? [...outcome.witnesses] : [],
    harm: trace === null ? null : failedClaimIn(system, outcome, trace),
    minimal: 'minimal' in outcome ? outcome.minimal : null,
    statistics: statisticsJson(outcome.statistics, seconds),
    toldApart: [...asymmetryReasons(system)],
    neverFired: [...unfiredStatements(system, outcome.statistics.unfired).never],
    atOnce: [...atOnceInProperties(system.model)],
    trace: trace === null ? null : shownSteps(system, trace).map((step) => stepJson(step, cpus)),
    cycle: trace?.cycleFrom === undefined ? null : { first: trace.cycleFrom + 1, last: trace.steps.length },
    races: trace === null ? [] : racesOf(system, trace).map(raceJson),
    unordered: [...unorderedUnder(source.definition, chosen)],
    lateStores: trace === null ? [] : lateStores(system, trace, cpus).map(lateJson),
  };
}

export function statisticsJson(statistics: Statistics, seconds: number): JsonCheckResult['statistics'] {
  const { states, transitions, depth, bytes, endless, method } = statistics;
  return { states, transitions, depth, bytes, seconds, endless, method };
}

function stepJson({ thread, replica, events }: ShownStep, cpus: readonly TraceCpu[]): JsonStep {
  return {
    thread,
    replica,
    cpu: cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!.number,
    events: events.map(eventJson),
  };
}

function eventJson(event: ShownEvent): JsonStep['events'][number] {
  const { statement, text, taken, chosen, reads, changes, locals, waits, outOfOrder } = event;
  const cellsFrom = (from: ShownRead['from']) =>
    reads.filter((read) => read.from === from).map(({ cell }) => cell);
  return {
    line: statement.line,
    text,
    taken,
    chosen,
    reads: reads.map(({ cell, value, memory }) => ({ cell, value, memory })),
    changes: [...changes],
    locals: [...locals],
    waits: waits.map(({ cell, value }) => ({ cell, value })),
    forwarded: cellsFrom('own store'),
    old: cellsFrom('old value'),
    outOfOrder: outOfOrder === null ? null : outOfOrderJson(outOfOrder),
  };
}

const outOfOrderJson = ({
  old,
  early,
  seenBefore,
  late,
}: OutOfOrder): JsonStep['events'][number]['outOfOrder'] => ({
  old: old.map((one) => ({ ...one, since: one.since + 1, overwritten: one.overwritten + 1 })),
  early: [...early],
  seenBefore: seenBefore.map((one) => ({ ...one, since: one.since + 1 })),
  late: late.map((one) => ({ ...one, since: one.since + 1 })),
});

const lateJson = ({ cell, cpu, stored, arrived, missedBy }: WaitingStore) => ({
  cell,
  cpu: cpu.number,
  stored: stored + 1,
  arrived: arrived === null ? null : arrived + 1,
  missedBy: missedBy.map((by) => ({ cpu: by.cpu.number, step: by.step + 1, value: by.value })),
});

const raceJson = ({ cell, first, second, isStale }: Race) => ({
  cell,
  stale: isStale,
  first: { step: first.step + 1, writes: first.writes },
  second: { step: second.step + 1, writes: second.writes },
});
