/** A trace as lines to print: the kernel's text, who runs it, and what it saw and changed. */
import type { Code, TransitionTable } from '../analysis/transition-table.ts';
import type { Statement } from '../language/statement.ts';
import type { Value } from '../language/domain.ts';
import { printExpr, printText } from '../language/print.ts';
import type { Trace, TraceStep } from '../search/trace.ts';
import type { ShownEvent, ShownStep } from './beside-buffers.ts';
import { besideBuffers } from './beside-buffers.ts';
import type { Cpu } from './cpus.ts';
import type { OutOfOrder } from '../state/interpret.ts';
import { foldIterations } from './fold-iterations.ts';
import { lateStores } from './late-stores.ts';

export interface TraceLine {
  /** The number of the step, from 1, on its first line; null on the others. */
  readonly step: number | null;
  /** The number of the step that it belongs to, or leads to. */
  readonly of: number;
  /** Position among the CPUs that take part. */
  readonly cpu: number;
  readonly kind: 'code' | 'note';
  readonly text: string;
  /** What it saw and what it changed. */
  readonly beside: readonly string[];
  /** On the head of a loop: its variable and the value in the iteration that begins. */
  readonly iteration: { readonly variable: string; readonly value: number } | null;
}

type Unplaced = Omit<TraceLine, 'step' | 'of' | 'cpu'>;

/** The lines of all steps; what a thread did before its first step, and the heads of loops, stand before the step they lead to. */
export const traceLines = (
  table: TransitionTable,
  trace: Trace,
  cpus: readonly Cpu[],
): readonly TraceLine[] => foldIterations(allTraceLines(table, trace, cpus));

/** The same with every iteration of every loop. */
export function allTraceLines(
  table: TransitionTable,
  trace: Trace,
  cpus: readonly Cpu[],
): readonly TraceLine[] {
  const lines: TraceLine[] = [];
  const late = lateStores(table, trace, cpus);
  const iterations = new Iterations();
  const waiting = new Map<string, Unplaced[]>();
  for (const [at, step] of trace.steps.entries()) {
    const copy = `${step.thread} ${step.replica}`;
    const cpu = cpus.findIndex(({ copies }) => copies.has(copy));
    const before = waiting.get(copy) ?? beginning(table, trace, step, iterations);
    const { now, later } = linesOfStep(besideBuffers(step, table), iterations);
    waiting.set(copy, later);
    const plain: readonly Unplaced[] =
      now.length > 0 ? now : [codeLine(printText(step.edge.transition.statement))];
    const arriving = late.find(({ arrived }) => arrived === at);
    const own = arriving === undefined ? plain : [withRemark(plain[0]!, arriving.stored), ...plain.slice(1)];
    lines.push(...before.map((line) => ({ ...line, step: null, of: at + 1, cpu })));
    lines.push(
      ...own.map((line, position) => ({ ...line, step: position === 0 ? at + 1 : null, of: at + 1, cpu })),
    );
  }
  return lines;
}

/** The line of a store that reaches memory after others have missed it. */
const withRemark = (line: Unplaced, stored: number): Unplaced => ({
  ...line,
  beside: [...line.beside, `late: stored in step ${stored + 1}`],
});

/** What happened before the first step of a thread, as far as nothing decided there. */
function beginning(
  table: TransitionTable,
  trace: Trace,
  step: TraceStep,
  iterations: Iterations,
): Unplaced[] {
  const { locals } = trace.initial.threads[step.thread]![step.replica]!;
  const lines: Unplaced[] = [];
  let code: Code = table.threads[step.edge.thread]!.entry;
  while (code.kind === 'effects' || code.kind === 'choose') {
    if (code.kind === 'choose') lines.push(choice(code.statement, locals[code.target.name] as Value));
    else lines.push(...plainLines(code.statement, step, iterations));
    code = code.next;
  }
  return lines;
}

function plainLines(statement: Statement, step: TraceStep, iterations: Iterations): readonly Unplaced[] {
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

const noteLine = (statement: Statement): Unplaced => ({
  kind: 'note',
  text: printText(statement),
  beside: [],
  iteration: null,
});

const codeLine = (text: string, beside: readonly string[] = []): Unplaced => ({
  kind: 'code',
  text,
  beside,
  iteration: null,
});

const choice = (statement: Statement, value: Value): Unplaced =>
  codeLine(
    printText(statement),
    statement.kind === 'choose' ? [`${printExpr(statement.target)} = ${value}`] : [],
  );

/** The lines of a step, and the heads of loops that belong before the next one. */
function linesOfStep(step: ShownStep, iterations: Iterations): { now: Unplaced[]; later: Unplaced[] } {
  const now: Unplaced[] = [];
  let later: Unplaced[] = [];
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
    const lines = linesOfEvent(event);
    if (lines.length === 0) continue;
    now.push(...later, ...lines);
    later = [];
  }
  return { now, later };
}

function linesOfEvent(event: ShownEvent): readonly Unplaced[] {
  const { statement } = event;
  switch (statement.kind) {
    case 'note':
      return [noteLine(statement)];
    case 'branch':
      return event.taken === true || event.reads.length > 0 || event.forwarded.length + event.old.length > 0
        ? [branchLine(statement, event)]
        : [];
    case 'choose':
      return event.chosen === null ? [] : [choice(statement, event.chosen)];
    case 'step':
    case 'barrier':
      return [codeLine(printText(statement), besides(event))];
    case 'loop':
    case 'either':
    case 'forever':
    case 'atomically':
    case 'label':
    case 'goto':
      return [];
  }
}

/** A branch on shared memory says how it came out; one on locals is there only when it is taken. */
function branchLine(statement: Statement & { kind: 'branch' }, event: ShownEvent): Unplaced {
  const jump = event.taken === true ? statement.then.find(({ kind }) => kind === 'goto') : undefined;
  const text = printText(statement) + (jump === undefined ? '' : ` ${printText(jump)}`);
  const seen = besides(event);
  if (seen.length === 0) return codeLine(text);
  return codeLine(text, [...seen.slice(0, -1), `${seen.at(-1)!}: ${event.taken === true ? 'yes' : 'no'}`]);
}

/** What an event changed, and the values that it saw beside. */
function besides({
  reads,
  writes,
  changes,
  waits,
  forwarded,
  old,
  outOfOrder,
}: ShownEvent): readonly string[] {
  const changed = new Set(changes.map(({ cell }) => cell));
  const kept = writes.filter(({ cell }) => !changed.has(cell));
  const written = new Set(writes.map(({ cell }) => cell));
  return [
    ...new Set([
      ...reads.filter(({ cell }) => !written.has(cell)).map(({ cell, value }) => `sees ${cell} == ${value}`),
      ...changes.map(({ cell, from, to }) => `${cell}: ${from} -> ${to}`),
      ...kept.map(({ cell, value }) => `${cell} stays ${value}`),
      ...waits.map((cell) => `store to ${cell} waits`),
      ...forwarded.map((cell) => `sees its own store to ${cell}`),
      ...old.map((cell) => `sees ${cell} as it was`),
      ...(outOfOrder === undefined ? [] : outOfOrderTexts(outOfOrder)),
    ]),
  ];
}

function outOfOrderTexts({ old, early, seenBefore, late }: OutOfOrder): readonly string[] {
  return [
    ...old.map(({ newest, since }) => `old: ${String(newest)} since ${stepName(since)}`),
    ...early.map(() => 'early: executed later'),
    ...seenBefore.map(({ cell, since }) => `${cell} has been so since ${stepName(since)}`),
    ...late.map(({ cell, since }) => `${cell}: the store of ${stepName(since)} is late`),
  ];
}

const stepName = (since: number) => (since < 0 ? 'the beginning' : `step ${since + 1}`);

/** Counts the iterations of loops, by copy of a thread and variable. */
class Iterations {
  readonly #values = new Map<string, number>();

  /** The head of a loop with the value of its variable; nothing for a loop that runs only once. */
  line(statement: Statement & { kind: 'loop' }, copy: string, which: 'first' | 'next'): readonly Unplaced[] {
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
