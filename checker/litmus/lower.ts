/** Takes the C of a process apart into instructions. */
import { accessIn, effectOf } from './calls.ts';
import type { Computation, Instruction } from './instruction.ts';
import type { CExpr, CStatement, Process } from './litmus-test.ts';
import { LitmusError } from './litmus-test.ts';
import { strengthened } from './strengthened.ts';

/** The instructions of a process, with its registers: those it declares or assigns, and those for what lies between. */
export interface Code {
  readonly from: Process;
  readonly registers: readonly string[];
  readonly instructions: readonly Instruction[];
}

/** Where instructions go, and what names mean there. */
export interface Lowering {
  readonly line: number;
  readonly text: string;
  readonly out: Instruction[];
  readonly registers: Set<string>;
  readonly locations: ReadonlySet<string>;
}

/** What a process begins with. */
export interface Surroundings {
  readonly locations: ReadonlySet<string>;
  /** The registers that have initial values. */
  readonly initial: readonly string[];
}

/** Throws  LitmusError for calls and accesses that are not supported. */
export function lower(from: Process, { initial, locations }: Surroundings): Code {
  // A declaration hides the location of that name, as in C.
  const registers = new Set([...initial, ...declaredIn(from.body)]);
  const instructions = strengthened(lowerBlock(from.body, { registers, locations }));
  return { from, registers: [...registers], instructions };
}

const declaredIn = (body: readonly CStatement[]): readonly string[] =>
  body.flatMap((statement) => {
    if (statement.kind === 'if') return declaredIn([...statement.then, ...statement.otherwise]);
    return statement.kind === 'declare' ? [statement.name] : [];
  });

type Names = Pick<Lowering, 'registers' | 'locations'>;

function lowerBlock(body: readonly CStatement[], names: Names): readonly Instruction[] {
  const out: Instruction[] = [];
  for (const statement of body) {
    const { line, text } = statement;
    const into: Lowering = { ...names, line, text, out };
    switch (statement.kind) {
      case 'declare':
        break;
      case 'evaluate':
        effectOf(statement.value, into);
        break;
      case 'assign':
        lowerAssignment(statement.target, statement.value, into);
        break;
      case 'if': {
        const condition = compute(statement.condition, into);
        const [then, otherwise] = [lowerBlock(statement.then, names), lowerBlock(statement.otherwise, names)];
        out.push({ kind: 'if', line, text, condition, then, otherwise });
        break;
      }
      case 'loop':
        throw new Error('parseLitmus() has unrolled all loops');
    }
  }
  return out;
}

function lowerAssignment(target: CExpr, value: CExpr, into: Lowering): void {
  const { line, text, out, registers, locations } = into;
  if (target.kind === 'dereference') {
    const address = compute(target.address, into);
    out.push({ kind: 'store', line, text, address, value: compute(value, into), order: 'plain' });
    return;
  }
  if (target.kind !== 'name')
    throw new LitmusError(line, `'${text}' assigns to what is neither a register nor *x`);
  const { name: register } = target;
  if (locations.has(register) && !registers.has(register))
    throw new LitmusError(
      line,
      `'${register}' is a location: write *${register} or WRITE_ONCE(*${register}, ...)`,
    );
  registers.add(register);
  const access = accessIn(value, register, into);
  out.push(access ?? { kind: 'compute', line, text, register, value: compute(value, into) });
}

/** The value of an expression; memory accesses inside it come before, each into a register of its own. */
export function compute(expr: CExpr, into: Lowering): Computation {
  switch (expr.kind) {
    case 'constant':
      return expr;
    case 'name':
      if (into.registers.has(expr.name)) return { kind: 'register', name: expr.name };
      if (into.locations.has(expr.name)) return { kind: 'address', location: expr.name };
      throw new LitmusError(expr.line, `'${expr.name}' is neither a register nor a location of this process`);
    case 'cast':
      return compute(expr.operand, into);
    case 'unary':
      return { ...expr, operand: compute(expr.operand, into) };
    case 'binary':
      return { ...expr, left: compute(expr.left, into), right: compute(expr.right, into) };
    case 'dereference':
    case 'call': {
      const register = `access${into.registers.size}`;
      into.registers.add(register);
      into.out.push(accessIn(expr, register, into)!);
      return { kind: 'register', name: register };
    }
  }
}
