/** An execution as text: its events in columns, the reads-from edges, and the forbidden cycle. */
import type { AxiomName } from './axioms.ts';
import type { LabelledEdge } from './labelled.ts';
import { pictureOf, type DrawnExecution, type Picture } from './picture.ts';
import type { ShownExecution } from './why.ts';

/** The meaning of each axiom, as a clause before its cycle. */
const claims: Readonly<Record<AxiomName, string>> = {
  coherence: 'accesses to one location have one order that every CPU agrees on',
  atomicity: 'no other CPU writes between the two halves of an atomic operation',
  'happens-before': 'no event executes before itself',
  propagation: 'no write propagates to all CPUs before it executes',
  rcu: 'a grace period outlasts every read section that it overlaps at its beginning',
  'plain-coherence':
    'a plain access does not see what is ordered after it, nor miss what is ordered before it',
};

/** Lines of at most `width` columns if possible; the first is the title. */
export function explanationLines(shown: ShownExecution, width: number): readonly string[] {
  const picture = pictureOf(shown);
  const { broken } = shown;
  return [
    ...columnLines(picture, width),
    '',
    ...readSentences(picture).map((line) => `  ${line}`),
    ...(broken === null ? [] : ['', axiomSentence(broken.axiom), ...cycleLines(picture)]),
  ];
}

/** The axiom that forbids an execution, and its meaning. */
export const axiomSentence = (axiom: AxiomName): string =>
  `The axiom ${axiom} forbids this: ${claims[axiom]}.`;

/** The events of each process, in the order of its text. */
export const lanesOf = ({ drawn, columns }: Picture) =>
  columns.map((title, column) => ({
    title,
    events: drawn
      .filter((one) => one.column === column)
      .sort((a, b) => a.row - b.row)
      .map(({ name, does }) => `${name}: ${does}`),
  }));

/** One column per process; one below the other if they do not fit side by side. */
function columnLines(picture: Picture, width: number): readonly string[] {
  const lanes = lanesOf(picture).map(({ title, events }) => [title, ...events]);
  const widths = lanes.map((lane) => Math.max(...lane.map((line) => line.length)) + 3);
  if (widths.reduce((sum, one) => sum + one, 2) > width)
    return lanes.flatMap((lane) => lane.map((line) => `  ${line}`));
  const height = Math.max(...lanes.map((lane) => lane.length));
  return Array.from({ length: height }, (_, row) =>
    `  ${lanes.map((lane, at) => (lane[row] ?? '').padEnd(widths[at]!)).join('')}`.trimEnd(),
  );
}

/** The source of each read. */
export const readSentences = ({ drawn, edges }: Picture): readonly string[] =>
  edges
    .filter(({ label }) => label === 'rf')
    .map(({ from, to }) => {
      const [write, read] = [drawn[from]!, drawn[to]!];
      return write.column < 0
        ? `${read.name} reads what ${write.event.location} holds at the beginning`
        : `${read.name} reads from ${write.name}`;
    });

/** The edges of the forbidden cycle, each with its meaning. */
export const cycleSteps = ({ drawn, cycle }: Picture) =>
  cycle.map((edge) => {
    const [from, to] = [drawn[edge.from]!, drawn[edge.to]!];
    return { arrow: `${from.name} --${edge.label}--> ${to.name}`, why: phrase(edge, from, to) };
  });

function cycleLines(picture: Picture): readonly string[] {
  const steps = cycleSteps(picture);
  const widest = Math.max(...steps.map(({ arrow }) => arrow.length));
  return steps.map(({ arrow, why }) => `  ${arrow.padEnd(widest)}   ${why}`);
}

function phrase({ label }: LabelledEdge, from: DrawnExecution, to: DrawnExecution): string {
  const { location } = from.event;
  switch (label) {
    case 'rf':
    case 'rfe':
      return `${to.name} reads from ${from.name}`;
    case 'fr':
      return `${from.name} reads ${location} from before ${to.name} overwrites it`;
    case 'co':
      return `${to.name} overwrites what ${from.name} wrote to ${location}`;
    case 'po':
    case 'po-loc':
      return `${from.name} comes first in the text of its process`;
    case 'rmw':
      return 'they are the halves of one atomic operation';
    case 'mb':
      return 'a full barrier stands between them';
    case 'gp':
      return 'a grace period stands between them';
    case 'wmb':
      return 'smp_wmb() stands between the writes';
    case 'rmb':
      return 'smp_rmb() stands between the reads';
    case 'po-rel':
      return `${to.name} is a release`;
    case 'acq-po':
      return `${from.name} is an acquire`;
    case 'addr':
      return `the address of ${to.name} depends on ${from.name}`;
    case 'data':
      return `the value of ${to.name} depends on ${from.name}`;
    case 'ctrl':
      return `a branch on ${from.name} decides whether ${to.name} is executed`;
    case 'unlock-lock':
      return 'an unlock and the next lock stand between them';
    case 'section':
      return 'back from the end of the read section to its beginning';
    case 'ordered':
      return 'fences and dependencies order them';
    default:
      return `${to.name} depends on ${from.name}`;
  }
}
