/** A trace as lines: kernel text, CPU, and the values read and changed. */
import type { Remark, TraceLine } from './trace-line.ts';
import { foldIterations } from './fold-iterations.ts';
import { foldStores } from './fold-stores.ts';
import type { Code, TransitionSystem } from '../program/transition-system.ts';
import type { Statement } from '../language/statement.ts';
import type { Value } from '../language/domain.ts';
import { printExpr, printText } from '../language/print.ts';
import type { Trace, TraceStep } from '../trace/trace.ts';
import { Bookkeeping } from './bookkeeping.ts';
import { atOnceInProperties } from './at-once.ts';
import { textOf } from './author-words.ts';
import { cellNamesOf, type CellNames } from './cell-names.ts';
import type { TraceCpu } from './cpus.ts';
import type { OutOfOrder } from '../interpreter/interpreter.ts';
import { lateStores } from './late-stores.ts';
import { partsOfCell, shownSteps, type ShownEvent, type ShownRead, type ShownStep } from './shown-steps.ts';

type UnplacedLine = Omit<TraceLine, 'step' | 'of' | 'cpu'>;

/** The lines of all steps; statements before a thread's first step, and loop heads, precede the step they lead to. */
export const traceLines = (
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
): readonly TraceLine[] => foldIterations(foldStores(allTraceLines(system, trace, cpus)));

/** The same with every iteration of every loop. */
export function allTraceLines(
  system: TransitionSystem,
  trace: Trace,
  cpus: readonly TraceCpu[],
): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  const late = lateStores(system, trace, cpus);
  const iterations = new Iterations();
  const names = cellNamesOf(system.model);
  const waiting = new Map<string, UnplacedLine[]>();
  const atOnce = new Set(atOnceInProperties(system.model));
  const bookkeeping = new Bookkeeping(system.model, trace);
  for (const [at, step] of shownSteps(system, trace).entries()) {
    const copy = `${step.thread} ${step.replica}`;
    const cpu = cpus.findIndex(({ copies }) => copies.has(copy));
    if (at === trace.cycleFrom) lines.push(mark('from here round and round:', at + 1, cpu));
    const before = waiting.get(copy) ?? beginning(system, trace, step, iterations);
    const { now, later } = linesOfStep(step, iterations, {
      atOnce,
      bookkeeping,
      names,
      thread: step.thread,
      isLast: at === trace.steps.length - 1,
    });
    waiting.set(copy, later);
    const plain = now.length > 0 ? now : [silentLine(step)];
    const arriving = late.find(({ arrived }) => arrived === at);
    const own = arriving === undefined ? plain : [withRemark(plain[0]!, arriving.stored), ...plain.slice(1)];
    lines.push(...before.map((line) => ({ ...line, step: null, of: at + 1, cpu })));
    lines.push(
      ...own.map((line, position) => ({ ...line, step: position === 0 ? at + 1 : null, of: at + 1, cpu })),
    );
  }
  const { cycleFrom = Infinity, steps } = trace;
  if (cycleFrom < steps.length)
    lines.push(mark(`and again from step ${cycleFrom + 1}`, steps.length, lines.at(-1)!.cpu));
  return lines;
}

/** A line about the run itself, in the column of the CPU that steps there. */
const mark = (text: string, of: number, cpu: number): TraceLine => ({
  kind: 'note',
  text,
  beside: [],
  iteration: null,
  step: null,
  of,
  cpu,
});

/** The line of a delayed store that reaches memory. */
const withRemark = (line: UnplacedLine, stored: number): UnplacedLine => ({
  ...line,
  beside: [...line.beside, { kind: 'order', cell: null, text: `late: stored in step ${stored + 1}` }],
});

/** The statements before the first step of a thread, up to the first branch. */
function beginning(
  system: TransitionSystem,
  trace: Trace,
  step: Pick<TraceStep, 'thread' | 'replica' | 'edge'>,
  iterations: Iterations,
): UnplacedLine[] {
  const { locals } = trace.initial.threads[step.thread]![step.replica]!;
  const lines: UnplacedLine[] = [];
  let code: Code = system.threads[step.edge.thread]!.entry;
  while (code.kind === 'effects' || code.kind === 'choose') {
    if (code.kind === 'choose') lines.push(choice(code.statement, locals[code.target.name] as Value));
    else lines.push(...plainLines(code.statement, step, iterations));
    code = code.next;
  }
  return lines;
}

function plainLines(
  statement: Statement,
  step: Pick<TraceStep, 'thread' | 'replica'>,
  iterations: Iterations,
): readonly UnplacedLine[] {
  if (statement.isSilent === true) return [];
  switch (statement.kind) {
    case 'note':
      return [noteLine(statement)];
    case 'loop':
      return iterations.line(statement, `${step.thread} ${step.replica}`, 'first');
    case 'step':
    case 'barrier':
      return [codeLine(printText(statement))];
    case 'branch':
    case 'choose':
    case 'either':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
      return [];
  }
}

const noteLine = (statement: Statement): UnplacedLine => ({
  kind: 'note',
  text: printText(statement),
  beside: [],
  iteration: null,
});

const codeLine = (text: string, beside: readonly Remark[] = []): UnplacedLine => ({
  kind: 'code',
  text,
  beside,
  iteration: null,
});

const choice = (statement: Statement, value: Value): UnplacedLine =>
  codeLine(
    printText(statement),
    statement.kind === 'choose'
      ? [{ kind: 'choice', cell: statement.target.name, text: `${printExpr(statement.target)} = ${value}` }]
      : [],
  );

/** The lines of a step, and the heads of loops that belong before the next one. */
function linesOfStep(
  step: ShownStep,
  iterations: Iterations,
  setting: RemarkContext,
): { now: UnplacedLine[]; later: UnplacedLine[] } {
  const now: UnplacedLine[] = [];
  let later: UnplacedLine[] = [];
  let loopGoesOn = false;
  for (const event of step.events) {
    const { statement } = event;
    if (statement.kind === 'loop') {
      if (event.taken === null)
        later = [
          ...later,
          ...iterations.line(statement, `${step.thread} ${step.replica}`, loopGoesOn ? 'next' : 'first'),
        ];
      loopGoesOn = event.taken === true;
      continue;
    }
    const lines = linesOfEvent(event, setting);
    if (lines.length === 0) continue;
    now.push(...later, ...lines);
    later = [];
  }
  return { now, later };
}

function linesOfEvent(event: ShownEvent, setting: RemarkContext): readonly UnplacedLine[] {
  const { statement } = event;
  if (statement.isSilent === true) return [];
  switch (statement.kind) {
    case 'note':
      return [noteLine(statement)];
    case 'branch':
      return event.taken === true || event.reads.length > 0 ? [branchLine(statement, event, setting)] : [];
    case 'choose':
      return event.chosen === null ? [] : [choice(statement, event.chosen)];
    case 'step':
    case 'barrier':
      return [
        {
          ...codeLine(event.text, statement.isMark === true ? [] : remarksOn(event, setting)),
          ...expansionOf(statement),
        },
      ];
    case 'loop':
    case 'either':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
      return [];
  }
}

/** A step of which nothing is shown but its text. */
function silentLine({ edge, events }: ShownStep): UnplacedLine {
  const [first] = events;
  const expansion = first === undefined ? {} : expansionOf({ ...first.statement, isGenerated: true });
  return { ...codeLine(textOf(edge.transition)), ...expansion };
}

function expansionOf({ source, isGenerated, isAside, ...rest }: Statement): Pick<TraceLine, 'expands'> {
  if (source === undefined || 'plainRead' in rest) return {};
  return {
    expands: {
      source: `${source.file ?? ''}:${source.line}`,
      isGenerated: isGenerated === true,
      isAside: isAside === true,
    },
  };
}

/** A branch on shared memory is printed with its outcome, one on locals only if it is taken. */
function branchLine(
  statement: Statement & { kind: 'branch' },
  event: ShownEvent,
  setting: RemarkContext,
): UnplacedLine {
  const jump = event.taken === true ? statement.then.find(({ kind }) => kind === 'goto') : undefined;
  const text = event.text + (jump === undefined || / goto /.test(event.text) ? '' : ` ${printText(jump)}`);
  const seen = remarksOn(event, setting);
  const last = seen.at(-1);
  if (last === undefined) return codeLine(text);
  const decided = { ...last, text: `${last.text}: ${event.taken === true ? 'yes' : 'no'}` };
  return codeLine(text, [...seen.slice(0, -1), decided]);
}

/** What the remarks on an event depend on. */
interface RemarkContext {
  /** Variables whose stores reach memory at once. */
  readonly atOnce: ReadonlySet<string>;
  readonly bookkeeping: Bookkeeping;
  readonly names: CellNames;
  readonly thread: string;
  /** It belongs to the last step, whose changes are always printed. */
  readonly isLast: boolean;
}

/** Remarks on the values and the ordering of an event. A local that receives the value read is not mentioned. */
function remarksOn(
  event: ShownEvent,
  { atOnce, bookkeeping, names, thread, isLast }: RemarkContext,
): readonly Remark[] {
  const { locals, waits, outOfOrder } = event;
  const { reads, writes, changes } = bookkeeping.shown(event, isLast);
  const changed = new Set(changes.map(({ cell }) => cell));
  const written = new Set(writes.map(({ cell }) => cell));
  const soon = (cell: string) => (atOnce.has(partsOfCell(cell).name) ? ' (at once)' : '');
  const all: readonly Remark[] = [
    ...reads
      .filter(({ cell, from }) => from !== 'memory' || !written.has(cell))
      .map((read) => readRemark(read, names)),
    ...changes.map(({ cell, from, to }) =>
      remark(
        'change',
        cell,
        `${names.cell(cell)}: ${names.value(cell, from)} -> ${names.value(cell, to)}${soon(cell)}`,
      ),
    ),
    ...writes
      .filter(({ cell }) => !changed.has(cell))
      .map(({ cell, value }) =>
        remark('kept', cell, `${names.cell(cell)} stays ${names.value(cell, value)}`),
      ),
    ...waits.map(({ cell, value }) =>
      remark('store', cell, `store ${names.cell(cell)} = ${names.value(cell, value)} waits`),
    ),
    ...locals
      .filter(({ to }) => isLast || !reads.some(({ value }) => value === to))
      .map(({ cell, from, to }) =>
        remark(
          'local',
          cell,
          `local ${cell}: ${names.local(thread, cell, from)} -> ${names.local(thread, cell, to)}`,
        ),
      ),
    ...(outOfOrder === null ? [] : orderRemarks(outOfOrder, names)),
  ];
  return [...new Map(all.map((one) => [one.text, one])).values()];
}

const remark = (kind: Remark['kind'], cell: string | null, text: string): Remark => ({ kind, cell, text });

function readRemark({ cell, value, memory, from }: ShownRead, names: CellNames): Remark {
  const read = `${names.cell(cell)} == ${names.value(cell, value)}`;
  const beside = value === memory ? '' : `memory has ${names.value(cell, memory)}`;
  switch (from) {
    case 'memory':
      return remark('read', cell, `reads ${read}`);
    case 'own store':
      return remark('read', cell, `reads ${read} (own store${beside === '' ? '' : `; ${beside}`})`);
    case 'old value':
      return remark('stale', cell, `reads stale ${read} (${beside === '' ? 'memory has it again' : beside})`);
  }
}

/** Remarks on reorderings by the arm64 machine, except stale reads. */
function orderRemarks({ early, seenBefore, late }: OutOfOrder, names: CellNames): readonly Remark[] {
  return [
    ...early.map((cell) => remark('order', cell, 'early: executed later')),
    ...seenBefore.map(({ cell, since }) =>
      remark('order', cell, `others see ${names.cell(cell)} since ${stepName(since)}`),
    ),
    ...late.map(({ cell, since }) =>
      remark('order', cell, `the store to ${names.cell(cell)} of ${stepName(since)} has not arrived`),
    ),
  ];
}

const stepName = (since: number) => (since < 0 ? 'the beginning' : `step ${since + 1}`);

/** Counts loop iterations by thread copy and variable. */
class Iterations {
  readonly #values = new Map<string, number>();

  /** The head of a loop with the value of its variable; none for a single iteration. */
  line(
    statement: Statement & { kind: 'loop' },
    copy: string,
    which: 'first' | 'next',
  ): readonly UnplacedLine[] {
    const { variable } = statement;
    const { low, high } = variable.domain as { low: number; high: number };
    const name = printExpr(variable);
    const key = `${copy} ${name}`;
    const value = which === 'first' ? low : this.#values.get(key)! + 1;
    this.#values.set(key, value);
    return low === high
      ? []
      : [{ ...codeLine(`${statement.text}: ${name} = ${value}`), iteration: { variable: name, value } }];
  }
}
