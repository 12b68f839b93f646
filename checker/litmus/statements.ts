/** Instructions of a litmus test as statements of a model. */
import { conditional, eq, walk, type Expr } from '../language/expression.ts';
import {
  acquire,
  branch,
  choose,
  full,
  note,
  relaxed,
  release,
  set,
  smpMb,
  smpRmb,
  smpWmb,
  step,
  wait,
  when,
  type Effect,
  type Statement,
  type Text,
} from '../language/statement.ts';
import { through, type Variable } from '../language/variable.ts';
import { conditionOf, expressionOf, type ComputationSite } from './computation.ts';
import { assignments } from './domains.ts';
import type { Encoding } from './encoding.ts';
import type { AccessOrder, Computation, LitmusInstruction } from './instruction.ts';
import { LitmusError, type LitmusValue } from './litmus-test.ts';
import { old, valueOf, variablesOf } from './values.ts';

type ValuesByName = ReadonlyMap<string, ReadonlySet<LitmusValue>>;

/** The names that the code of a process can use. */
export interface ProcessNames {
  readonly encoding: Encoding;
  readonly registers: ValuesByName;
  readonly locations: ValuesByName;
  readonly locals: Readonly<Record<string, unknown>>;
  readonly memory: Readonly<Record<string, unknown>>;
}

/** The text of a process; an empty process has a note. */
export const statementsFor = (instructions: readonly LitmusInstruction[], names: ProcessNames): Text =>
  instructions.length === 0 ? [note('nothing')] : instructions.map((one) => statementFor(one, names));

// References by name; all variables are numeric scalars.
const local = ({ locals }: ProcessNames, name: string) => locals[name] as Variable<number>;
const cell = ({ memory }: ProcessNames, name: string) => memory[name] as Variable<number>;

/** The location for an access whose address is computed from registers. */
function reached(names: ProcessNames, location: string, address: Computation): Variable<number> {
  const registers = [...variablesOf(address)].map((name) => local(names, name));
  return registers.length === 0 ? cell(names, location) : through(cell(names, location), ...registers);
}

const siteOf = ({ line, text }: LitmusInstruction, names: ProcessNames): ComputationSite => ({
  line,
  text,
  encoding: names.encoding,
  valuesOf: (name) => names.registers.get(name)!,
  variable: (name) => local(names, name),
});

function statementFor(instruction: LitmusInstruction, names: ProcessNames): Statement | Text {
  const { text } = instruction;
  const site = siteOf(instruction, names);
  switch (instruction.kind) {
    case 'compute':
      return step(text, set(local(names, instruction.register), expressionOf(instruction.value, site)));
    case 'load': {
      const { address, register, order } = instruction;
      return at(address, site, names, (location) => {
        const load = step(text, set(local(names, register), reached(names, location, address)));
        return order === 'acquire' ? acquire(load) : load;
      });
    }
    case 'store': {
      const { address, value, order } = instruction;
      return at(address, site, names, (location) => {
        const store = step(text, set(reached(names, location, address), expressionOf(value, site)));
        return order === 'release' ? release(store) : store;
      });
    }
    case 'update':
      return at(instruction.address, site, names, (location) => updateOf(instruction, location, names));
    case 'barrier':
      return barrierOf(instruction.barrier, text);
    case 'grace period':
      return smpMb(text);
    case 'guess':
      return choose(text, local(names, instruction.register));
    case 'await':
      return at(instruction.address, site, names, (location) =>
        acquire(wait(text, eq(cell(names, location), names.encoding.encode(1)))),
      );
    case 'note':
    case 'section':
    case 'strengthen':
      return note(text);
    case 'if':
      return branch(
        text,
        conditionOf(instruction.condition, site),
        instruction.then.map((one) => statementFor(one, names)),
        instruction.otherwise.map((one) => statementFor(one, names)),
      );
  }
}

function barrierOf(barrier: 'full' | 'write' | 'read', text: string): Statement {
  switch (barrier) {
    case 'full':
      return smpMb(text);
    case 'write':
      return smpWmb(text);
    case 'read':
      return smpRmb(text);
  }
}

/**
 * The access at an address: one statement for a known location, otherwise an alternative for each possible one.
 *
 * A value that is not an address leads to a wait that blocks forever, which a run reports.
 */
function at(
  address: Computation,
  site: ComputationSite,
  names: ProcessNames,
  access: (location: string) => Statement,
): Text {
  const values = new Set(
    assignments([address], site.valuesOf, site.line).map((assignment) => valueOf(address, assignment)),
  );
  const targets = [...values].filter(
    (value) => typeof value === 'string' && names.locations.has(value),
  ) as string[];
  if (targets.length === 0)
    throw new LitmusError(site.line, `'${site.text}' goes to no location that is known here`);
  if (targets.length === values.size && targets.length === 1) return [access(targets[0]!)];
  const pointer = expressionOf(address, site);
  const nowhere: Text = [wait(`${site.text}: no address`, false)];
  return targets.reduce<Text>(
    (otherwise, location) => [
      branch(
        `${site.text}: &${location}`,
        isAddress(pointer, location, names),
        [access(location)],
        otherwise,
      ),
    ],
    nowhere,
  );
}

const isAddress = (pointer: Expr<number>, location: string, { encoding }: ProcessNames) =>
  eq(pointer, encoding.encode(location));

function updateOf(
  instruction: LitmusInstruction & { kind: 'update' },
  location: string,
  names: ProcessNames,
): Statement {
  const { text, waitsFor, condition, value, result, register, order } = instruction;
  const memory = reached(names, location, instruction.address);
  const base = siteOf(instruction, names);
  const site: ComputationSite = {
    ...base,
    valuesOf: (name) => (name === old ? names.locations.get(location)! : base.valuesOf(name)),
    variable: (name) => (name === old ? memory : base.variable(name)),
  };
  const stored = expressionOf(value, site);
  // An atomic operation reads its cell even if its result does not depend on the value.
  const isRead =
    [...walk(stored)].some(({ kind }) => kind === 'shared') ||
    [register, condition, waitsFor].some((part) => part !== null);
  const write = set(
    memory,
    isRead ? stored : conditional<number, number>(eq(memory, memory), stored, stored),
  );
  const effects: readonly Effect[] = [
    ...(register === null ? [] : [set(local(names, register), expressionOf(result, site))]),
    condition === null ? write : when(conditionOf(condition, site), write),
  ];
  return ordered(
    waitsFor === null ? step(text, ...effects) : wait(text, conditionOf(waitsFor, site), ...effects),
    order,
  );
}

function ordered(update: Statement, order: AccessOrder): Statement {
  switch (order) {
    case 'full':
      return full(update);
    case 'acquire':
      return acquire(update);
    case 'release':
      return release(update);
    case 'relaxed':
      return relaxed(update);
  }
}
