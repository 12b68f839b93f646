/** The possible values of each location and register of a litmus test. */
import type { Computation, LitmusInstruction } from './instruction.ts';
import { LitmusError, type LitmusTest, type LitmusValue } from './litmus-test.ts';
import type { LoweredCode } from './lower.ts';
import { old, valueOf, variablesOf, type Assignment, type ComputedValue } from './values.ts';

/** The largest number of rows in the table of a computation. */
const mostAssignments = 4_096;

type ValueSetOf = ReadonlySet<LitmusValue>;

export interface Domains {
  readonly locations: ReadonlyMap<string, ValueSetOf>;
  /** By process number. */
  readonly registers: ReadonlyMap<number, ReadonlyMap<string, ValueSetOf>>;
}

/** Names for the values of a computation's variables. */
export type ValuesOf = (variable: string) => ValueSetOf;

/** Every assignment of values to the variables of computations. Throws  LitmusError if there are too many. */
export function assignments(
  computations: readonly Computation[],
  valuesOf: ValuesOf,
  line: number,
): readonly Assignment[] {
  const variables = [...new Set(computations.flatMap((part) => [...variablesOf(part)]))];
  let all: Assignment[] = [new Map()];
  for (const variable of variables) {
    all = all.flatMap((some) =>
      [...valuesOf(variable)].map((value) => new Map([...some, [variable, value]])),
    );
    if (all.length > mostAssignments)
      throw new LitmusError(line, 'there are too many values to compute with');
  }
  return all;
}

/**
 * An overapproximation of the values that reach each location and register in a run.
 *
 * Each instruction runs at most once, so the iteration ends after at most as many rounds as there are instructions; most
 * tests need two or three.
 */
export function domainsOf(
  test: LitmusTest,
  codes: readonly LoweredCode[],
  locations: readonly string[],
): Domains {
  const growing: GrowingDomains = {
    changed: true,
    locations: new Map(locations.map((name) => [name, new Set([initialOf(test, null, name)])])),
    registers: new Map(
      codes.map(({ from: { number }, registers }) => [
        number,
        new Map(registers.map((name) => [name, new Set([initialOf(test, number, name)])])),
      ]),
    ),
  };
  const rounds = codes.reduce((sum, { instructions }) => sum + countOf(instructions), 0);
  for (let round = 0; round < rounds && growing.changed; round++) {
    growing.changed = false;
    for (const { from, instructions } of codes) flow(instructions, from.number, growing);
  }
  return growing;
}

/** The initial value of a location, or of a register of a process: 0 by default. */
export const initialOf = (test: LitmusTest, owner: number | null, name: string): LitmusValue =>
  test.initial.findLast(({ observed }) => observed.owner === owner && observed.name === name)?.value ?? 0;

const countOf = (instructions: readonly LitmusInstruction[]): number =>
  instructions.reduce(
    (sum, part) => sum + 1 + (part.kind === 'if' ? countOf(part.then) + countOf(part.otherwise) : 0),
    0,
  );

interface GrowingDomains {
  changed: boolean;
  readonly locations: Map<string, Set<LitmusValue>>;
  readonly registers: Map<number, Map<string, Set<LitmusValue>>>;
}

function flow(instructions: readonly LitmusInstruction[], owner: number, growing: GrowingDomains): void {
  for (const instruction of instructions)
    if (instruction.kind === 'if') flow([...instruction.then, ...instruction.otherwise], owner, growing);
    else flowThrough(instruction, growing.registers.get(owner)!, growing);
}

type Sets = Map<string, Set<LitmusValue>>;

function flowThrough(instruction: LitmusInstruction, registers: Sets, growing: GrowingDomains): void {
  const add = (target: Set<LitmusValue> | undefined, value: ComputedValue) => {
    if (target === undefined || value === null || target.has(value)) return;
    target.add(value);
    growing.changed = true;
  };
  const results = (computation: Computation) =>
    assignments([computation], (name) => registers.get(name)!, instruction.line).map((assignment) =>
      valueOf(computation, assignment),
    );
  const cells =
    'address' in instruction
      ? results(instruction.address).map((at) => growing.locations.get(String(at)))
      : [];
  switch (instruction.kind) {
    case 'compute':
      for (const value of results(instruction.value)) add(registers.get(instruction.register), value);
      return;
    case 'load':
      for (const cell of cells)
        for (const value of cell ?? []) add(registers.get(instruction.register), value);
      return;
    case 'store':
      for (const cell of cells) for (const value of results(instruction.value)) add(cell, value);
      return;
    case 'update':
      for (const cell of cells)
        if (cell !== undefined) flowThroughUpdate(instruction, registers, { cell, add });
      return;
    case 'guess':
      for (let value = 0; value <= instruction.most; value++) add(registers.get(instruction.register), value);
      return;
    case 'if':
    case 'await':
    case 'barrier':
    case 'strengthen':
    case 'section':
    case 'grace period':
    case 'note':
      return;
  }
}

interface ValueTarget {
  readonly cell: Set<LitmusValue>;
  readonly add: (target: Set<LitmusValue> | undefined, value: ComputedValue) => void;
}

function flowThroughUpdate(
  { value, result, register, line }: LitmusInstruction & { kind: 'update' },
  registers: Sets,
  { cell, add }: ValueTarget,
): void {
  const before = new Set(cell);
  const parts = [value, result];
  for (const assignment of assignments(
    parts,
    (name) => (name === old ? before : registers.get(name)!),
    line,
  )) {
    // Even if the update does not write, the domain must contain the value.
    add(cell, valueOf(value, assignment));
    if (register !== null) add(registers.get(register), valueOf(result, assignment));
  }
}
