/** The runs of one process of a litmus test: for all values that its loads might return, what it then accesses. */
import type { Computation, LitmusInstruction } from '../../checker/litmus/instruction.ts';
import type { LitmusValue } from '../../checker/litmus/litmus-test.ts';
import { isTrue, old, valueOf, variablesOf } from '../../checker/litmus/values.ts';

export interface Access {
  readonly kind: 'read' | 'write';
  readonly process: number;
  /** Where it stands in its run; barriers count too. */
  readonly position: number;
  readonly cell: LitmusValue;
  readonly value: LitmusValue;
  /** An acquire, if it reads; a release, if it writes. */
  readonly ordered: boolean;
  /** The reads that the address, the value, and whether it is executed depend on. */
  readonly address: Reads;
  readonly data: Reads;
  readonly control: Reads;
  /** The read of an atomic operation. */
  readonly isUpdate: boolean;
  /** The read of an atomic operation that returns nothing: a read barrier does not order it. */
  readonly isBlind: boolean;
  /** The read of the atomic operation that this is the write of. */
  readonly updates: Access | null;
}

export interface Barrier {
  readonly barrier: 'full' | 'write' | 'read';
  readonly position: number;
}

type Reads = ReadonlySet<Access>;

/** A value, and the reads that it was computed from. */
interface Computed {
  readonly value: LitmusValue;
  readonly from: Reads;
}

export interface Run {
  readonly process: number;
  readonly accesses: readonly Access[];
  readonly barriers: readonly Barrier[];
  readonly registers: ReadonlyMap<string, Computed>;
  readonly control: Reads;
}

/** The values that a cell might have. */
type ValuesOf = (cell: LitmusValue) => Iterable<LitmusValue>;

const nothing: Reads = new Set();

const both = (some: Reads, others: Reads): Reads => new Set([...some, ...others]);

export function runsOf(
  process: number,
  instructions: readonly LitmusInstruction[],
  initial: ReadonlyMap<string, LitmusValue>,
  valuesIn: ValuesOf,
): readonly Run[] {
  const registers = new Map([...initial].map(([name, value]) => [name, { value, from: nothing }]));
  const start: Run = { process, accesses: [], barriers: [], registers, control: nothing };
  return execute(instructions, start, valuesIn);
}

const execute = (instructions: readonly LitmusInstruction[], from: Run, valuesIn: ValuesOf): readonly Run[] =>
  instructions.reduce<readonly Run[]>(
    (runs, instruction) => runs.flatMap((run) => executeOne(instruction, run, valuesIn)),
    [from],
  );

function executeOne(instruction: LitmusInstruction, run: Run, valuesIn: ValuesOf): readonly Run[] {
  switch (instruction.kind) {
    case 'note':
    case 'section':
    case 'strengthen':
      return [run];
    case 'grace period':
      return [withBarrier(run, 'full')];
    case 'guess':
    case 'await':
      // Only where a grace period waits for another process, which these tests have not got.
      throw new Error(`'${instruction.text}' waits for a read section`);
    case 'barrier':
      return [withBarrier(run, instruction.barrier)];
    case 'compute':
      return [withRegister(run, instruction.register, computed(instruction.value, run))];
    case 'if': {
      const { value, from } = computed(instruction.condition, run);
      const into = { ...run, control: both(run.control, from) };
      return execute(isTrue(value) ? instruction.then : instruction.otherwise, into, valuesIn);
    }
    case 'store': {
      const { value, from: data } = computed(instruction.value, run);
      const { value: cell, from: address } = computed(instruction.address, run);
      const ordered = instruction.order === 'release';
      return [withAccess(run, { kind: 'write', cell, value, ordered, address, data })];
    }
    case 'load': {
      const { value: cell, from: address } = computed(instruction.address, run);
      const ordered = instruction.order === 'acquire';
      return [...valuesIn(cell)].map((value) => {
        const after = withAccess(run, { kind: 'read', cell, value, ordered, address });
        return withRegister(after, instruction.register, { value, from: new Set([last(after)]) });
      });
    }
    case 'update': {
      const cell = computed(instruction.address, run).value;
      return [...valuesIn(cell)].flatMap((value) => update(instruction, run, value));
    }
  }
}

/** An atomic operation that reads this value: between full barriers, or only a read where it fails. */
function update(
  { address: at, register, waitsFor, condition, ...of }: LitmusInstruction & { kind: 'update' },
  run: Run,
  value: LitmusValue,
): readonly Run[] {
  const { value: cell, from: address } = computed(at, run);
  const before = { value, from: nothing };
  if (waitsFor !== null && !isTrue(computed(waitsFor, run, before).value)) return [];
  const writes = condition === null || isTrue(computed(condition, run, before).value);
  const full = writes && of.order === 'full';
  const read = withAccess(full ? withBarrier(run, 'full') : run, {
    kind: 'read',
    cell,
    value,
    ordered: writes && of.order === 'acquire',
    isUpdate: true,
    isBlind: register === null,
    address,
  });
  const loaded: Computed = { value, from: new Set([last(read)]) };
  const result = computed(of.result, run, loaded);
  const after = register === null ? read : withRegister(read, register, result);
  // Of one that fails arm64 makes a branch (ldxr; cbnz) or an acquire (casal, casa): later stores stay behind.
  const isBranch = of.order === 'full' || of.order === 'acquire';
  if (!writes) return [isBranch ? { ...after, control: both(after.control, loaded.from) } : after];
  const { value: written, from: data } = computed(of.value, run, loaded);
  const ordered = of.order === 'release';
  const updates = last(read);
  const done = withAccess(after, { kind: 'write', cell, value: written, ordered, address, data, updates });
  return [full ? withBarrier(done, 'full') : done];
}

const last = ({ accesses }: Run): Access => accesses.at(-1)!;

const positionIn = ({ accesses, barriers }: Run) => accesses.length + barriers.length;

const withBarrier = (run: Run, barrier: Barrier['barrier']): Run => ({
  ...run,
  barriers: [...run.barriers, { barrier, position: positionIn(run) }],
});

type Made = Pick<Access, 'kind' | 'cell' | 'value' | 'ordered' | 'address'> & Partial<Access>;

const withAccess = (run: Run, made: Made): Run => {
  const { process, control, accesses } = run;
  const standard = { data: nothing, updates: null, isUpdate: false, isBlind: false };
  return {
    ...run,
    accesses: [...accesses, { ...standard, process, control, position: positionIn(run), ...made }],
  };
};

const withRegister = (run: Run, register: string, value: Computed): Run => ({
  ...run,
  registers: new Map([...run.registers, [register, value]]),
});

function computed(computation: Computation, { registers }: Run, before?: Computed): Computed {
  const operands = new Map(registers);
  if (before !== undefined) operands.set(old, before);
  const values = new Map([...operands].map(([name, { value }]) => [name, value]));
  const value = valueOf(computation, values);
  if (value === null) throw new Error('the programs of these tests compute nothing without a meaning');
  const from = [...variablesOf(computation)].flatMap((name) => [...operands.get(name)!.from]);
  return { value, from: new Set(from) };
}
