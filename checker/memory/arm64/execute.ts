/** Executes one operation of a copy in all the ways that memory allows. */
import { attempt } from './compile.ts';
import {
  barrier,
  coherence,
  fence,
  forwarded,
  forwardedFromUpdate,
  lastOwn,
  perCell,
  withElement,
  type MachineState,
} from './machine-state.ts';
import type { CodeNode, Operation } from './operation.ts';
import type { Program } from './program.ts';
import { TransitionRun } from './run.ts';

/** The runs of an operation, each up to the location where the copy stops next; those that wait or cannot be are left out. */
export function execute(
  program: Program,
  state: MachineState,
  processor: number,
  operation: Operation,
  isTraced = false,
): readonly TransitionRun[] {
  const begin = () => beginning(program, state, processor, isTraced);
  switch (operation.kind) {
    case 'block':
      return block(operation, begin());
    case 'snapshot':
      return timesIn(state).flatMap((time) => snapshot(operation, begin(), time));
    case 'access': {
      if (!operation.isUpdate) return access(program, operation, begin, null);
      const writing = access(program, operation, begin, true);
      // One that fails is a plain load.
      return operation.mayFail ? [...writing, ...access(program, operation, begin, false)] : writing;
    }
  }
}

export function beginning(
  program: Program,
  state: MachineState,
  processor: number,
  isTraced: boolean,
): TransitionRun {
  const { cpu, replica } = program.processors[processor]!;
  const run = new TransitionRun(
    state,
    { cpu, self: replica, views: state.cpus[cpu]!, copy: state.copies[processor]! },
    program,
  );
  if (isTraced) run.trail = [];
  return run;
}

/** The state after a run. */
export const stateAfter = (state: MachineState, processor: number, run: TransitionRun): MachineState => ({
  writes: run.writes,
  own: run.own,
  ownData: run.ownData,
  top: run.top,
  seen: state.seen,
  cpus: withElement(state.cpus, run.cpu, run.views),
  copies: withElement(state.copies, processor, run.copy),
  step: state.step,
});

/** One access with each of the values that can be read; `writes`: only runs of an atomic operation that do, or do not. */
function access(
  program: Program,
  operation: Operation,
  begin: () => TransitionRun,
  writes: boolean | null,
): readonly TransitionRun[] {
  const { order, isUpdate } = operation;
  const isOrdered = writes !== false;
  const done: TransitionRun[] = [];
  for (let choice = 0, choices = 1; choice < choices; choice++) {
    const run = begin();
    run.choice = choice;
    if (isOrdered) {
      if (order === 'full') fenced(run);
      run.isAcquire = order === 'acquire';
      // No atomic operation is an ldapr.
      if (run.isAcquire && (isUpdate || program.acquire === 'ldar')) run.floor = run.views.release;
    }
    run.isBlind = operation.isBlind;
    run.isUpdating = writes === true;
    const isOpen = first(operation, run);
    choices = run.choices;
    if (!isOpen) continue;
    if (writes !== null && !run.isOver && run.stored >= 0 !== writes) continue;
    for (const after of finish(operation, run)) tail(nextOf(operation.code, after), after, done);
  }
  return done;
}

const fenced = (run: TransitionRun) => {
  fence(run.views);
  run.isFenced = true;
};

/** The guard and the first statement; false where the run waits or reads what cannot be read. */
function first(operation: Operation, run: TransitionRun): boolean {
  const { guard, code } = operation;
  run.statement = operation.transition.statement;
  run.copy.inside = code.kind !== 'goto' && code.isInside ? run.copy.inside : 0;
  attempt(run, () => {
    if (guard === null) return;
    const isOpen = guard(run) === 1;
    // The guard itself may have read what cannot be read.
    run.isBlocked ||= !isOpen;
  });
  const guarded = Math.max(run.data, run.control);
  run.data = 0;
  run.control = 0;
  if (!run.isOver && !run.isBlocked) {
    run.views.cap = Math.max(run.views.cap, guarded);
    if (code.kind === 'effects') perform(code, run);
    else if (code.kind === 'branch') decide(code, run);
  }
  return run.isOver || !run.isBlocked;
}

/** What stands behind the first statement. */
function nextOf(code: CodeNode, run: TransitionRun): CodeNode {
  switch (code.kind) {
    case 'goto':
    case 'choose':
      return code;
    case 'effects':
      return code.next;
    case 'branch':
      return run.isTaken ? code.then : code.otherwise;
  }
}

function perform(node: CodeNode & { kind: 'effects' }, run: TransitionRun): void {
  run.trail?.push({ statement: node.statement, taken: null, chosen: null, counts: {} });
  run.statement = node.statement;
  if (!node.isInside) run.copy.inside = 0;
  if (node.barrier !== null) {
    barrier(run.views, node.barrier);
    run.isFenced ||= node.barrier === 'full';
  }
  attempt(run, node.act);
}

function decide(node: CodeNode & { kind: 'branch' }, run: TransitionRun): void {
  const { views, copy } = run;
  run.statement = node.statement;
  if (!node.isInside) copy.inside = 0;
  run.data = 0;
  run.control = 0;
  attempt(run, () => {
    run.isTaken = node.condition(run) === 1;
  });
  run.trail?.push({ statement: node.statement, taken: run.isTaken, chosen: null, counts: {} });
  const control = node.isAlike ? 0 : Math.max(run.data, run.control);
  if (node.isPure) copy.inside = Math.max(copy.inside, control);
  else views.cap = Math.max(views.cap, control);
}

/** The ways in which the store of a run takes effect: it was promised, or it is the newest. */
function finish({ order, isUpdate }: Operation, run: TransitionRun): readonly TransitionRun[] {
  const { views } = run;
  const isDone = run.isBlocked || run.isOver;
  if (isDone) return [run];
  if (!isUpdate) views.cap = Math.max(views.cap, run.conditions);
  if (run.stored < 0 || run.isOwn[run.stored]!) {
    if (isUpdate && run.stored < 0 && (order === 'full' || order === 'acquire'))
      views.cap = Math.max(views.cap, run.valueControl);
    if (run.stored >= 0 && order === 'release')
      views.release = Math.max(views.release, views.rOld, views.blind, views.wOld);
    if (order === 'full' && (run.stored >= 0 || (!isUpdate && run.hasRead))) fenced(run);
    if (run.cell >= 0) views.fresh = 0;
    return [run];
  }
  return stores(run, order, isUpdate);
}

function stores(run: TransitionRun, order: Operation['order'], isUpdate: boolean): readonly TransitionRun[] {
  const { views, stored, cpu } = run;
  const at = stored * perCell;
  const isRelease = order === 'release';
  const pre = Math.max(
    ...[run.addressControl, run.storedControl, views.wNew, views.cap, views.cells[at + coherence]!],
    ...(isUpdate ? [run.conditions] : []),
    ...(isRelease ? [views.rOld, views.blind, views.wOld] : []),
  );
  const list = run.writes[stored]!;
  const ways: TransitionRun[] = [];
  const take = (after: TransitionRun, position: number) => {
    const own = after.views;
    const { time } = after.writes[stored]![position]!;
    const cells = own.cells.slice();
    cells[at + coherence] = time;
    cells[at + lastOwn] = position;
    cells[at + forwarded] = Math.max(run.addressData, run.storedData);
    cells[at + forwardedFromUpdate] = isUpdate ? 1 : 0;
    own.cells = cells;
    own.wOld = Math.max(own.wOld, time);
    own.cap = Math.max(own.cap, run.addressControl);
    if (isRelease) own.release = Math.max(own.release, time);
    own.fresh = 0;
    if (order === 'full') fenced(after);
    ways.push(after);
  };
  // What was promised earlier is performed earlier than the promise that was made last: it could have been executed before it.
  if (views.fresh === 0)
    for (const [position, write] of list.entries()) {
      if (write.promisedBy !== cpu || write.value !== run.storedValue || write.time <= pre) continue;
      if (isUpdate && run.source !== position - 1) continue;
      const after = run.fork();
      after.writes = withElement(
        run.writes,
        stored,
        withElement(list, position, { ...write, promisedBy: -1 }),
      );
      after.stores.push({
        by: after.by,
        cell: stored,
        value: write.value,
        before: list[position - 1]!,
        promised: write,
      });
      take(after, position);
    }
  if (!isUpdate || run.source === list.length - 1) {
    run.append(stored, run.storedValue, -1);
    take(run, list.length);
  }
  return ways;
}

/** Local computation up to where the copy stops; a choice goes all its ways. */
function tail(from: CodeNode, run: TransitionRun, done: TransitionRun[]): void {
  for (let node = from; ;) {
    if (run.isOver) {
      done.push(run);
      return;
    }
    switch (node.kind) {
      case 'goto':
        run.copy.locals[0] = node.location;
        done.push(run);
        return;
      case 'effects':
        perform(node, run);
        node = node.next;
        break;
      case 'branch':
        decide(node, run);
        node = run.isTaken ? node.then : node.otherwise;
        break;
      case 'choose': {
        const { position, values, statement, next } = node;
        for (const [at, chosen] of values.entries()) {
          const other = at < values.length - 1 ? run.fork() : run;
          other.trail?.push({ statement, taken: null, chosen, counts: {} });
          other.copy.locals[position] = chosen;
          other.copy.data[position] = 0;
          other.copy.control[position] = 0;
          tail(next, other, done);
        }
        return;
      }
    }
  }
}

/** What runs before the first location. */
export function enter(program: Program, state: MachineState, processor: number): readonly TransitionRun[] {
  const done: TransitionRun[] = [];
  tail(program.processors[processor]!.entry, beginning(program, state, processor, false), done);
  return done;
}

/** A block that nobody comes between: its loads see the newest values, and it is in full order with all around it. */
function block(operation: Operation, run: TransitionRun): readonly TransitionRun[] {
  const { cpu } = run;
  // A promise behind it would have to wait for it.
  if (run.writes.some((list) => list.some(({ promisedBy }) => promisedBy === cpu))) return [];
  run.reading = 'newest';
  fenced(run);
  if (!first(operation, run)) return [];
  const done: TransitionRun[] = [];
  within(operation, nextOf(operation.code, run), run, (after, node) => {
    const own = after.views;
    own.rNew = Math.max(own.rNew, after.latest);
    own.wNew = Math.max(own.wNew, after.latest);
    const cells = own.cells.slice();
    for (const { cell } of after.stores) {
      if (after.isOwn[cell]!) continue;
      const list = after.writes[cell]!;
      cells[cell * perCell + coherence] = list.at(-1)!.time;
      cells[cell * perCell + lastOwn] = -1;
    }
    own.cells = cells;
    after.reading = 'load';
    tail(node, after, done);
  });
  return done;
}

/** Loads of several cells at one time; one that waits is an acquire, and orders nothing that stands before it. */
function snapshot(operation: Operation, run: TransitionRun, time: number): readonly TransitionRun[] {
  run.reading = 'snapshot';
  run.isAcquire = operation.order === 'acquire';
  run.at = time;
  if (!first(operation, run)) return [];
  const done: TransitionRun[] = [];
  within(operation, nextOf(operation.code, run), run, (after, node) => {
    if (after.isBlocked) return;
    if (after.cell >= 0) after.views.fresh = 0;
    after.reading = 'load';
    tail(node, after, done);
  });
  return done;
}

/** The statements of a block up to its end. */
function within(
  operation: Operation,
  from: CodeNode,
  run: TransitionRun,
  leave: (run: TransitionRun, node: CodeNode) => void,
): void {
  for (let node = from; ;) {
    if (run.isOver || node.kind === 'goto' || !operation.isWithin(node.statement)) {
      leave(run, node);
      return;
    }
    switch (node.kind) {
      case 'effects':
        perform(node, run);
        node = node.next;
        break;
      case 'branch':
        decide(node, run);
        node = run.isTaken ? node.then : node.otherwise;
        break;
      case 'choose':
        for (const [at, chosen] of node.values.entries()) {
          const other = at < node.values.length - 1 ? run.fork() : run;
          other.trail?.push({ statement: node.statement, taken: null, chosen, counts: {} });
          other.copy.locals[node.position] = chosen;
          other.copy.data[node.position] = 0;
          other.copy.control[node.position] = 0;
          within(operation, node.next, other, leave);
        }
        return;
    }
  }
}

/** The times at which memory differs. */
function timesIn({ writes }: MachineState): readonly number[] {
  return [...new Set(writes.flatMap((list) => list.map(({ time }) => time)))].sort((a, b) => b - a);
}
