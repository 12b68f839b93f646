/** Traces of the ARMv8 machine: a schedule replayed, with what each step did out of the order of the text. */
import type { Outside } from '../language/model-error.ts';
import { valueFrom } from '../program/numbering.ts';
import type { TransitionSystem } from '../program/transition-system.ts';
import type { Value } from '../language/domain.ts';
import type { MachineState, Time, Write } from '../memory/arm64/machine-state.ts';
import { programOf, type Program } from '../memory/arm64/program.ts';
import { observedCells, propertiesOf, timesToLook } from '../memory/arm64/properties.ts';
import type { Executed, Loaded, StoredWrite } from '../memory/arm64/run.ts';
import { SequenceSet } from '../memory/arm64/sequence-set.ts';
import { keyOf } from '../memory/arm64/state-key.ts';
import { cellName, Arm64Machine, type MachineStep } from '../memory/arm64/successors.ts';
import type { Cells, State } from '../interpreter/evaluate.ts';
import type { CellChange, ExecutedStatement, OutOfOrder } from '../interpreter/interpreter.ts';
import { blame, isDeadlock, plainState } from '../memory/arm64/space.ts';
import type { Answer, Schedule } from '../state-space/outcome.ts';
import { ReplayError, ofAnyCopy, type Trace, type TraceStep } from './trace.ts';
import type { Edge } from '../state-space/state-space.ts';
import type { FiredEdge } from '../state-space/successors.ts';

/** A trace with the state of the machine in which it ends, and what is wrong there. */
interface Replayed {
  readonly trace: Trace;
  readonly violated: readonly string[];
  readonly isDeadlocked: boolean;
}

/** Throws  ReplayError naming the first step that cannot happen. */
export const replayOnArm64 = (system: TransitionSystem, schedule: Schedule): Trace =>
  replayed(system, schedule).trace;

/** True when the trace really ends in what the answer says. */
export function confirmsOnArm64(system: TransitionSystem, answer: Answer, trace: Trace): boolean {
  if (!('schedule' in answer)) return false;
  const { violated, isDeadlocked } = replayed(system, answer.schedule);
  switch (answer.verdict) {
    case 'violated':
      return answer.kind === 'assertion'
        ? trace.stopped === answer.property
        : violated.includes(answer.property);
    case 'deadlock':
      return isDeadlocked;
    case 'livelock':
      return false;
    case 'error':
      return trace.stopped !== null && ofAnyCopy(trace.stopped) === ofAnyCopy(answer.message);
  }
}

/** The machine of a model: what it has found out about CPUs alone serves every replay. */
const machines = new WeakMap<TransitionSystem, Arm64Machine>();

function machineOf(system: TransitionSystem): Arm64Machine {
  const known = machines.get(system);
  if (known !== undefined) return known;
  const program = programOf(system);
  const machine = new Arm64Machine(program, observedCells(program));
  machines.set(system, machine);
  return machine;
}

/** In how many states a run may begin. Throws  ModelError where the machine cannot run the model. */
export const startsOnArm64 = (system: TransitionSystem): number =>
  beginningsOnArm64(machineOf(system)).length;

/** All that can happen behind a schedule, promises included. Throws  ReplayError. */
export function firedOnArm64(system: TransitionSystem, schedule: Schedule): readonly FiredEdge[] {
  const machine = machineOf(system);
  const { program } = machine;
  const start = beginningsOnArm64(machine)[schedule.initial];
  if (start === undefined) throw new ReplayError(`the model has no initial state number ${schedule.initial}`);
  let before = start;
  for (const [at, edge] of schedule.edges.entries())
    before = machine.normal(follow(program, machine, { ...before, step: at }, { edge, at }).after);
  const from = { ...before, step: schedule.edges.length };
  return machine.steps(from, true).map((step): FiredEdge => {
    const { processor, operation, choice, run } = step;
    const { thread, replica } = program.processors[processor]!;
    const edge: Edge = { thread, replica, transition: operation.transition, choice };
    const error = run?.error ?? null;
    const stops = (error ?? run?.failed ?? null) !== null;
    const reached = stops ? from : machine.normal(step.after);
    const after = plainState(program, reached, reached.top);
    const { events } = traceStep(program, step, edge, { before: from, after });
    return {
      edge,
      firing: {
        state: after,
        events,
        failed: run?.failed ?? null,
        error: error === null ? null : blame(program, step, error),
      },
    };
  });
}

function replayed(system: TransitionSystem, schedule: Schedule): Replayed {
  const machine = machineOf(system);
  const { program } = machine;
  let state = beginningsOnArm64(machine)[schedule.initial];
  if (state === undefined) throw new ReplayError(`the model has no initial state number ${schedule.initial}`);
  const initial = plainState(program, state, state.top);
  const steps: TraceStep[] = [];
  let stopped: string | null = null;
  let outside: Outside | null = null;
  for (const [at, edge] of schedule.edges.entries()) {
    if (stopped !== null) throw new ReplayError(`step ${at + 1} comes after the end: ${stopped}`);
    const step = follow(program, machine, { ...state, step: at }, { edge, at });
    const error = step.run?.error ?? null;
    outside = step.run?.outside ?? null;
    stopped = error === null ? (step.run?.failed ?? null) : blame(program, step, error);
    const before = state;
    if (stopped === null) state = machine.normal(step.after);
    steps.push(traceStep(program, step, edge, { before, after: plainState(program, state, state.top) }));
  }
  const seen = stopped === null ? lookAt(program, state) : { violated: [], at: state.top };
  return {
    trace: {
      initial,
      steps: withEnd(program, steps, state, seen.at),
      stopped,
      ...(outside === null ? {} : { outside }),
    },
    violated: seen.violated,
    isDeadlocked: stopped === null && isDeadlock(program, state, machine.steps(state)),
  };
}

/** The states in which a run may begin, each once: what a schedule counts. */
export function beginningsOnArm64(machine: Arm64Machine): readonly MachineState[] {
  const keys = new SequenceSet();
  return machine
    .initial()
    .map((state) => machine.normal(state))
    .filter((state) => {
      const { count } = keys;
      return keys.add(keyOf(state)) === count;
    });
}

function follow(
  program: Program,
  machine: Arm64Machine,
  state: MachineState,
  { edge, at }: { readonly edge: Edge; readonly at: number },
): MachineStep {
  const found = machine.steps(state, true).find(({ processor, operation, choice }) => {
    const { thread, replica } = program.processors[processor]!;
    return (
      thread === edge.thread &&
      replica === edge.replica &&
      operation.transition === edge.transition &&
      choice === edge.choice
    );
  });
  const name = program.system.threads[edge.thread]?.thread.name ?? `number ${edge.thread}`;
  if (found === undefined)
    throw new ReplayError(
      `step ${at + 1}: thread '${name}' (copy ${edge.replica}) cannot take that step there`,
    );
  return found;
}

function traceStep(
  program: Program,
  step: MachineStep,
  edge: Edge,
  { before, after }: { readonly before: MachineState; readonly after: State },
): TraceStep {
  const { table, replica } = program.processors[step.processor]!;
  const events = step.run === null ? [promise(program, step, before)] : eventsOf(program, step);
  const { name } = table.thread;
  const locals = changedLocals(
    plainState(program, before, before.top).threads[name]![replica]!.locals,
    after.threads[name]![replica]!.locals,
  );
  // A step has an event for each statement; the changes of its locals belong to the last one.
  const withLocals = events.map((event, at) => (at === events.length - 1 ? { ...event, locals } : event));
  return { edge, thread: name, replica, events: withLocals, after };
}

/** What a step executes, statement by statement; nothing where it promises a store. The step was made for a trace. */
export const eventsOf = (program: Program, { run, processor }: MachineStep): readonly ExecutedStatement[] =>
  run?.trail?.map((executed, at) =>
    eventOf(program, executed, {
      loads: run.loads.filter(({ by }) => by === at),
      stores: run.stores.filter(({ by }) => by === at),
      processor,
    }),
  ) ?? [];

function changedLocals(before: Cells, after: Cells): readonly CellChange[] {
  const flat = (cells: Cells) =>
    Object.entries(cells).flatMap(([name, value]) =>
      Array.isArray(value)
        ? value.map((one, at): [string, Value] => [`${name}[${at}]`, one as Value])
        : [[name, value as Value] as [string, Value]],
    );
  const old = new Map(flat(before));
  return flat(after).flatMap(([cell, to]) => {
    const from = old.get(cell)!;
    return from === to ? [] : [{ cell, from, to }];
  });
}

const nothing: OutOfOrder = { old: [], early: [], seenBefore: [], late: [] };

/** A store that others see before its CPU executes it. */
function promise(
  program: Program,
  { promised, operation }: MachineStep,
  before: MachineState,
): ExecutedStatement {
  const { cell, value } = promised!;
  const name = cellName(program, cell);
  const to = valueIn(program, cell, value);
  const { statement } = operation.code.kind === 'goto' ? operation.transition : operation.code;
  return {
    statement,
    taken: null,
    chosen: null,
    reads: [],
    writes: [{ cell: name, value: to }],
    changes: [{ cell: name, from: valueIn(program, cell, before.writes[cell]!.at(-1)!.value), to }],
    locals: [],
    counts: {},
    outOfOrder: { ...nothing, early: [name] },
  };
}

interface Done {
  readonly loads: readonly Loaded[];
  readonly stores: readonly StoredWrite[];
  readonly processor: number;
}

function eventOf(
  program: Program,
  { statement, taken, chosen, counts }: Executed,
  { loads, stores, processor }: Done,
): ExecutedStatement {
  const value = (cell: number, { value: number }: Pick<Write, 'value'>) => valueIn(program, cell, number);
  const old = loads
    .filter(({ from, newest }) => from !== newest)
    .map(({ cell, from, newest, next }) => ({
      cell: cellName(program, cell),
      value: value(cell, from),
      newest: value(cell, newest),
      since: newest.step,
      overwritten: next.step,
    }));
  const seenBefore = stores.flatMap(({ cell, promised }) =>
    promised === null ? [] : [{ cell: cellName(program, cell), since: promised.step }],
  );
  const event: ExecutedStatement = {
    statement,
    taken,
    chosen: chosen === null ? null : chosenValue(program, processor, statement, chosen),
    reads: loads.map(({ cell, from }) => ({ cell: cellName(program, cell), value: value(cell, from) })),
    writes: stores.map((stored) => ({
      cell: cellName(program, stored.cell),
      value: value(stored.cell, stored),
    })),
    changes: stores
      .filter(({ promised, before, value: to }) => promised === null && before.value !== to)
      .map((stored) => ({
        cell: cellName(program, stored.cell),
        from: value(stored.cell, stored.before),
        to: value(stored.cell, stored),
      })),
    locals: [],
    counts,
  };
  return old.length + seenBefore.length === 0
    ? event
    : { ...event, outOfOrder: { ...nothing, old, seenBefore } };
}

function chosenValue(
  program: Program,
  processor: number,
  statement: Executed['statement'],
  chosen: number,
): Value {
  if (statement.kind !== 'choose') return chosen;
  const { thread } = program.processors[processor]!;
  const { domain } = program.numbering.locals[thread]!.get(statement.target.name)!;
  return valueFrom(program.numbering.names, domain, chosen);
}

const valueIn = ({ numbering }: Program, cell: number, number: number): Value =>
  valueFrom(numbering.names, numbering.cells[cell]!, number);

/** What is violated in the state, and at which time somebody sees it: the latest. */
function lookAt(
  program: Program,
  state: MachineState,
): { readonly violated: readonly string[]; readonly at: Time } {
  const properties = propertiesOf(program).filter(({ kind }) => kind === 'always');
  const observed = observedCells(program);
  const times = timesToLook(state, observed);
  const found = properties.flatMap(({ name, isTrue, isMixed }) => {
    const at = (isMixed ? times : [state.top]).find((time) => !isTrue(state, time));
    return at === undefined ? [] : [{ name, at }];
  });
  return { violated: found.map(({ name }) => name), at: found[0]?.at ?? state.top };
}

/** The steps with the last one as somebody sees it at a time: stores behind that have not reached memory. */
function withEnd(
  program: Program,
  steps: readonly TraceStep[],
  state: MachineState,
  at: Time,
): readonly TraceStep[] {
  const last = steps.at(-1);
  if (last === undefined || at === state.top) return steps;
  const late = state.writes.flatMap((list, cell) =>
    list.flatMap(({ time, step }, position) =>
      position > 0 && time > at ? [{ cell: cellName(program, cell), since: step }] : [],
    ),
  );
  const events = last.events.map((event, position) =>
    position === last.events.length - 1
      ? { ...event, outOfOrder: { ...(event.outOfOrder ?? nothing), late } }
      : event,
  );
  return [...steps.slice(0, -1), { ...last, events, after: plainState(program, state, at) }];
}
