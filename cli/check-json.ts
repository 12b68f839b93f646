/** The answer of a check as JSON. */
import { withFallbacks } from '../checker/language/option.ts';
import { printText } from '../checker/language/print.ts';
import type { Statistics } from '../checker/search/outcome.ts';
import type { Race } from '../checker/search/races.ts';
import { racesOf } from '../checker/search/races.ts';
import type { TraceStep } from '../checker/search/trace.ts';
import type { Report } from './check-report.ts';
import type { CheckResult } from './check-schema.ts';
import type { Cpu } from '../checker/telling/cpus.ts';
import { cpusOf } from '../checker/telling/cpus.ts';
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
    property: outcome.verdict === 'violated' ? outcome.property : null,
    witnesses: outcome.verdict === 'unreached' ? [...outcome.witnesses] : [],
    harm: trace === null ? null : harmIn(table, outcome, trace),
    minimal: 'minimal' in outcome ? outcome.minimal : null,
    statistics: statisticsJson(outcome.statistics, seconds),
    neverFired: unfired(report),
    trace: trace === null ? null : trace.steps.map((step) => stepJson(step, cpus)),
    races: trace === null ? [] : racesOf(trace).map(raceJson),
  };
}

export function statisticsJson(statistics: Statistics, seconds: number): CheckResult['statistics'] {
  const { states, transitions, depth, bytes, method } = statistics;
  return { states, transitions, depth, bytes, seconds, method };
}

function unfired({ table, outcome }: Report): CheckResult['neverFired'] {
  return outcome.statistics.unfired.map((transition) => {
    const owner = table.threads.find(({ locations }) => locations.flat().includes(transition))!;
    return { thread: owner.thread.name, line: transition.statement.line, text: textOf(transition) };
  });
}

function stepJson({ thread, replica, events }: TraceStep, cpus: readonly Cpu[]): Step {
  return {
    thread,
    replica,
    cpu: cpus.find(({ copies }) => copies.has(`${thread} ${replica}`))!.number,
    events: events.map(({ statement, taken, chosen, reads, changes }) => ({
      line: statement.line,
      text: printText(statement),
      taken,
      chosen,
      reads: [...reads],
      changes: [...changes],
    })),
  };
}

const raceJson = ({ cell, first, second }: Race) => ({
  cell,
  first: { step: first.step + 1, writes: first.writes },
  second: { step: second.step + 1, writes: second.writes },
});
