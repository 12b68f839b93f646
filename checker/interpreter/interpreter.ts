/** The interpreter: the meaning of a model, on plain immutable states; every other implementation must agree with it. */
import {
  isTrue,
  cellName,
  cellsOf,
  evaluate,
  indexOf,
  withBound,
  type State,
  type Cells,
  type EvaluationContext,
} from './evaluate.ts';
import type { TransitionSystem, Code, ThreadTable, Transition } from '../program/transition-system.ts';
import { enablePatches, produceWithPatches, type Draft, type Patch } from 'immer';
import { contains, printDomain, valueAt, sizeOf, type AnyDomain, type Value } from '../language/domain.ts';
import type { Reference } from '../language/expression.ts';
import { DomainError, ModelError, type Outside } from '../language/model-error.ts';
import { printExpr, printText } from '../language/print.ts';
import type { Effect, Statement } from '../language/statement.ts';
import type { AnyDeclaration, Declarations } from '../language/variable.ts';

enablePatches();

/** A transition that a copy of a thread can fire. */
export interface Move {
  readonly thread: ThreadTable;
  readonly replica: number;
  readonly transition: Transition;
}

/** One value read, or one shared cell written. */
export interface Access {
  readonly cell: string;
  readonly value: Value;
}

export interface CellChange {
  readonly cell: string;
  readonly from: Value;
  readonly to: Value;
}

/** One statement executed in a transition, with what it saw and did. */
export interface ExecutedStatement {
  readonly statement: Statement;
  /** Whether a branch was taken; null for other statements. */
  readonly taken: boolean | null;
  /** The value that a choice took; null for other statements. */
  readonly chosen: Value | null;
  readonly reads: readonly Access[];
  /** The shared cells written, also where the value stayed the same. */
  readonly writes: readonly Access[];
  readonly changes: readonly CellChange[];
  /** The locals of the running copy that it changed. */
  readonly locals: readonly CellChange[];
  readonly counts: Readonly<Record<string, number>>;
  /** What was performed out of the order of the text; left out where nothing was. */
  readonly outOfOrder?: OutOfOrder;
}

/** What a weakly ordered CPU did early or late; steps count from 0. */
export interface OutOfOrder {
  /**
   * Loads of old values: what others see of the cell at that time, and since which step; and the step in which the value
   * was overwritten.
   */
  readonly old: readonly (Access & {
    readonly newest: Value;
    readonly since: number;
    readonly overwritten: number;
  })[];
  /** Stores that others see before this CPU executes them. */
  readonly early: readonly string[];
  /** Stores executed now that others have seen since a step. */
  readonly seenBefore: readonly { readonly cell: string; readonly since: number }[];
  /** Stores that have not reached memory at the end of the trace, with the step that executed or promised them. */
  readonly late: readonly { readonly cell: string; readonly since: number }[];
}

/** One way in which a transition fires. */
export interface Firing {
  readonly state: State;
  readonly events: readonly ExecutedStatement[];
  /** The claim of the assertion that failed, or null. */
  readonly failed: string | null;
  /** A model error in this step, such as a value outside of its domain, or null. */
  readonly error: string | null;
  /** The value outside of its domain that is the error. */
  readonly outside?: Outside;
}

export function endsOf(system: TransitionSystem): EvaluationContext['ends'] {
  return Object.fromEntries(system.threads.map(({ thread, end }) => [thread.name, end]));
}

/** Where the properties of a model are evaluated. */
export const propertyPlace = (state: State, ends: EvaluationContext['ends']): EvaluationContext => ({
  state,
  thread: '',
  replica: -1,
  bound: [],
  ends,
});

/**
 * The states in which a run may begin, each once: several where threads begin with choices.
 *
 * Throws  ModelError when the threads go wrong before their first step, and where another machine is to run the model.
 */
export function initialStates(system: TransitionSystem): readonly State[] {
  const { machine } = system.model;
  if (machine !== undefined)
    throw new ModelError(
      `--memory ${machine} is a machine of its own, and this works on models: take sc, tso or pso`,
    );
  const threads = system.threads.map(({ thread }): [string, State['threads'][string]] => [
    thread.name,
    Array.from({ length: thread.cpus }, () => ({ location: 0, locals: initialCells(thread.locals) })),
  ]);
  let states: State[] = [{ shared: initialCells(system.model.shared), threads: Object.fromEntries(threads) }];
  for (const thread of system.threads)
    for (let replica = 0; replica < thread.thread.cpus; replica++)
      states = states.flatMap((state) => run(thread.entry, state, { thread, replica }).map(started));
  return distinct(states);
}

/** Choices that are overwritten lead to the same state again; a schedule counts the distinct ones. */
function distinct(states: readonly State[]): readonly State[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}

function started({ state, failed, error, outside }: Firing): State {
  const wrong = error ?? failed;
  if (outside !== undefined) throw new DomainError(`before the first step: ${error ?? ''}`, outside);
  if (wrong !== null) throw new ModelError(`before the first step: ${wrong}`);
  return state;
}

const initialCells = (declarations: Declarations): Cells =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, { initial, length }]: [string, AnyDeclaration]) => [
      name,
      length === null ? initial[0]! : initial,
    ]),
  );

/** What can happen next, in the order of threads, copies and transitions; a guard with a model error counts as true, and firing it gives the error. */
export function moves(system: TransitionSystem, state: State): readonly Move[] {
  return system.threads.flatMap((thread) =>
    state.threads[thread.thread.name]!.flatMap(({ location }, replica) =>
      thread.locations[location]!.map((transition) => ({ thread, replica, transition })).filter(
        (move) => seeGuard(state, move).open,
      ),
    ),
  );
}

/** The ways in which a move fires, in the order of its choices. */
export function fire(state: State, move: Move): readonly Firing[] {
  const { reads, error } = seeGuard(state, move);
  if (error !== null)
    return [
      {
        state,
        events: [silent(move.transition.statement)],
        failed: null,
        error: blame(error, move.transition.statement, move),
      },
    ];
  return run(move.transition.code, state, move).map((firing) => ({
    ...firing,
    events: firing.events.map((event, at) =>
      at === 0 ? { ...event, reads: [...reads, ...event.reads] } : event,
    ),
  }));
}

/** What a guard reads and whether it lets the move through. */
function seeGuard(state: State, move: Move) {
  const { guard } = move.transition;
  const seen = watch(state, move, (place) => guard === null || isTrue(guard, place));
  return { reads: seen.reads, open: seen.result ?? true, error: seen.error };
}

/** The result of `action` with the values that it reads; a model error is caught and returned. */
function watch<T>(state: State, runner: Runner, action: (place: EvaluationContext) => T) {
  const reads: Access[] = [];
  const onRead = (cell: string, value: Value) => reads.push({ cell, value });
  try {
    return { reads, result: action({ ...placeOf(state, runner), onRead }), error: null, outside: undefined };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const outside = error instanceof DomainError ? { outside: error.outside } : {};
    return { reads, result: null, error: error.message, ...outside };
  }
}

function blame(message: string, statement: Statement, { thread: { thread }, replica }: Runner): string {
  const copy = thread.cpus > 1 ? ` (copy ${replica})` : '';
  return `thread '${thread.name}'${copy}, line ${statement.line} '${printText(statement)}': ${message}`;
}

type Runner = Omit<Move, 'transition'>;

const placeOf = (state: State, { thread, replica }: Runner): EvaluationContext => ({
  state,
  thread: thread.thread.name,
  replica,
  bound: [],
  ends: {},
});

function run(code: Code, state: State, runner: Runner): readonly Firing[] {
  switch (code.kind) {
    case 'goto':
      return [{ state: at(code.location, state, runner), events: [], failed: null, error: null }];
    case 'effects': {
      const firing = execute(code, state, runner);
      return stopped(firing) ? [firing] : after(firing.events[0]!, run(code.next, firing.state, runner));
    }
    case 'branch': {
      const { reads, result: taken, error } = watch(state, runner, (place) => isTrue(code.condition, place));
      const event = { ...silent(code.statement), taken, reads };
      if (error !== null)
        return [{ state, events: [event], failed: null, error: blame(error, code.statement, runner) }];
      return after(event, run(taken ? code.then : code.otherwise, state, runner));
    }
    case 'choose': {
      const { domain } = code.target;
      return Array.from({ length: sizeOf(domain) }, (_, ordinal) => valueAt(domain, ordinal)).flatMap(
        (chosen) => {
          const effects: readonly Effect[] = [
            { kind: 'set', target: code.target, value: { kind: 'constant', value: chosen } },
          ];
          const { state: next } = execute({ statement: code.statement, effects }, state, runner);
          return after({ ...silent(code.statement), chosen }, run(code.next, next, runner));
        },
      );
    }
  }
}

/** The state in which the runner is at another location. */
function at(location: number, state: State, { thread: { thread }, replica }: Runner): State {
  const copies = state.threads[thread.name]!;
  const moved = { ...copies[replica]!, location };
  return { ...state, threads: { ...state.threads, [thread.name]: copies.with(replica, moved) } };
}

const silent = (statement: Statement): ExecutedStatement => ({
  statement,
  taken: null,
  chosen: null,
  reads: [],
  writes: [],
  changes: [],
  locals: [],
  counts: {},
});

const after = (event: ExecutedStatement, firings: readonly Firing[]): readonly Firing[] =>
  firings.map((firing) => ({ ...firing, events: [event, ...firing.events] }));

const stopped = ({ failed, error }: Firing) => failed !== null || error !== null;

/** What the effects of one statement leave behind beside the state. */
interface StatementExecution {
  readonly writes: Access[];
  readonly counts: Record<string, number>;
  failed: string | null;
}

/** Fires the effects of one statement, up to an assertion that fails or a mistake. */
function execute(
  { statement, effects }: { readonly statement: Statement; readonly effects: readonly Effect[] },
  state: State,
  runner: Runner,
): Firing {
  const execution: StatementExecution = { writes: [], counts: {}, failed: null };
  const { reads, result, error, outside } = watch(state, runner, (place) => {
    return produceWithPatches(state, (draft) => apply(effects, { ...place, state: draft }, execution));
  });
  const [next, patches, inverse] = result ?? [state, [], []];
  const { writes, counts, failed } = execution;
  const event = { ...silent(statement), reads, writes, ...changesOf(patches, inverse), counts };
  return {
    state: next,
    events: [event],
    failed,
    error: error === null ? null : blame(error, statement, runner),
    ...(outside === undefined ? {} : { outside }),
  };
}

/** The shared cells and the locals that immer's patches change, with the values before and after. */
function changesOf(
  patches: readonly Patch[],
  inverse: readonly Patch[],
): { readonly changes: readonly CellChange[]; readonly locals: readonly CellChange[] } {
  const before = new Map(inverse.map(({ path, value }) => [path.join('.'), value as Value]));
  const among = (part: string, depth: number) =>
    patches
      .filter(({ path }) => path[0] === part)
      .map(({ path, value }) => ({
        cell: cellName(String(path[depth]), path.length > depth + 1 ? Number(path[depth + 1]) : null),
        from: before.get(path.join('.'))!,
        to: value as Value,
      }));
  // A local lies at threads, name, copy, 'locals', local.
  return { changes: among('shared', 1), locals: among('threads', 4) };
}

/** Applies effects in order to the draft that `place` reads from; stops at an assertion that fails. */
function apply(effects: readonly Effect[], place: EvaluationContext, execution: StatementExecution): void {
  for (const effect of effects) {
    if (execution.failed !== null) return;
    switch (effect.kind) {
      case 'set':
        assign(effect, place, execution);
        break;
      case 'when':
        if (isTrue(effect.condition, place)) apply(effect.effects, place, execution);
        break;
      case 'each':
        for (let value = effect.binder.low; value <= effect.binder.high; value++)
          apply(effect.effects, withBound(place, effect.binder.level, value), execution);
        break;
      case 'assert':
        if (!isTrue(effect.condition, place)) execution.failed = effect.claim;
        break;
      case 'count':
        execution.counts[effect.name] = (execution.counts[effect.name] ?? 0) + effect.amount;
        break;
    }
  }
}

function assign(
  { target, value, named = target }: Effect & { kind: 'set' },
  place: EvaluationContext,
  execution: StatementExecution,
): void {
  const assigned = evaluate(value, place);
  if (!contains(target.domain, assigned)) throw outsideOf(target.domain, named, assigned);
  const index = indexOf(target, place);
  const cells = cellsOf(target, place) as Draft<Cells>;
  if (index === null) cells[target.name] = assigned;
  else (cells[target.name] as Value[])[index] = assigned;
  if (target.kind === 'shared')
    execution.writes.push({ cell: cellName(target.name, index), value: assigned });
}

/** The error of a value outside of the domain of a variable. */
export const outsideOf = (domain: AnyDomain, target: Reference, value: Value): DomainError =>
  new DomainError(
    `'${printExpr(target)}' becomes ${String(value)}, which is outside of its domain ${printDomain(domain)}`,
    { variable: target.name, thread: target.kind === 'local' ? target.thread : null, value },
  );

/** Whether an invariant is false in the state. */
export function isViolated(system: TransitionSystem, state: State): boolean {
  const place = propertyPlace(state, endsOf(system));
  return system.model.properties.some(
    ({ kind, condition }) => kind === 'always' && !isTrue(condition, place),
  );
}

/**
 * Whether a state is a deadlock: some thread that must not wait for ever has not ended.
 *
 * Assumes: nothing can move in the state.
 */
export function isDeadlock(system: TransitionSystem, state: State): boolean {
  return system.threads.some(
    ({ thread, end }) =>
      !thread.mayBlockForever && state.threads[thread.name]!.some(({ location }) => location !== end),
  );
}

export interface InitialStates {
  /** The different initial states; there is at least one. */
  readonly states: readonly State[];
  /** For each of them: whether it violates an invariant. */
  readonly violated: readonly boolean[];
  /** Whether the first of them is a deadlock. */
  readonly deadlocked: boolean;
}

/**
 * The states in which runs begin, and what is wrong before anything has happened.
 *
 * Throws  ModelError when the threads go wrong before their first step.
 */
export function initialCheck(system: TransitionSystem): InitialStates {
  const states = initialStates(system);
  const [first] = states;
  return {
    states,
    violated: states.map((state) => isViolated(system, state)),
    deadlocked: moves(system, first!).length === 0 && isDeadlock(system, first!),
  };
}
