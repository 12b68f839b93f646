/** docs/performance: the chart is drawn from the table beside it, and `npm run bench -- --write` finds its places. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { partOf, withParts } from './marked.ts';
import { ratioChart, type RatioRow } from '../bench/ratio-chart.ts';

const read = (name: string) =>
  readFileSync(new URL(`../../docs/performance/${name}`, import.meta.url), 'utf8');
const page = read('README.md');
const tables = read('notes/tables.md');

const cellsOf = (row: string) =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''));

function rowsOf(table: string): readonly RatioRow[] {
  const [head, , ...rows] = table.split('\n').map(cellsOf) as [string[], ...string[][]];
  return rows.map(([model, , , ...ratios]) => ({
    model: model!,
    ratios: Object.fromEntries(
      ratios.map((cell, at) => [head[at + 3]!, cell === 'not measured' ? null : Number(cell)]),
    ),
  }));
}

test('the chart shows the table', () => {
  const rows = rowsOf(partOf(page, 'ratios'));
  expect(rows.length).toBeGreaterThan(4);
  expect(read('ratios.svg')).toBe(ratioChart(rows));
});

test('the ratios are those of the table of throughput', () => {
  const throughput = partOf(tables, 'throughput');
  for (const { ratios } of rowsOf(partOf(page, 'ratios')).slice(0, -1))
    for (const ratio of Object.values(ratios)) expect(throughput).toContain(` ${ratio!.toFixed(2)} |`);
});

test('both pages name the same machine', () => {
  expect(partOf(page, 'machine')).toBe(partOf(tables, 'machine'));
});

describe('parts of a page', () => {
  const text =
    'a\n<!-- generated: x -->\n\nold\n\n<!-- generated: end -->\nb\n<!-- generated: y -->\n\nkept\n\n<!-- generated: end -->\n';

  test('are replaced, and the rest stays', () => {
    const changed = withParts(text, { x: 'new\nlines' });
    expect(partOf(changed, 'x')).toBe('new\nlines');
    expect(changed).toBe(text.replace('old', 'new\nlines'));
  });

  test('that are missing are an error', () => {
    expect(() => withParts(text, { z: '' })).toThrow('no part <!-- generated: z -->');
  });

  test('exist for all that the bench writes', () => {
    const of = (part: string) => ({ [part]: '' });
    for (const part of ['machine', 'ratios']) expect(() => withParts(page, of(part))).not.toThrow();
    for (const part of ['machine', 'throughput', 'verdicts', 'growth'])
      expect(() => withParts(tables, of(part))).not.toThrow();
  });
});
