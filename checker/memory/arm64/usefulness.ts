/**
 * Which promises can make a difference: to the values that anybody reads, or to what a property sees.
 *
 * The argument stands in docs/soundness.md, under 'arm64: which promises are made'.
 */
import { effectsIn } from '../../analysis/code-parts.ts';
import { walk } from '../../language/expression.ts';
import { cellsIn } from './access-cells.ts';
import { loads, looks, nodesOf, stores } from './future-accesses.ts';
import type { MachineState } from './machine-state.ts';
import type { Operation } from './operation.ts';
import type { Processor, Program } from './program.ts';

export class Usefulness {
  readonly #program: Program;
  /** By cell: whether a property reads it. */
  readonly #isSeen: readonly boolean[];
  /** By processor and location: what somebody who looks at locals sees of the operations there. */
  readonly #shows: readonly (readonly boolean[])[];
  /** By processor and location: the locations that can be reached, that one included. */
  readonly #reach: readonly (readonly ReadonlySet<number>[])[];
  readonly #lags = new Map<string, boolean>();

  constructor(program: Program) {
    this.#program = program;
    const { table, numbering, isOwn, processors } = program;
    const { properties } = table.model;
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
    this.#reach = processors.map(({ operations }) =>
      operations.map((_, from) => reachable(operations, from)),
    );
  }

  /** Whether a copy may promise anything where it stands: whether something there can be performed later than a promise. */
  mayOvertake(state: MachineState, processor: number): boolean {
    const location = state.copies[processor]!.locals[0]!;
    const { operations, accesses } = this.#program.processors[processor]!;
    if (operations[location]!.length === 0 || operations[location]!.every(({ kind }) => kind === 'block'))
      return false;
    return (
      this.#shows[processor]![location]! ||
      accesses[location]!.some(({ reads, writes }) => reads.length + writes.length > 0)
    );
  }

  /** Whether it matters that others see a write to a cell before the copy does what stands next. */
  matters(state: MachineState, processor: number, cell: number): boolean {
    const { accesses } = this.#program.processors[processor]!;
    const location = state.copies[processor]!.locals[0]!;
    if (!this.#isSeen[cell]! && !this.#others(state, processor, cell, loads | looks | stores)) return false;
    if (this.#lag(processor, location, cell)) return true;
    return accesses[location]!.some(
      ({ reads, writes }) =>
        reads.some((read) => this.#others(state, processor, read, stores)) ||
        writes.some(
          (write) => this.#isSeen[write]! || this.#others(state, processor, write, loads | looks | stores),
        ),
    );
  }

  /** Whether another CPU may still access a cell in one of these ways. */
  #others({ copies }: MachineState, processor: number, cell: number, kinds: number): boolean {
    const { processors } = this.#program;
    const { cpu } = processors[processor]!;
    return processors.some(
      (other, at) => other.cpu !== cpu && (other.futures[copies[at]!.locals[0]!]!.cells[cell]! & kinds) !== 0,
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

function choosesWatched(
  processor: Processor,
  code: Operation['transition']['code'],
  watched: ReadonlySet<string>,
): boolean {
  switch (code.kind) {
    case 'goto':
      return false;
    case 'effects':
      return choosesWatched(processor, code.next, watched);
    case 'branch':
      return [code.then, code.otherwise].some((arm) => choosesWatched(processor, arm, watched));
    case 'choose':
      return (
        watched.has(`${processor.table.thread.name}.${code.target.name}`) ||
        choosesWatched(processor, code.next, watched)
      );
  }
}

function reachable(operations: Processor['operations'], from: number): ReadonlySet<number> {
  const found = new Set([from]);
  for (const location of found)
    for (const operation of operations[location]!)
      for (const node of nodesOf(operation.code)) if (node.kind === 'goto') found.add(node.location);
  return found;
}
