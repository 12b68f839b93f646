/** A trace as a kernel changelog draws it: two columns of plain ASCII in at most 72 characters. */
import type { Cpu } from '../telling/cpus.ts';
import { cpusOf } from '../telling/cpus.ts';
import type { TraceLine } from '../telling/trace-lines.ts';
import { lateSentences, lateStores } from '../telling/late-stores.ts';
import { traceLines } from '../telling/trace-lines.ts';
import { wrap } from '../telling/wrap.ts';
import type { ExportedTrace } from './exported-trace.ts';

const width = 72;
const gap = 2;

export function changelogText({ table, trace, end }: ExportedTrace): string {
  const cpus = cpusOf(table, trace);
  const columns = cpus.map((_, at) => Math.floor((at * width) / Math.max(2, cpus.length)));
  const lines = traceLines(table, trace, cpus);
  return ascii(
    [
      ...header(cpus, columns),
      ...lines.flatMap((line) => render(line, columns)),
      ...(end === null ? [] : ['', ...wrap(end, width)]),
      ...lateSentences(lateStores(table, trace, cpus), false).flatMap((text) => [
        '',
        ...wrap(`${text}.`, width),
      ]),
    ].join('\n'),
  );
}

function header(cpus: readonly Cpu[], columns: readonly number[]): readonly string[] {
  const row = (texts: readonly string[]) =>
    texts.reduce((line, text, at) => line.padEnd(columns[at]!) + text, '');
  const room = Math.min(...columns.slice(1), width) - gap;
  return [
    row(cpus.map(({ number }) => `CPU ${number}`)),
    row(cpus.map(({ thread }) => thread.slice(0, room))),
  ];
}

/** The text of a line, and beside it only which store waits and how a branch on shared memory came out. */
function render({ cpu, text, beside }: TraceLine, columns: readonly number[]): readonly string[] {
  const start = columns[cpu]!;
  const outcome = beside.at(-1)?.match(/^sees (.*): (yes|no)$/);
  const waits = beside.flatMap((part) => /^store to (.*) waits$/.exec(part)?.[1] ?? []);
  const told = [
    ...waits.map((stored) => `(${stored} waits in the store buffer)`),
    ...(outcome?.[2] === 'no' ? [`(no: ${outcome[1]!})`] : []),
  ];
  return [text, ...told].flatMap((part) =>
    wrap(part, width - start, 4).map((line) => ' '.repeat(start) + line),
  );
}

const ascii = (text: string) => text.replaceAll(/[^\n -~]/gu, '?');
