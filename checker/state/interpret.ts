/** The interpreter: the meaning of a model, on plain immutable states; every other implementation must agree with it. */
import type { Draft, Patch } from 'immer';
import { enablePatches, produceWithPatches } from 'immer';
import type { Code, ThreadTable, Transition, TransitionTable } from '../analysis/transition-table.ts';
import type { AnyDomain, Value } from '../language/domain.ts';
import { contains, printDomain, valueAt, sizeOf } from '../language/domain.ts';
import { ModelError } from '../language/model-error.ts';
import { printExpr, printText } from '../language/print.ts';
import type { Effect, Statement } from '../language/statement.ts';
import type { AnyDeclaration, Declarations } from '../language/variable.ts';
import type { Cells, Place, State } from './evaluate.ts';
import { cellName, cellsOf, evaluate, indexOf, isTrue } from './evaluate.ts';

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

export interface Change {
  readonly cell: string;
  readonly from: Value;
  readonly to: Value;
}

/** One statement executed in a transition, with what it saw and did. */
export interface Event {
  readonly statement: Statement;
  /** Whether a branch was taken; null for other statements. */
  readonly taken: boolean | null;
  /** The value that a choice took; null for other statements. */
  readonly chosen: Value | null;
  readonly reads: readonly Access[];
  /** The shared cells written, also where the value stayed the same. */
  readonly writes: readonly Access[];
  readonly changes: readonly Change[];
  readonly counts: Readonly<Record<string, number>>;
}

/** One way in which a transition fires. */
export interface Firing {
  readonly state: State;
  readonly events: readonly Event[];
  /** The claim of the assertion that failed, or null. */
  readonly failed: string | null;
}

export function endsOf(table: TransitionTable): Place['ends'] {
  return Object.fromEntries(table.threads.map(({ thread, end }) => [thread.name, end]));
}

/** Where the properties of a model are evaluated. */
export const propertyPlace = (state: State, ends: Place['ends']): Place => ({ state, thread: '', replica: -1, bound: [], ends });

/** The states in which a run may begin: several where threads begin with choices. */
export function initialStates(table: TransitionTable): readonly State[] {
  const threads = table.threads.map(({ thread }): [string, State['threads'][string]] => [
    thread.name,
    Array.from({ length: thread.cpus }, () => ({ location: 0, locals: initialCells(thread.locals) })),
  ]);
  let states: State[] = [{ shared: initialCells(table.model.shared), threads: Object.fromEntries(threads) }];
  for (const thread of table.threads)
    for (let replica = 0; replica < thread.thread.cpus; replica++)
      states = states.flatMap((state) => run(thread.entry, state, { thread, replica }).map((firing) => firing.state));
  return states;
}

const initialCells = (declarations: Declarations): Cells =>
  Object.fromEntries(Object.entries(declarations).map(([name, { initial, length }]: [string, AnyDeclaration]) => [name, length === null ? initial[0]! : initial]));

/** What can happen next, in the order of threads, copies and transitions. */
export function moves(table: TransitionTable, state: State): readonly Move[] {
  return table.threads.flatMap((thread) =>
    state.threads[thread.thread.name]!.flatMap(({ location }, replica) =>
      thread.locations[location]!.filter(({ guard }) => guard === null || isTrue(guard, placeOf(state, { thread, replica }))).map((transition) => ({
        thread,
        replica,
        transition,
      })),
    ),
  );
}

/**
 * The ways in which a move fires, in the order of its choices.
 *
 * Throws  ModelError when a value leaves its domain.
 */
export function fire(state: State, move: Move): readonly Firing[] {
  const reads: Access[] = [];
  const { guard } = move.transition;
  if (guard !== null) evaluate(guard, { ...placeOf(state, move), onRead: (cell, value) => reads.push({ cell, value }) });
  return run(move.transition.code, state, move).map((firing) => ({
    ...firing,
    events: firing.events.map((event, at) => (at === 0 ? { ...event, reads: [...reads, ...event.reads] } : event)),
  }));
}

type Runner = Omit<Move, 'transition'>;

const placeOf = (state: State, { thread, replica }: Runner): Place => ({ state, thread: thread.thread.name, replica, bound: [], ends: {} });

function run(code: Code, state: State, runner: Runner): readonly Firing[] {
  switch (code.kind) {
    case 'goto': {
      const [next] = produceWithPatches(state, (draft) => {
        draft.threads[runner.thread.thread.name]![runner.replica]!.location = code.location;
      });
      return [{ state: next, events: [], failed: null }];
    }
    case 'effects': {
      const { state: next, event, failed } = execute(code, state, runner);
      if (failed !== null) return [{ state: next, events: [event], failed }];
      return after(event, run(code.next, next, runner));
    }
    case 'branch': {
      const reads: Access[] = [];
      const place = { ...placeOf(state, runner), onRead: (cell: string, value: Value) => reads.push({ cell, value }) };
      const taken = isTrue(code.condition, place);
      return after({ ...silent(code.statement), taken, reads }, run(taken ? code.then : code.otherwise, state, runner));
    }
    case 'choose': {
      const { domain } = code.target;
      return Array.from({ length: sizeOf(domain) }, (_, ordinal) => valueAt(domain, ordinal)).flatMap((chosen) => {
        const effects: readonly Effect[] = [{ kind: 'set', target: code.target, value: { kind: 'constant', value: chosen } }];
        const { state: next } = execute({ statement: code.statement, effects }, state, runner);
        return after({ ...silent(code.statement), chosen }, run(code.next, next, runner));
      });
    }
  }
}

const silent = (statement: Statement): Event => ({ statement, taken: null, chosen: null, reads: [], writes: [], changes: [], counts: {} });

const after = (event: Event, firings: readonly Firing[]): readonly Firing[] =>
  firings.map((firing) => ({ ...firing, events: [event, ...firing.events] }));

/** What the effects of one statement leave in `Execution`. */
interface Execution {
  readonly reads: Access[];
  readonly writes: Access[];
  readonly counts: Record<string, number>;
  failed: string | null;
}

function execute(code: { readonly statement: Statement; readonly effects: readonly Effect[] }, state: State, runner: Runner) {
  const execution: Execution = { reads: [], writes: [], counts: {}, failed: null };
  const onRead = (cell: string, value: Value) => execution.reads.push({ cell, value });
  const [next, patches, inverse] = produceWithPatches(state, (draft) => {
    try {
      apply(code.effects, { ...placeOf(draft as State, runner), onRead }, execution);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const { thread } = runner.thread;
      const copy = thread.cpus > 1 ? ` (copy ${runner.replica})` : '';
      throw new ModelError(`thread '${thread.name}'${copy}, line ${code.statement.line} '${printText(code.statement)}': ${error.message}`);
    }
  });
  const { reads, writes, counts, failed } = execution;
  const changes = changesOf(patches, inverse);
  return { state: next, failed, event: { ...silent(code.statement), reads, writes, changes, counts } };
}

/** The shared cells that immer's patches change, with the values before and after. */
function changesOf(patches: readonly Patch[], inverse: readonly Patch[]): readonly Change[] {
  const shared = (patch: Patch) => patch.path[0] === 'shared';
  const before = new Map(inverse.filter(shared).map(({ path, value }) => [path.join('.'), value as Value]));
  return patches.filter(shared).map(({ path, value }) => ({
    cell: cellName(String(path[1]), path.length > 2 ? Number(path[2]) : null),
    from: before.get(path.join('.'))!,
    to: value as Value,
  }));
}

/** Applies effects in order to the draft that `place` reads from; stops at an assertion that fails. */
function apply(effects: readonly Effect[], place: Place, execution: Execution): void {
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
          apply(effect.effects, { ...place, bound: [...place.bound.slice(0, effect.binder.level), value] }, execution);
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

function assign({ target, value }: Effect & { kind: 'set' }, place: Place, execution: Execution): void {
  const assigned = evaluate(value, place);
  if (!contains(target.domain, assigned)) throw outside(target.domain, printExpr(target), assigned);
  const index = indexOf(target, place);
  const cells = cellsOf(target, place) as Draft<Cells>;
  if (index === null) cells[target.name] = assigned;
  else (cells[target.name] as Value[])[index] = assigned;
  if (target.kind === 'shared') execution.writes.push({ cell: cellName(target.name, index), value: assigned });
}

const outside = (domain: AnyDomain, target: string, value: Value) =>
  new ModelError(`'${target}' becomes ${String(value)}, which is outside of its domain ${printDomain(domain)}`);
