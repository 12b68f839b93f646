/** Lays out a trace: one column for each CPU, and on the right the values that each step read and changed. */
import { styled, type Style } from '../terminal/output.ts';
import type { TraceCpu } from '../../checker/report/cpus.ts';
import type { TraceLine } from '../../checker/report/trace-line.ts';
import { wrap } from '../../checker/report/wrap.ts';

/** Column positions; one CPU runs at a time, so its text may overlap the columns to its right. */
interface ColumnLayout {
  readonly width: number;
  /** Width of the step numbers and the gap after them. */
  readonly gutter: number;
  /** The start of each CPU's column; empty if CPUs share one column. */
  readonly columns: readonly number[];
  /** The start of the values. */
  readonly beside: number;
}

const gap = 2;
/** The width of the last column before `beside`. */
const roomForText = 26;
const widestBeside = 28;
/** The distance between two columns. */
const shifts = { least: 12, most: 34 };
/** More CPUs share one column. */
const mostColumns = 4;

/** The trace as text of at most `width` characters a line. */
export function traceColumns(lines: readonly TraceLine[], cpus: readonly TraceCpu[], width: number): string {
  const layout = layoutOf(lines, cpus, width);
  const inColumns = layout.columns.length > 0;
  const head = inColumns ? [header(cpus, layout.columns)] : [];
  const body = lines.flatMap((line, at) => {
    const rendered = render(line, layout);
    const switched = !inColumns && lines[at - 1]?.cpu !== line.cpu;
    return switched ? [styled('bold', title(cpus[line.cpu]!)), ...rendered] : rendered;
  });
  return [...head, ...body].join('\n');
}

export const title = ({ number, thread }: TraceCpu): string => `CPU ${number}: ${thread}`;

function layoutOf(lines: readonly TraceLine[], cpus: readonly TraceCpu[], width: number): ColumnLayout {
  const last = lines.findLast(({ step }) => step !== null)?.step ?? 0;
  const gutter = Math.max(String(last).length + 1, 3) + gap;
  const longest = Math.max(0, ...lines.flatMap(({ beside }) => beside.map(({ text }) => text.length)));
  const beside = width - Math.min(longest, widestBeside);
  const room = Math.floor((beside - gutter - roomForText - gap) / Math.max(1, cpus.length - 1));
  const shift = Math.max(shifts.least, Math.min(room, shifts.most));
  const columns = cpus.length <= mostColumns ? cpus.map((_, at) => gutter + at * shift) : [];
  return { width, gutter, beside, columns };
}

/** The titles side by side, or one on each line if they are too long. */
function header(cpus: readonly TraceCpu[], columns: readonly number[]): string {
  const fit = cpus.every(
    (cpu, at) => columns[at]! + title(cpu).length + gap <= (columns[at + 1] ?? Infinity),
  );
  const lines = cpus.map((cpu, at) => ' '.repeat(columns[at]!) + title(cpu));
  const together = cpus.reduce((text, cpu, at) => text.padEnd(columns[at]!) + title(cpu), '');
  return (fit ? [together] : lines).map((line) => styled('bold', line)).join('\n');
}

function render(line: TraceLine, layout: ColumnLayout): readonly string[] {
  const start = layout.columns[line.cpu] ?? layout.gutter;
  const text = wrap(line.text, layout.width - start, 4);
  const beside = line.beside.flatMap((part) => wrap(part.text, layout.width - layout.beside, 2));
  const end = start + text[0]!.length;
  const [first] = beside;
  // Values stand beside the text if there is room, else on their own lines.
  const at = Math.max(layout.beside, end + gap);
  const besideFirst = text.length === 1 && first !== undefined && at + first.length <= layout.width;
  return Array.from({ length: Math.max(text.length, 1) }, (_, row) => {
    const number = row === 0 && line.step !== null ? String(line.step) : '';
    const left = paint('dim', number.padStart(layout.gutter - gap)) + ' '.repeat(gap + start - layout.gutter);
    const own = paint(styleOf(line), text[row]!);
    return besideFirst ? left + own + ' '.repeat(at - end) + paint('yellow', first) : left + own;
  }).concat(
    (besideFirst ? beside.slice(1) : beside).map((part) => ' '.repeat(layout.beside) + paint('yellow', part)),
  );
}

const paint = (style: Style | null, text: string) =>
  style === null || text.trim() === '' ? text : styled(style, text);

const cpuStyles: readonly Style[] = ['cyan', 'magenta', 'green', 'blue'];

const styleOf = ({ kind, cpu }: TraceLine): Style | null =>
  kind === 'note' ? 'dim' : (cpuStyles[cpu % cpuStyles.length] ?? null);
