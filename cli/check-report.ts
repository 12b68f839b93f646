/** The answer of a check as text: the verdict, the trace and what it means, the statistics. */
import { withFallbacks } from '../checker/language/option.ts';
import type { Transition, TransitionTable } from '../checker/analysis/transition-table.ts';
import { asymmetries } from '../checker/analysis/symmetry.ts';
import type { Checked } from '../checker/search/check.ts';
import type { Choices } from '../checker/search/compare.ts';
import type { Answer } from '../checker/search/outcome.ts';
import { cpusOf } from '../checker/telling/cpus.ts';
import type { Source } from './models.ts';
import type { Style } from './output.ts';
import { styled } from './output.ts';
import {
  asTyped,
  commandLines,
  optionWords,
  quotedPath,
  withoutUsualMemory,
} from '../checker/telling/options-text.ts';
import { lateSentences, lateStores } from '../checker/telling/late-stores.ts';
import { memoryCaveat } from '../checker/telling/memory-caveat.ts';
import { raceSentences } from '../checker/telling/race-sentences.ts';
import { traceColumns } from './trace-columns.ts';
import { traceLines } from '../checker/telling/trace-lines.ts';
import {
  endlessLine,
  harmIn,
  headline,
  statisticsLine,
  unfiredLines,
} from '../checker/telling/verdict-text.ts';
import { wrap } from '../checker/telling/wrap.ts';

/** A check that has been made. */
export interface Report extends Checked {
  readonly source: Source;
  /** The options that were chosen; the others have their fallbacks. */
  readonly chosen: Choices;
  readonly seconds: number;
  /** Where the trace was saved, or null. */
  readonly savedAs: string | null;
}

/** Everything, in lines of at most `width` characters. */
export function reportText(report: Report, width: number): string {
  const head = [verdictLine(report), ...optionLines(report, width)].join('\n');
  return [head, ...traceSections(report, width), evidence(report, width).join('\n')].join('\n\n');
}

/** The trace and what it comes to, where there is one. */
export function traceSections(
  { table, outcome, trace }: Pick<Report, 'table' | 'trace'> & { readonly outcome: Answer },
  width: number,
): readonly string[] {
  if (trace === null) return [];
  const cpus = cpusOf(table, trace);
  const harm = harmIn(table, outcome, trace);
  const told = harm === null ? [] : wrap(`=> ${harm}`, width, 3).map((line) => styled('bold', line));
  const late = lateStores(table, trace, cpus);
  const listed = (title: string, sentences: readonly string[]) =>
    sentences.length === 0
      ? ''
      : [title, ...sentences.flatMap((sentence) => wrap(`  - ${sentence}`, width, 4))].join('\n');
  return [
    cpus.length === 0
      ? 'It is so in the initial state already.'
      : traceColumns(traceLines(table, trace, cpus), cpus, width),
    told.join('\n'),
    listed('Stores that others saw late:', lateSentences(late)),
    listed('Only chance decided that', raceSentences(trace, cpus, late)),
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
    case 'error':
      return ['bold', 'red'];
    case 'unreached':
    case 'inconclusive':
      return ['bold', 'yellow'];
  }
}

const noBreak = '\u00A0';

/** All options with their values, so that nobody has to know what is taken when nothing is said. */
function optionLines({ source, chosen }: Report, width: number): readonly string[] {
  const { options } = source.definition;
  const told = withoutUsualMemory(withFallbacks(options, chosen));
  const all = Object.entries(told).map(([key, value]) => asTyped(key, value));
  if (all.length === 0) return [];
  // A name and its value stay on one line.
  const words = all.map((option) => option.replaceAll(' ', noBreak)).join(' ');
  return wrap(`with ${words}`, width, 5).map((line) => styled('dim', line.replaceAll(noBreak, ' ')));
}

function evidence(report: Report, width: number): readonly string[] {
  const { table, outcome, seconds } = report;
  const { statistics, verdict } = outcome;
  const caveat = memoryCaveat(report.chosen, verdict);
  // Where everything was explored, symmetry would have changed nothing that counts.
  const isFull = verdict !== 'inconclusive' && ['compiled', 'interpreter'].includes(statistics.method);
  return [
    ...wrap(statisticsLine(statistics, seconds), width, 2),
    ...wrap(endlessLine(statistics), width, 2).filter((line) => line !== ''),
    ...(caveat === null ? [] : wrap(caveat, width, 2)),
    ...(isFull ? [] : asymmetries(table)).flatMap((reason) => wrap(reason, width, 2)),
    ...neverFired(table, verdict, statistics.unfired, width),
    ...againLines(report, width),
  ];
}

/** By thread where everything was seen; where the search ended early, many steps had no chance to. */
function neverFired(
  table: TransitionTable,
  verdict: Answer['verdict'],
  unfired: readonly Transition[],
  width: number,
): readonly string[] {
  if (unfired.length === 0) return [];
  if (verdict !== 'holds' && verdict !== 'unreached')
    return [`never fired until then: ${unfired.length} of ${table.transitions.length} steps`];
  const lines = unfiredLines(table, unfired).flatMap((line) => wrap(`  ${line}`, width, 4));
  return lines.length === 0 ? [] : ['never fired:', ...lines];
}

/** The command that gives this result again. */
function againLines({ source, chosen, savedAs, trace }: Report, width: number): readonly string[] {
  if (savedAs !== null) return commandLines(['again: racewalk replay', quotedPath(savedAs)], width);
  if (trace === null) return [];
  const options = optionWords(source.definition.options, chosen);
  return commandLines(['again: racewalk check', quotedPath(source.typed), ...options], width);
}
