/** A trace in the style of kernel changelogs: columns of ASCII text in at most 72 characters. */
import { cpusOf, type TraceCpu } from '../../report/cpus.ts';
import { traceLines } from '../../report/trace-lines.ts';
import type { Remark, TraceLine } from '../../report/trace-line.ts';
import { lateSentences, lateStores } from '../../report/late-stores.ts';
import { noBreak } from '../../report/options-text.ts';
import { racesInWords } from '../../report/race-sentences.ts';
import { partsOfCell } from '../../report/shown-steps.ts';
import { wrap } from '../../report/wrap.ts';
import { namesIn, type ExportedTrace } from './exported-trace.ts';

const width = 72;
const gap = 2;

/** Verdict, options, columns with the relevant values, violation and reproducing command. */
export function changelogText(exported: ExportedTrace): string {
  const { system, trace, headline, end, origin } = exported;
  const cpus = cpusOf(system, trace);
  const columns = cpus.map((_, at) => Math.floor((at * width) / Math.max(2, cpus.length)));
  const lines = traceLines(system, trace, cpus);
  const matters = mattersIn(exported, cpus);
  const { options, command } = origin;
  const sections = [
    [...wrap(headline, width, 2), ...(options === null ? [] : wrap(`with ${options}`, width, 5))],
    [...header(cpus, columns), ...lines.flatMap((line) => render(line, columns, matters))],
    end === null ? [] : wrap(end, width),
    ...lateSentences(lateStores(system, trace, cpus), false).map((text) => wrap(`${text}.`, width)),
    command === null ? [] : wrap(`reproduce: ${command}`, width, 2),
  ];
  return ascii(
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.join('\n'))
      .join('\n\n'),
  );
}

function header(cpus: readonly TraceCpu[], columns: readonly number[]): readonly string[] {
  if (cpus.length === 0) return [];
  const row = (texts: readonly string[]) =>
    texts.reduce((line, text, at) => line.padEnd(columns[at]!) + text, '');
  const room = Math.min(...columns.slice(1), width) - gap;
  return [
    row(cpus.map(({ number }) => `CPU ${number}`)),
    row(cpus.map(({ thread }) => thread.slice(0, room))),
  ];
}

type Matters = (remark: Remark, step: number) => boolean;

/** The relevant remarks: cells of the property, races, stale reads and outcomes of branches. */
function mattersIn({ system, trace, property }: ExportedTrace, cpus: readonly TraceCpu[]): Matters {
  const read = namesIn(system.model, property);
  const races = new Set(
    racesInWords(system, trace, cpus).flatMap(({ race: { cell, first, second } }) => [
      `${cell} ${first.step + 1}`,
      `${cell} ${second.step + 1}`,
    ]),
  );
  return ({ kind, cell, text }, step) => {
    if (kind === 'stale' || kind === 'store' || text.includes('(own store') || / (yes|no)$/.test(text))
      return true;
    if (cell === null) return false;
    const changes = kind === 'change' || kind === 'local';
    return races.has(`${cell} ${step}`) || (changes && read.has(partsOfCell(cell).name));
  };
}

/** The text of a line, and below it the relevant values. */
function render(
  { cpu, of, text, beside }: TraceLine,
  columns: readonly number[],
  matters: Matters,
): readonly string[] {
  const start = columns[cpu]!;
  // The text of a store's arrival already contains its change.
  const isArrival = text.startsWith('store buffer: ');
  const values = (isArrival ? [] : beside.filter((remark) => matters(remark, of))).map(
    (remark) => `    ${remark.text}`,
  );
  return [text, ...values].flatMap((part) =>
    wrapIndented(part, width - start).map((line) => ' '.repeat(start) + line),
  );
}

function wrapIndented(text: string, room: number): readonly string[] {
  const indent = text.length - text.trimStart().length;
  return wrap(text.trimStart(), room - indent, indent === 0 ? 4 : 2).map((line) => ' '.repeat(indent) + line);
}

const ascii = (text: string) => text.replaceAll(noBreak, ' ').replaceAll(/[^\n -~]/gu, '?');
