/** The results as Markdown; `npm run bench -- --write` puts them into docs/performance. */
import type { Measured } from './contender.ts';
import { describeMachine, type Machine } from './machine.ts';
import type { RatioRow } from './ratio-chart.ts';
import { timesAsFast, type Comparison } from './side-by-side.ts';
import { titleOf } from './subject.ts';
import type { Published } from './subjects.ts';
import type { VerdictComparison } from './verdict.ts';
import type { Waiting } from './waiting.ts';

const integer = (value: number) => value.toLocaleString('en-US');
export const figure = (value: number | null, digits = 1) =>
  value === null ? 'not measured' : value.toFixed(digits);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

export function throughputTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) =>
    comparison.lines.map(({ name, cpuSeconds, runs, compileSeconds }, at) => {
      const [{ states, transitions, bytes }] = runs as readonly [Measured, ...Measured[]];
      return [
        at === 0 ? `\`${comparison.title}\`` : '',
        name,
        integer(states),
        integer(transitions),
        figure(cpuSeconds, 2),
        figure(transitions / cpuSeconds / 1e6),
        figure(states / cpuSeconds / 1e6, 2),
        figure(bytes / states),
        at === 0 ? '' : figure(timesAsFast(comparison, name), 2),
        figure(compileSeconds),
      ];
    }),
  );
  const head = [
    'model',
    'who',
    'states',
    'transitions',
    'CPU s',
    'M transitions/s',
    'M states/s',
    'bytes a state',
    "CPU time over racewalk's",
    'compiled in s',
  ];
  return table(head, rows);
}

export function verdictTable(comparisons: readonly VerdictComparison[]): string {
  const rows = comparisons.map(
    ({ title, verdict, method, states, cpuSeconds, ownSeconds, spin, timesAsFast: times }) => [
      `\`${title}\``,
      verdict,
      method,
      integer(states),
      figure(ownSeconds, 3),
      figure(cpuSeconds, 2),
      spin === null ? 'not measured' : `${spin.setting}: ${integer(spin.states)}`,
      figure(spin?.cpuSeconds ?? null, 2),
      figure(spin?.compileSeconds ?? null),
      figure(times),
    ],
  );
  const head = [
    'model',
    'verdict',
    'explored',
    'states',
    'search s',
    'whole process, CPU s',
    'Spin, states',
    'Spin, CPU s',
    'Spin compiled in s',
    "CPU time over racewalk's",
  ];
  return table(head, rows);
}

/** What users wait for, in CPU seconds of whole commands. */
export const waitingTable = ({
  qrcu33Seconds,
  stubborn8Seconds,
  compareCostsSeconds,
  ptes512Seconds,
  defaultVsBest,
}: Waiting): string =>
  table(
    ['command', 'CPU s'],
    [
      ['`check` of QRCU, 3 updaters and 3 readers', figure(qrcu33Seconds)],
      ['`check gup-fast-vs-collapse --sync-ipi --cpus 8`', figure(stubborn8Seconds)],
      ['`compare gup-fast-checks`, costs of 128 variants', figure(compareCostsSeconds)],
      ['`check gup-fast-vs-collapse --ptes 512`, violated', figure(ptes512Seconds)],
      ['the default over the best of its own settings, at most', figure(defaultVsBest, 2)],
    ],
  );

export interface GrowthRow {
  readonly cpus: number;
  readonly ptes: number;
  /** Null where it came to no verdict in time. */
  readonly reduced: { readonly states: number; readonly ownSeconds: number; readonly method: string } | null;
  readonly full: Measured | null;
}

export function growthTable(rows: readonly GrowthRow[]): string {
  const cells = rows.map(({ cpus, ptes, reduced, full }) => [
    String(cpus),
    String(ptes),
    reduced === null ? 'no verdict in time' : integer(reduced.states),
    reduced?.method ?? '',
    reduced === null ? '' : figure(reduced.ownSeconds, 3),
    full === null ? '' : integer(full.states),
    full === null ? '' : figure(full.cpuSeconds, 2),
  ]);
  return table(['CPUs', 'ptes', 'states of `check`', 'explored', 'search s', 'all states', 'CPU s'], cells);
}

export interface PublishedRow extends Published {
  readonly run: Measured;
}

export function publishedTable(rows: readonly PublishedRow[]): string {
  const cells = rows.map(({ instance, subject, states: expected, run }) => [
    instance,
    `\`${titleOf(subject)}\``,
    integer(expected),
    integer(run.states),
    integer(run.transitions),
    figure(run.cpuSeconds),
    figure(run.bytes / run.states),
  ]);
  const head = ['instance', 'model', 'published states', 'states', 'transitions', 'CPU s', 'bytes a state'];
  return table(head, cells);
}

/** What the one table of docs/performance/README.md says of each model: throughput, then the time to a verdict. */
export interface RatioLine extends RatioRow {
  readonly states: number;
  readonly cpuSeconds: number;
}

const contenders = ['native C', 'Spin'];

/** As the table prints it: the chart is drawn from what the table says. */
const rounded = (ratio: number | null) => (ratio === null ? null : Math.round(ratio * 100) / 100);

export const ratioLines = (
  comparisons: readonly Comparison[],
  verdicts: readonly VerdictComparison[],
): readonly RatioLine[] => [
  ...comparisons.map((comparison) => {
    const [{ cpuSeconds, runs }] = comparison.lines as readonly [Comparison['lines'][number]];
    return {
      model: comparison.title,
      states: (runs[0] as Measured).states,
      cpuSeconds,
      ratios: Object.fromEntries(contenders.map((name) => [name, rounded(timesAsFast(comparison, name))])),
    };
  }),
  ...verdicts
    .filter(({ spin }) => spin !== null)
    .slice(-1)
    .map(({ title, states, cpuSeconds, timesAsFast: times }) => ({
      model: `check ${title}`,
      states,
      cpuSeconds,
      ratios: { 'native C': null, Spin: rounded(times) },
    })),
];

export const ratioTable = (lines: readonly RatioLine[]): string =>
  table(
    ['model', 'states', 'racewalk, CPU s', ...contenders],
    lines.map(({ model, states, cpuSeconds, ratios }) => [
      `\`${model}\``,
      integer(states),
      figure(cpuSeconds, 2),
      ...contenders.map((name) => figure(ratios[name] ?? null, 2)),
    ]),
  );

export const machineLine = (machine: Machine): string => `Measured on ${describeMachine(machine)}`;
