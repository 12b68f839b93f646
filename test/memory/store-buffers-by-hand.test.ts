/**
 * Store buffers written once more by hand, as a machine of its own with buffers that are lists and barriers that are
 * entries in them: on random small programs it must end in exactly the states in which the rewritten model does.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  add,
  array,
  defineModel,
  eq,
  index,
  init,
  range,
  reachable,
  release,
  set,
  shared,
  smpMb,
  smpWmb,
  step,
  thread,
  when,
  type Expr,
  type Statement,
  type Variable,
} from '../../checker/language/index.ts';
import type { Model } from '../../checker/language/model.ts';
import { outcomesOf } from './outcomes.ts';

/** Cells are 0 to 2; `indexed` loads read the cell whose number is in r. */
type Instruction =
  | {
      readonly op: 'store' | 'release' | 'exchange' | 'compare';
      readonly cell: number;
      readonly value: number;
    }
  | { readonly op: 'load' | 'indexed'; readonly cell: number }
  | { readonly op: 'mb' | 'wmb' };

const cell = fc.nat(2);
const access = fc.record({
  op: fc.constantFrom('store', 'store', 'store', 'release', 'exchange', 'compare'),
  cell,
  value: fc.integer({ min: 1, max: 2 }),
});
const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  { arbitrary: access, weight: 5 },
  {
    arbitrary: fc.record({
      op: fc.constantFrom('load', 'load', 'indexed'),
      cell,
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ op: fc.constantFrom('mb', 'wmb') }), weight: 1 },
);
const program = fc.array(fc.array(instruction, { minLength: 2, maxLength: 4 }), {
  minLength: 2,
  maxLength: 2,
});

/** The program as a model: r is the last value read, seen all values read, as digits. */
function modelOf(threads: readonly (readonly Instruction[])[]): Model {
  const build = () => {
    const mem = shared({ cells: array(3, range(0, 2), 0) });
    const locals = { r: init(index(3), 0), seen: array(4, range(0, 2), 0), n: init(range(0, 4), 0) };
    const statement = (
      at: Instruction,
      r: Variable<number>,
      seen: (value: Variable<number>) => Statement,
    ) => {
      switch (at.op) {
        case 'store':
          return step('W', set(mem.cells.at(at.cell), at.value));
        case 'release':
          return release(step('W', set(mem.cells.at(at.cell), at.value)));
        case 'exchange': {
          const { cells } = mem;
          return step('X', set(r, cells.at(at.cell)), set(cells.at(at.cell), at.value));
        }
        case 'compare': {
          const { cells } = mem;
          return step(
            'C',
            set(r, cells.at(at.cell)),
            when(eq(r as Expr<number>, 0), set(cells.at(at.cell), at.value)),
          );
        }
        case 'load':
          return seen(mem.cells.at(at.cell));
        case 'indexed':
          return seen(mem.cells.at(r));
        case 'mb':
          return smpMb();
        case 'wmb':
          return smpWmb();
      }
    };
    const all = threads.map((code, number) =>
      thread(`P${number}`, { locals }, (l) =>
        code.map((at) =>
          statement(at, l.r, (value) =>
            step('R', set(l.seen.at(l.n), value), set(l.r, l.seen.at(l.n)), set(l.n, add(l.n, 1))),
          ),
        ),
      ),
    );
    return { shared: mem, threads: all, properties: [reachable('something', true)] };
  };
  return defineModel({ name: 'random', summary: '', options: {}, build }).build();
}

type Waiting = 'barrier' | { readonly cell: number; readonly value: number };

interface Cpu {
  readonly pc: number;
  readonly r: number;
  readonly seen: readonly number[];
  readonly n: number;
  readonly buffer: readonly Waiting[];
}

interface Machine {
  readonly memory: readonly number[];
  readonly cpus: readonly Cpu[];
}

/** The same program on the machine by hand. */
function outcomesByHand(threads: readonly (readonly Instruction[])[], inOrder: boolean): ReadonlySet<string> {
  const cpu: Cpu = { pc: 0, r: 0, seen: [0, 0, 0, 0], n: 0, buffer: [] };
  const first: Machine = { memory: [0, 0, 0], cpus: threads.map(() => cpu) };
  const seen = new Map([[JSON.stringify(first), first]]);
  const ends = new Set<string>();
  for (const machine of seen.values()) {
    const next = threads.flatMap((code, at) => [
      ...execute(machine, at, code),
      ...drain(machine, at, inOrder),
    ]);
    for (const one of next) seen.set(JSON.stringify(one), one);
    if (next.length === 0) ends.add(told(machine));
  }
  return ends;
}

function told({ memory, cpus }: Machine): string {
  const locals = cpus.map(({ r, seen, n }, at) => [`P${at}`, [{ r, seen, n }]]);
  return JSON.stringify({ cells: memory, ...Object.fromEntries(locals) });
}

const withCpu = ({ memory, cpus }: Machine, at: number, cpu: Cpu): Machine => ({
  memory,
  cpus: cpus.with(at, cpu),
});

function execute(machine: Machine, at: number, code: readonly Instruction[]): readonly Machine[] {
  const cpu = machine.cpus[at]!;
  const instruction = code[cpu.pc];
  if (instruction === undefined) return [];
  const on = { ...cpu, pc: cpu.pc + 1 };
  switch (instruction.op) {
    case 'mb':
      return cpu.buffer.length === 0 ? [withCpu(machine, at, on)] : [];
    case 'wmb':
      return [withCpu(machine, at, { ...on, buffer: behindBarrier(cpu.buffer) })];
    case 'store':
    case 'release': {
      const before = instruction.op === 'release' ? behindBarrier(cpu.buffer) : cpu.buffer;
      const { cell, value } = instruction;
      return [withCpu(machine, at, { ...on, buffer: [...before, { cell, value }] })];
    }
    case 'exchange': {
      if (cpu.buffer.length > 0) return [];
      const memory = machine.memory.with(instruction.cell, instruction.value);
      return [withCpu({ ...machine, memory }, at, { ...on, r: machine.memory[instruction.cell]! })];
    }
    case 'compare': {
      const value = seenBy(machine, cpu, instruction.cell);
      if (value !== 0) return [withCpu(machine, at, { ...on, r: value })];
      if (cpu.buffer.length > 0) return [];
      const memory = machine.memory.with(instruction.cell, instruction.value);
      return [withCpu({ ...machine, memory }, at, { ...on, r: 0 })];
    }
    case 'load':
    case 'indexed': {
      const value = seenBy(machine, cpu, instruction.op === 'load' ? instruction.cell : cpu.r);
      return [withCpu(machine, at, { ...on, r: value, seen: cpu.seen.with(cpu.n, value), n: cpu.n + 1 })];
    }
  }
}

/** The youngest store of its own CPU, else memory. */
function seenBy({ memory }: Machine, { buffer }: Cpu, cell: number): number {
  const own = buffer.findLast((waiting) => waiting !== 'barrier' && waiting.cell === cell);
  return own === undefined || own === 'barrier' ? memory[cell]! : own.value;
}

const behindBarrier = (buffer: readonly Waiting[]): readonly Waiting[] =>
  buffer.length === 0 || buffer.at(-1) === 'barrier' ? buffer : [...buffer, 'barrier'];

function drain(machine: Machine, at: number, inOrder: boolean): readonly Machine[] {
  const cpu = machine.cpus[at]!;
  return cpu.buffer.flatMap((waiting, position) => {
    const older = cpu.buffer.slice(0, position);
    const buffer = cpu.buffer.toSpliced(position, 1);
    if (inOrder && older.some((one) => one !== 'barrier')) return [];
    if (waiting === 'barrier') return position === 0 ? [withCpu(machine, at, { ...cpu, buffer })] : [];
    if (!inOrder && older.some((one) => one === 'barrier' || one.cell === waiting.cell)) return [];
    return [
      withCpu({ ...machine, memory: machine.memory.with(waiting.cell, waiting.value) }, at, {
        ...cpu,
        buffer,
      }),
    ];
  });
}

test.each([
  ['tso', true],
  ['pso', false],
] as const)('%s ends where the machine by hand ends', (memory, inOrder) => {
  let weaker = 0;
  fc.assert(
    fc.property(program, (threads) => {
      const model = modelOf(threads);
      const terminal = [...outcomesOf(model, memory)!.terminal].sort();
      expect(terminal).toEqual([...outcomesByHand(threads, inOrder)].sort());
      if (terminal.length > outcomesOf(model, 'sc')!.terminal.size) weaker += 1;
    }),
    { numRuns: 80, seed: 1986 },
  );
  expect(weaker).toBeGreaterThan(5);
});
