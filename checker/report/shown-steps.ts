/**
 * The steps of a trace in terms of the original program: executed statements, reads and changes, without the CPU state
 * that a memory model adds.
 */
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Value } from '../language/domain.ts';
import { walk } from '../language/expression.ts';
import { printText } from '../language/print.ts';
import { conditionsOf } from '../language/liveness.ts';
import type { Model } from '../language/model.ts';
import type { Statement } from '../language/statement.ts';
import type { AnyDeclaration, CpuPart } from '../language/variable.ts';
import { accessesOf } from '../memory/common/accesses.ts';
import type { Trace, TraceStep } from '../trace/trace.ts';
import type { Cells, State } from '../interpreter/evaluate.ts';
import type { Access, CellChange, ExecutedStatement, OutOfOrder } from '../interpreter/interpreter.ts';
import { writtenStatement } from './author-words.ts';

/** A read of a cell of memory. */
export interface ShownRead extends Access {
  /** The value in memory. */
  readonly memory: Value;
  /** The source of the value: memory, the CPU's own store buffer, or an old value. */
  readonly from: 'memory' | 'own store' | 'old value';
}

export interface ShownEvent {
  /** The author's statement, except for steps of a store buffer. */
  readonly statement: Statement;
  readonly text: string;
  readonly taken: boolean | null;
  readonly chosen: Value | null;
  readonly reads: readonly ShownRead[];
  /** The cells written, including writes of the same value. */
  readonly writes: readonly Access[];
  readonly changes: readonly CellChange[];
  /** Locals that a property reads. */
  readonly locals: readonly CellChange[];
  /** Stores put into the CPU's store buffer. */
  readonly waits: readonly Access[];
  /** Accesses out of program order; null: none. */
  readonly outOfOrder: OutOfOrder | null;
}

export interface ShownStep extends Omit<TraceStep, 'events'> {
  /** The executed statements. */
  readonly events: readonly ShownEvent[];
}

/** The context of events. */
interface Stage {
  readonly model: Model;
  readonly thread: string;
  readonly replica: number;
  readonly seen: ReadonlySet<string>;
  /** An agent of a memory model, of which only stores are shown. */
  readonly isAgent: boolean;
}

export function shownSteps({ model }: TransitionSystem, trace: Trace): readonly ShownStep[] {
  const seen = seenLocals(model);
  return trace.steps.map((step, at) => {
    const before = at === 0 ? trace.initial : trace.steps[at - 1]!.after;
    return { ...step, events: eventsOf(step, before, stageOf(model, seen, step)) };
  });
}

/** The events of a step that is enabled in a state. */
export const shownEvents = (
  { model }: TransitionSystem,
  state: State,
  step: Pick<TraceStep, 'thread' | 'replica' | 'events'>,
): readonly ShownEvent[] => eventsOf(step, state, stageOf(model, seenLocals(model), step));

const stageOf = (
  model: Model,
  seen: ReadonlySet<string>,
  { thread, replica }: Pick<TraceStep, 'thread' | 'replica'>,
): Stage => ({
  model,
  thread,
  replica,
  seen,
  isAgent: model.threads.find(({ name }) => name === thread)?.ofMachine === true,
});

/** The locals that properties read, as `thread.local`. */
function seenLocals(model: Model): ReadonlySet<string> {
  const parts = conditionsOf(model).flatMap((condition) => [...walk(condition)]);
  return new Set(parts.flatMap((part) => (part.kind === 'local' ? [`${part.thread}.${part.name}`] : [])));
}

function eventsOf({ events }: Pick<TraceStep, 'events'>, before: State, stage: Stage): readonly ShownEvent[] {
  let memory = before.shared;
  return events.flatMap((event): readonly ShownEvent[] => {
    const now = memory;
    memory = afterChanges(memory, event.changes);
    return event.statement.hidden === true ? [] : [shownEvent(event, now, stage)];
  });
}

function afterChanges(shared: Cells, changes: readonly CellChange[]): Cells {
  const next: Record<string, Cells[string]> = { ...shared };
  for (const { cell, to } of changes) {
    const { name, index } = partsOfCell(cell);
    next[name] = index === null ? to : (next[name] as readonly Value[]).with(index, to);
  }
  return next;
}

/** The variable and the index of a cell such as `pte[0]`. */
export function partsOfCell(cell: string): { readonly name: string; readonly index: number | null } {
  const at = cell.indexOf('[');
  return at < 0
    ? { name: cell, index: null }
    : { name: cell.slice(0, at), index: Number(cell.slice(at + 1, -1)) };
}

/** The value of a cell. */
export function valueIn(shared: Cells, cell: string): Value {
  const { name, index } = partsOfCell(cell);
  return index === null ? (shared[name] as Value) : (shared[name] as readonly Value[])[index]!;
}

function shownEvent(event: ExecutedStatement, memory: Cells, stage: Stage): ShownEvent {
  const { model, thread, seen } = stage;
  const { statement } = event;
  const written = writtenStatement(model, thread, statement.line);
  const isMemory = ({ cell }: { readonly cell: string }) =>
    declarationOf(cell, model)?.insideCpu === undefined;
  return {
    statement: written ?? statement,
    text: stage.isAgent ? printText(statement).replace('[cpu]', `[${stage.replica}]`) : printText(statement),
    taken: event.taken,
    chosen: event.chosen,
    reads: stage.isAgent ? [] : readsIn(event, memory, written, stage),
    writes: event.writes.filter(isMemory),
    changes: event.changes.filter(isMemory),
    locals: event.locals.filter(({ cell }) => seen.has(`${thread}.${partsOfCell(cell).name}`)),
    waits: stage.isAgent ? [] : waitsIn(event, stage),
    outOfOrder: event.outOfOrder ?? null,
  };
}

/** The reads of the author's statement; a memory model also reads the value that a store overwrites. */
function readsIn(
  event: ExecutedStatement,
  memory: Cells,
  written: Statement | undefined,
  stage: Stage,
): readonly ShownRead[] {
  const { model } = stage;
  const { reads } = event;
  const isRewritten = model.written !== undefined && written !== undefined;
  const names = isRewritten ? new Set(accessesOf(written).reads.map(({ name }) => name)) : null;
  const read = (access: Access, from: ShownRead['from']): ShownRead => ({
    ...access,
    memory: valueIn(memory, access.cell),
    from,
  });
  const stale = new Map(event.outOfOrder?.old.map((one) => [one.cell, one]));
  const plain = reads.filter(
    ({ cell }) =>
      declarationOf(cell, model)?.insideCpu === undefined && (names?.has(partsOfCell(cell).name) ?? true),
  );
  return distinct([
    ...plain.map((access): ShownRead => {
      const old = stale.get(access.cell);
      if (old !== undefined) return { ...access, memory: old.newest, from: 'old value' };
      return read(access, 'memory');
    }),
    ...bufferedIn(reads, stage).map((access) => read(access, 'own store')),
  ]);
}

const distinct = (reads: readonly ShownRead[]) => [
  ...new Map(reads.map((read) => [`${read.cell} ${String(read.value)} ${read.from}`, read])).values(),
];

/** Reads of entries of a store buffer, with the memory cell of each entry. */
function bufferedIn(reads: readonly Access[], stage: Stage): readonly Access[] {
  const numbers = new Map<string, string | null>();
  return reads.flatMap(({ cell, value }): readonly Access[] => {
    const declaration = declarationOf(cell, stage.model);
    const { part } = declaration ?? {};
    if (part === undefined) return [];
    const key = entryOf(part, cell);
    if (part.holds === 'cell') {
      numbers.set(key, numbered(declaration!, value, stage.replica));
      return [];
    }
    const found = numbers.get(key) ?? null;
    return found === null ? [] : [{ cell: found, value }];
  });
}

/** An entry of one copy of a CPU. */
const entryOf = ({ cpu, slot }: CpuPart, cell: string) => `${cpu} ${slot} ${partsOfCell(cell).index ?? ''}`;

/** The stores that an event puts into free entries; a store that leaves the buffer fills none. */
function waitsIn({ changes, writes }: ExecutedStatement, { model, replica }: Stage): readonly Access[] {
  return changes.flatMap(({ cell, from, to }) => {
    const declaration = declarationOf(cell, model);
    if (declaration?.insideCpu !== 'store buffer' || declaration.part?.holds !== 'cell') return [];
    const [before, after] = [from, to].map((value) => numbered(declaration, value, replica));
    if (before !== null || after === null || after === undefined) return [];
    const entry = entryOf(declaration.part, cell);
    const stored = writes.findLast((write) => {
      const { part, insideCpu } = declarationOf(write.cell, model) ?? {};
      return insideCpu === 'store buffer' && part?.holds === 'value' && entryOf(part, write.cell) === entry;
    });
    return stored === undefined ? [] : [{ cell: after, value: stored.value }];
  });
}

/** The name of the cell whose number a CPU part contains; null: none. */
export function numbered({ cellNames }: AnyDeclaration, value: Value, replica: number): string | null {
  const name = cellNames?.[Number(value)];
  return name === undefined || name === '' ? null : name.replace('[cpu]', `[${replica}]`);
}

/** The declaration of the variable that a cell belongs to. */
const declarationOf = (cell: string, { shared }: Model): AnyDeclaration | undefined =>
  shared[partsOfCell(cell).name];
