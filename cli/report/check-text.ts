/** The result of a check as text: verdict, trace, explanations, statistics. */
import { unorderedSentence, unorderedUnder } from '../../checker/memory/common/unordered.ts';
import type { Origin } from '../../checker/export/trace/exported-trace.ts';
import type { Checked } from '../../checker/search/check.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import type { Answer } from '../../checker/state-space/outcome.ts';
import { atOnceSentence } from '../../checker/report/at-once.ts';
import { cpusOf } from '../../checker/report/cpus.ts';
import type { ModelSource } from '../model-files/models.ts';
import { styled, type Style } from '../terminal/output.ts';
import {
  allOptions,
  commandLines,
  noBreak,
  optionWords,
  quotedPath,
} from '../../checker/report/options-text.ts';
import { lateSentences, lateStores } from '../../checker/report/late-stores.ts';
import { memoryCaveat } from '../../checker/report/memory-caveat.ts';
import { outOfOrderSentences } from '../../checker/report/out-of-order.ts';
import { raceSentences } from '../../checker/report/race-sentences.ts';
import { stubsSentence } from '../../checker/report/stubs.ts';
import { traceColumns } from './trace-columns.ts';
import { asymmetryReasons } from '../../checker/report/told-apart.ts';
import { traceLines } from '../../checker/report/trace-lines.ts';
import {
  livelockLine,
  failedClaimIn,
  headline,
  statisticsLine,
  unfiredCount,
  unfiredLines,
  unfiredStatements,
  type Unfired,
} from '../../checker/report/verdict.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** A completed check. */
export interface Report extends Checked {
  readonly source: ModelSource;
  /** The chosen options; the others have their fallbacks. */
  readonly chosen: Choices;
  readonly seconds: number;
  /** The file of the saved trace, or null. */
  readonly savedAs: string | null;
}

/** The whole report, in lines of at most `width` characters. */
export function reportText(report: Report, width: number): string {
  const head = [verdictLine(report), ...optionLines(report, width), ...stubLines(report, width)].join('\n');
  return [head, ...traceSections(report, width), evidence(report, width).join('\n')].join('\n\n');
}

/** The trace and its explanations; empty without a trace. */
export function traceSections(
  { system, outcome, trace }: Pick<Report, 'system' | 'trace'> & { readonly outcome: Answer },
  width: number,
): readonly string[] {
  if (trace === null) return [];
  const cpus = cpusOf(system, trace);
  const harm = failedClaimIn(system, outcome, trace);
  const told = harm === null ? [] : wrap(`=> ${harm}`, width, 3).map((line) => styled('bold', line));
  const late = lateStores(system, trace, cpus);
  const listed = (title: string, sentences: readonly string[]) =>
    sentences.length === 0
      ? ''
      : [title, ...sentences.flatMap((sentence) => wrap(`  - ${sentence}`, width, 4))].join('\n');
  return [
    cpus.length === 0
      ? outcome.verdict === 'deadlock'
        ? 'The initial state is a deadlock.'
        : 'The initial state already violates it.'
      : traceColumns(traceLines(system, trace, cpus), cpus, width),
    told.join('\n'),
    listed('Delayed stores:', lateSentences(late)),
    listed('Accesses out of program order:', outOfOrderSentences(trace, cpus)),
    listed('Races (nothing orders these accesses):', raceSentences(system, trace, cpus, late)),
  ].filter((section) => section !== '');
}

/** The verdict in one line. */
export function verdictLine({
  source,
  outcome,
}: Pick<Report, 'source'> & { readonly outcome: Answer }): string {
  return `${source.definition.name}: ${styled(styleOf(outcome.verdict), headline(outcome))}`;
}

function styleOf(verdict: Answer['verdict']): Style {
  switch (verdict) {
    case 'holds':
      return ['bold', 'green'];
    case 'violated':
    case 'deadlock':
    case 'livelock':
    case 'error':
      return ['bold', 'red'];
    case 'unreached':
    case 'inconclusive':
      return ['bold', 'yellow'];
  }
}

/** All options with their values. */
function optionLines({ source, chosen }: Report, width: number): readonly string[] {
  const all = allOptions(source.definition.options, chosen);
  if (all === null) return [];
  return wrap(`with ${all}`, width, 5).map((line) => styled('dim', line.replaceAll(noBreak, ' ')));
}

function stubLines({ system }: Report, width: number): readonly string[] {
  const sentence = stubsSentence(system.model);
  return sentence === null ? [] : wrap(sentence, width, 2).map((line) => styled('dim', line));
}

/** Where the trace of a report comes from. */
export const originOf = (
  report: Pick<Report, 'source' | 'chosen'> & { readonly savedAs: string | null },
): Origin => ({
  options: allOptions(report.source.definition.options, report.chosen),
  command: reproducing(report).join(' '),
});

/** Methods that explore all states, or whose models are not told apart by symmetry. */
const fullMethods = [
  'compiled',
  'compiled, on disk',
  'interpreter',
  'Promising-ARM',
  'Promising-ARM, symmetric',
];

function evidence(report: Report, width: number): readonly string[] {
  const { system, outcome, seconds } = report;
  const { statistics, verdict } = outcome;
  const caveat = memoryCaveat(report.chosen, verdict, system.model);
  const atOnce = atOnceSentence(system.model);
  // Symmetry does not matter if everything was explored.
  const { method } = statistics;
  const isFull = verdict !== 'inconclusive' && (fullMethods.includes(method) || method.startsWith('LTSmin'));
  return [
    ...wrap(statisticsLine(statistics, seconds), width, 2),
    ...wrap(verdict === 'livelock' ? '' : livelockLine(statistics), width, 2).filter((line) => line !== ''),
    ...(caveat === null ? [] : wrap(caveat, width, 2)),
    ...(isFull ? [] : asymmetryReasons(system)).flatMap((reason) => wrap(reason, width, 2)),
    ...unorderedUnder(report.source.definition, report.chosen).flatMap((one) =>
      wrap(unorderedSentence(one), width, 2),
    ),
    ...(atOnce === null ? [] : wrap(atOnce, width, 2)),
    ...neverFired(verdict, unfiredStatements(system, statistics.unfired), width),
    ...reproduceLines(report, width),
  ];
}

/** Statements that never ran, by thread; only their number if the search stopped early. */
function neverFired(verdict: Answer['verdict'], unfired: Unfired, width: number): readonly string[] {
  if (unfired.never.length === 0) return [];
  if (verdict !== 'holds' && verdict !== 'unreached' && verdict !== 'livelock')
    return wrap(unfiredCount(unfired), width, 2);
  const lines = unfiredLines(unfired).flatMap((line) => wrap(`  ${line}`, width, 4));
  return ['Statements that never run:', ...lines];
}

/** The lines that reproduce this result. */
function reproduceLines(report: Report, width: number): readonly string[] {
  if (report.trace === null) return [];
  const [first, ...others] = reproducing(report);
  return commandLines([`reproduce: ${first}`, ...others], width);
}

/** The words of the command that reproduces this result. */
export function reproducing({
  source,
  chosen,
  savedAs,
}: Pick<Report, 'source' | 'chosen'> & { readonly savedAs: string | null }): readonly [string, ...string[]] {
  if (savedAs !== null) return ['racewalk replay', quotedPath(savedAs)];
  return ['racewalk check', quotedPath(source.typed), ...optionWords(source.definition.options, chosen)];
}
