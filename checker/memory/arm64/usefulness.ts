/**
 * Which promises can make a difference: to the values that anybody reads, or to what a property sees.
 *
 * The argument stands in docs/soundness/arm64.md, under 'arm64: which promises are made'.
 */
import { effectsIn, nodesOf, successorsIn } from '../../program/code-walk.ts';
import { walk } from '../../language/expression.ts';
import { cellsIn } from './access-cells.ts';
import { reading, stores } from './future-accesses.ts';
import type { MachineState } from './machine-state.ts';
import type { CodeNode, Operation } from './operation.ts';
import type { Processor, Program } from './program.ts';

export class Usefulness {
  readonly #program: Program;
  /** By cell: whether a property reads it. */
  readonly #isSeen: readonly boolean[];
  /** By processor and location: what somebody who looks at locals sees of the operations there. */
  readonly #shows: readonly (readonly boolean[])[];
  /** By processor and location: the locations that can be reached, that one included. */
  readonly #reach: readonly (readonly ReadonlySet<number>[])[];
  /** By processor and location: the cells that the text lets it write before an access that stands there, or next. */
  readonly #overtaking: readonly (readonly (readonly number[])[])[];
  readonly #lags = new Map<string, boolean>();

  /** `locks`: whether a store of a section is never promised before the lock is taken. */
  constructor(program: Program, locks = true) {
    this.#program = program;
    const { system, numbering, isOwn, processors } = program;
    const { properties } = system.model;
    const isSeen = isOwn.map(() => false);
    for (const { condition } of properties)
      for (const cell of cellsIn(condition, numbering)) isSeen[cell] = true;
    this.#isSeen = isSeen;
    const watched = new Set(
      properties.flatMap(({ condition }) =>
        [...walk(condition)].flatMap((part) =>
          part.kind === 'local' ? [`${part.thread}.${part.name}`] : [],
        ),
      ),
    );
    const seenNames = new Set(
      [...numbering.shared].flatMap(([name, { first, length }]) =>
        isSeen.slice(first, first + length).some((one, at) => one && isOwn[first + at]!) ? [name] : [],
      ),
    );
    const shows = (processor: Processor, { transition }: Operation) =>
      [...effectsIn(transition.code)].some(
        (effect) =>
          effect.kind === 'set' &&
          (effect.target.kind === 'local'
            ? watched.has(`${processor.table.thread.name}.${effect.target.name}`)
            : seenNames.has(effect.target.name)),
      ) || choosesWatched(processor, transition.code, watched);
    this.#shows = processors.map((processor) =>
      processor.operations.map((operations) => operations.some((operation) => shows(processor, operation))),
    );
    const isLock = lockCells(program);
    this.#overtaking = processors.map((processor, at) =>
      processor.operations.map((operations, location) => {
        const isTaking =
          operations.length === 1 && takesLock(processor, location, isLock) && !this.#shows[at]![location]!;
        return locks && isTaking ? [] : overtaking(processor, location);
      }),
    );
    this.#reach = processors.map(({ operations }) =>
      operations.map((_, from) => reachable(operations, from)),
    );
  }

  /** Whether a property may see what the copy does next. */
  shows(state: MachineState, processor: number): boolean {
    return this.#shows[processor]![state.copies[processor]!.locals[0]!]!;
  }

  /** The cells that a copy may promise to write where it stands; all of them, where `all` asks for those that matter to nobody too. */
  cells(state: MachineState, processor: number, all: boolean): readonly number[] {
    const { isInterrupted, processors } = this.#program;
    const { cpu } = processors[processor]!;
    // What comes next is not known where an interrupt may be taken.
    if (isInterrupted[cpu]!)
      return this.#storedOn(state, cpu).filter((cell) => all || this.#isShown(state, processor, cell));
    const location = state.copies[processor]!.locals[0]!;
    const { accesses } = this.#program.processors[processor]!;
    const isAccess = accesses[location]!.some(({ reads, writes }) => reads.length + writes.length > 0);
    if (!isAccess && !this.#shows[processor]![location]!) return [];
    const cells = this.#overtaking[processor]![location]!;
    return all ? cells : cells.filter((cell) => this.#matters(state, processor, cell));
  }

  /** Whether it matters that others see a write to a cell before the copy does what stands next. */
  #matters(state: MachineState, processor: number, cell: number): boolean {
    const { accesses } = this.#program.processors[processor]!;
    const location = state.copies[processor]!.locals[0]!;
    if (!this.#isShown(state, processor, cell)) return false;
    if (this.#lag(processor, location, cell)) return true;
    return accesses[location]!.some(
      ({ reads, writes }) =>
        reads.some((read) => this.#others(state, processor, read, stores)) ||
        writes.some(
          (write) => this.#isSeen[write]! || this.#others(state, processor, write, reading | stores),
        ),
    );
  }

  /** The cells that a CPU may still store to, in its interrupts too. */
  #storedOn({ copies }: MachineState, cpu: number): readonly number[] {
    const { processors, onCpu } = this.#program;
    const futures = onCpu[cpu]!.map((at) => processors[at]!.futureOf(copies[at]!.locals).cells);
    return [...this.#isSeen.keys()].filter((cell) => futures.some((cells) => (cells[cell]! & stores) !== 0));
  }

  /** Whether a property sees a cell, or another CPU may still access it. */
  #isShown(state: MachineState, processor: number, cell: number): boolean {
    return this.#isSeen[cell]! || this.#others(state, processor, cell, reading | stores);
  }

  /** Whether another CPU may still access a cell in one of these ways. */
  #others({ copies }: MachineState, processor: number, cell: number, kinds: number): boolean {
    const { processors } = this.#program;
    const { cpu } = processors[processor]!;
    return processors.some(
      (other, at) => other.cpu !== cpu && (other.futureOf(copies[at]!.locals).cells[cell]! & kinds) !== 0,
    );
  }

  /** Whether the copy shows something between a location and where it writes a cell. */
  #lag(processor: number, location: number, cell: number): boolean {
    const key = `${processor} ${location} ${cell}`;
    const known = this.#lags.get(key);
    if (known !== undefined) return known;
    const reach = this.#reach[processor]!;
    const { accesses } = this.#program.processors[processor]!;
    const writes = (at: number) => accesses[at]!.some((one) => one.writes.includes(cell));
    const result = [...reach[location]!].some(
      (between) => this.#shows[processor]![between]! && [...reach[between]!].some(writes),
    );
    this.#lags.set(key, result);
    return result;
  }
}

const choosesWatched = (
  processor: Processor,
  code: Operation['transition']['code'],
  watched: ReadonlySet<string>,
): boolean =>
  nodesOf(code).some(
    (node) => node.kind === 'choose' && watched.has(`${processor.table.thread.name}.${node.target.name}`),
  );

/**
 * The cells that are written, and not by a release, behind a first access with no full barrier between.
 *
 * Sound for:  all promises: an access that a store need not be behind stands before it, and a full barrier puts all behind it.
 */
function overtaking({ operations, accesses }: Processor, from: number): readonly number[] {
  const found = new Set<number>();
  const seen = new Set<string>();
  const todo: { location: number; isBehind: boolean }[] = [{ location: from, isBehind: false }];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    const key = `${at.location} ${at.isBehind}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const [position, operation] of operations[at.location]!.entries()) {
      const { kind, order, mayFail, isUpdate, code } = operation;
      const { reads, writes } = accesses[at.location]![position]!;
      if (kind === 'block') continue;
      if (at.isBehind && order !== 'release') for (const cell of writes) found.add(cell);
      if (order === 'full' && !mayFail) continue;
      const isFirst = !at.isBehind && reads.length + writes.length > 0;
      // All that is behind the first access, where that is a load which is an acquire.
      if (isFirst && order === 'acquire' && !isUpdate) continue;
      const isBehind = at.isBehind || isFirst;
      for (const location of placesBehind(code, isBehind)) todo.push({ location, isBehind });
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Where code leads, but by ways with a full barrier if that ends them. */
function placesBehind(code: CodeNode, endsAtBarrier: boolean): readonly number[] {
  const seen = new Set([code]);
  for (const node of seen)
    if (!(endsAtBarrier && node.kind === 'effects' && node.barrier === 'full'))
      for (const next of successorsIn(node)) seen.add(next);
  return [...seen].flatMap((node) => (node.kind === 'goto' ? [node.location] : []));
}

/** By cell: whether each access of it writes, so that nobody sees a value of it that stays. */
function lockCells({ isOwn, processors }: Program): readonly boolean[] {
  const isLock = isOwn.map((own) => !own);
  for (const { operations, accesses } of processors)
    for (const [location, some] of operations.entries())
      for (const [at, { kind, mayFail, isUpdate }] of some.entries()) {
        const { reads, writes } = accesses[location]![at]!;
        const alwaysWrites = kind === 'access' && (isUpdate ? !mayFail : reads.length === 0);
        if (!alwaysWrites) for (const cell of [...reads, ...writes]) isLock[cell] = false;
      }
  return isLock;
}

/** Whether all that stands at a location is an acquire that takes a lock. */
function takesLock(
  { operations, accesses }: Processor,
  location: number,
  isLock: readonly boolean[],
): boolean {
  const [operation] = operations[location]!;
  const { reads, writes } = accesses[location]![0]!;
  const { isUpdate, mayFail, order } = operation!;
  return isUpdate && !mayFail && order === 'acquire' && [...reads, ...writes].every((cell) => isLock[cell]!);
}

function reachable(operations: Processor['operations'], from: number): ReadonlySet<number> {
  const found = new Set([from]);
  for (const location of found)
    for (const operation of operations[location]!)
      for (const node of nodesOf(operation.code)) if (node.kind === 'goto') found.add(node.location);
  return found;
}
