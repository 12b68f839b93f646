/** Properties of a model in a state of the machine: of memory at a time, and of what each copy has reached. */
import { numberOf, type Numbering } from '../../program/numbering.ts';
import { walk, type AnyExpr } from '../../language/expression.ts';
import { ModelError } from '../../language/model-error.ts';
import { printExpr } from '../../language/print.ts';
import { cellsIn } from './access-cells.ts';
import { operation, quantified, wrapping } from './compile.ts';
import type { MachineState, Time, Write } from './machine-state.ts';
import type { Program } from './program.ts';

/** Where a condition is evaluated. */
interface Look {
  readonly state: MachineState;
  readonly at: Time;
  readonly bound: number[];
}

type Ask = (look: Look) => number;

export interface CompiledProperty {
  readonly kind: 'always' | 'reachable';
  readonly name: string;
  readonly isTrue: (state: MachineState, at: Time) => boolean;
  /** Whether it sees memory beside what copies have reached: then it matters which stores are late. */
  readonly isMixed: boolean;
}

export const propertiesOf = (program: Program): readonly CompiledProperty[] =>
  program.system.model.properties.map(({ kind, name, condition, atEnd = false }) => {
    const ask = compile(condition, program);
    return {
      kind,
      name,
      // At the end no promise is open, and memory is seen as it is.
      isTrue: (state, at) => (atEnd && hasOpenPromise(state)) || ask({ state, at, bound: [] }) === 1,
      isMixed: !atEnd && isMixed(condition, program),
    };
  });

/** By cell: whether a property sees it beside what copies have reached. */
export function observedCells(program: Program): readonly boolean[] {
  const observed = program.isOwn.map(() => false);
  for (const { condition, atEnd = false } of program.system.model.properties)
    if (!atEnd && isMixed(condition, program))
      for (const cell of cellsIn(condition, program.numbering)) observed[cell] = !program.isOwn[cell]!;
  return observed;
}

const hasOpenPromise = ({ writes }: MachineState) =>
  writes.some((list) => list.some(({ promisedBy }) => promisedBy >= 0));

function isMixed(condition: AnyExpr, { numbering, isOwn }: Program): boolean {
  const cells = cellsIn(condition, numbering);
  const isOfCopies = [...walk(condition)].some(({ kind }) => kind === 'local' || kind === 'ended');
  return cells.some((cell) => !isOwn[cell]!) && (isOfCopies || cells.some((cell) => isOwn[cell]!));
}

/** The times at which somebody may look at memory in this state, the latest first. */
export function timesToLook(state: MachineState, observed: readonly boolean[]): readonly Time[] {
  const times = new Set([state.top]);
  for (const [cell, list] of state.writes.entries())
    if (observed[cell]! && list.length > 1)
      for (const { time } of list) if (time > state.seen) times.add(time - 1);
  return [...times].filter((time) => time >= state.seen).sort((a, b) => b - a);
}

/** What memory has of a cell at a time. */
export function writeAt(list: readonly Write[], at: Time): Write {
  let position = list.length - 1;
  while (position > 0 && list[position]!.time > at) position--;
  return list[position]!;
}

function compile(expr: AnyExpr, program: Program): Ask {
  const { numbering } = program;
  switch (expr.kind) {
    case 'constant': {
      const value = numberOf(numbering.names, expr.value);
      return () => value;
    }
    case 'self':
      throw new Error('a property runs on no CPU');
    case 'bound': {
      const { level } = expr.binder;
      return (look) => look.bound[level]!;
    }
    case 'shared': {
      const element = elementOf(expr, numbering.shared.get(expr.name)!, program);
      const { isOwn } = program;
      return (look) => {
        const cell = element(look);
        return isOwn[cell]! ? look.state.own[cell]! : writeAt(look.state.writes[cell]!, look.at).value;
      };
    }
    case 'local': {
      const thread = threadOf(numbering, expr.thread);
      const element = elementOf(expr, numbering.locals[thread]!.get(expr.name)!, program);
      const first = numbering.firstCopy.get(expr.thread)!;
      const replica = expr.replica === null ? () => 0 : compile(expr.replica, program);
      return (look) => look.state.copies[first + replica(look)]!.locals[element(look)]!;
    }
    case 'ended': {
      const first = numbering.firstCopy.get(expr.thread)!;
      const { end, thread } = numbering.system.threads[threadOf(numbering, expr.thread)]!;
      const replica = compile(expr.replica, program);
      return (look) => {
        const which = replica(look);
        if (which < 0 || which >= thread.cpus)
          throw new ModelError(
            `'ended' asks for copy ${which} of thread '${expr.thread}', whose copies are 0 to ${thread.cpus - 1}`,
          );
        return Number(look.state.copies[first + which]!.locals[0] === end);
      };
    }
    case 'not': {
      const operand = compile(expr.operand, program);
      return (look) => 1 - operand(look);
    }
    case 'claim':
      return compile(expr.operand, program);
    case 'conditional': {
      const [condition, then, otherwise] = [expr.condition, expr.then, expr.otherwise].map((part) =>
        compile(part, program),
      ) as [Ask, Ask, Ask];
      return (look) => (condition(look) === 1 ? then(look) : otherwise(look));
    }
    case 'quantifier': {
      const { level, low, high } = expr.binder;
      const body = compile(expr.body, program);
      const all = expr.quantifier === 'all' ? 1 : 0;
      return (look) => quantified(look.bound, { level, low, high }, all, () => body(look));
    }
    case 'binary':
      return operation(expr, compile(expr.left, program), compile(expr.right, program));
    case 'wrap':
      return wrapping(expr, (part) => compile(part, program));
  }
}

const threadOf = ({ system }: Numbering, name: string) =>
  system.threads.findIndex(({ thread }) => thread.name === name);

function elementOf(
  reference: AnyExpr & { kind: 'shared' | 'local' },
  { first, length }: { readonly first: number; readonly length: number },
  program: Program,
): Ask {
  if (reference.index === null) return () => first;
  const index = compile(reference.index, program);
  return (look) => {
    const at = index(look);
    if (at < 0 || at >= length)
      throw new ModelError(
        `'${printExpr(reference)}' is read or written at ${at}, and the array has the elements 0 to ${length - 1}`,
      );
    return first + at;
  };
}
