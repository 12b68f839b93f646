/** Writes what the bench measured into docs/performance: the parts between its markers, and the chart. */
import { readFileSync, writeFileSync } from 'node:fs';
import { paragraph } from '../docs/races/markdown.ts';
import type { Machine } from './machine.ts';
import { withParts } from '../docs/marked.ts';
import { ratioChart } from './ratio-chart.ts';
import {
  growthTable,
  machineLine,
  publishedTable,
  ratioLines,
  ratioTable,
  throughputTable,
  verdictTable,
  waitingTable,
  type GrowthRow,
  type PublishedRow,
} from './report.ts';
import type { Comparison } from './side-by-side.ts';
import type { VerdictComparison } from './verdict.ts';
import type { Waiting } from './waiting.ts';

const folder = new URL('../../docs/performance/', import.meta.url);

interface Measurements {
  readonly throughput: readonly Comparison[];
  readonly verdicts: readonly VerdictComparison[];
  readonly growth: readonly GrowthRow[];
  readonly published: readonly PublishedRow[];
  readonly waiting: Waiting;
}

function rewrite(name: string, texts: Readonly<Record<string, string>>): void {
  const page = new URL(name, folder);
  writeFileSync(page, withParts(readFileSync(page, 'utf8'), texts));
}

export function writePages(results: Measurements, machine: Machine): void {
  const { throughput, verdicts, growth, published, waiting } = results;
  const lines = ratioLines(throughput, verdicts);
  const line = paragraph(`${machineLine(machine)} ${new Date().toISOString().slice(0, 10)}.`);
  rewrite('README.md', { machine: line, ratios: ratioTable(lines), waiting: waitingTable(waiting) });
  rewrite('notes/tables.md', {
    machine: line,
    throughput: throughputTable(throughput),
    verdicts: verdictTable(verdicts),
    growth: growthTable(growth),
    published: publishedTable(published),
  });
  writeFileSync(new URL('ratios.svg', folder), ratioChart(lines));
}
