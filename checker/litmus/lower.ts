/** Lowers the C of a process to instructions. */
import { LitmusError, type CExpr, type CStatement, type Process } from './litmus-test.ts';
import type { LitmusInstruction, Strengthened, Computation, Update } from './instruction.ts';
import { atomicNamed, lock, tryLock, type Atomic } from './atomics.ts';
import { variablesOf, old } from './values.ts';
import { strengthened } from './strengthened.ts';

/** The instructions of a process, with its registers: declared, assigned and temporary. */
export interface LoweredCode {
  readonly from: Process;
  readonly registers: readonly string[];
  readonly instructions: readonly LitmusInstruction[];
}

/** The output of lowering, and the meaning of names. */
export interface Lowering {
  readonly line: number;
  readonly text: string;
  readonly out: LitmusInstruction[];
  readonly registers: Set<string>;
  readonly locations: ReadonlySet<string>;
}

/** The initial environment of a process. */
export interface ProcessStart {
  readonly locations: ReadonlySet<string>;
  /** The registers with initial values. */
  readonly initial: readonly string[];
}

/** Throws  LitmusError for unsupported calls and accesses. */
export function lower(from: Process, { initial, locations }: ProcessStart): LoweredCode {
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

type DeclaredNames = Pick<Lowering, 'registers' | 'locations'>;

function lowerBlock(body: readonly CStatement[], names: DeclaredNames): readonly LitmusInstruction[] {
  const out: LitmusInstruction[] = [];
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

/** The value of an expression; its memory accesses precede it, each into a temporary register. */
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

type Call = CExpr & { kind: 'call' };

const barriers: Readonly<Record<string, 'full' | 'write' | 'read'>> = {
  smp_mb: 'full',
  smp_wmb: 'write',
  smp_rmb: 'read',
};

/** Calls that order nothing by themselves. */
const strengthening: Readonly<Record<string, Strengthened>> = {
  smp_mb__before_atomic: 'next atomic',
  smp_mb__after_atomic: 'last atomic',
  smp_mb__after_spinlock: 'last lock',
  smp_mb__after_unlock_lock: 'unlock and lock',
};

/** Stores by name: whether the first operand is `*x` or `x`, and the order. */
const stores: Readonly<Record<string, readonly [operand: '*x' | 'x', order: 'plain' | 'release']>> = {
  WRITE_ONCE: ['*x', 'plain'],
  rcu_assign_pointer: ['*x', 'release'],
  smp_store_mb: ['*x', 'plain'],
  smp_store_release: ['x', 'release'],
  atomic_set: ['x', 'plain'],
  atomic_set_release: ['x', 'release'],
};

const loads: Readonly<Record<string, readonly [operand: '*x' | 'x', order: 'plain' | 'acquire']>> = {
  READ_ONCE: ['*x', 'plain'],
  rcu_dereference: ['*x', 'plain'],
  lockless_dereference: ['*x', 'plain'],
  smp_load_acquire: ['x', 'acquire'],
  atomic_read: ['x', 'plain'],
  spin_is_locked: ['x', 'plain'],
  atomic_read_acquire: ['x', 'acquire'],
};

/** Lowers an expression statement. Throws  LitmusError for unsupported calls. */
export function effectOf(expr: CExpr, into: Lowering): void {
  const { line, text, out } = into;
  if (expr.kind !== 'call') {
    compute(expr, into);
    return;
  }
  const { name, operands } = expr;
  const barrier = barriers[name];
  const strengthens = strengthening[name];
  if (barrier !== undefined) out.push({ kind: 'barrier', line, text, barrier });
  else if (strengthens !== undefined) out.push({ kind: 'strengthen', line, text, what: strengthens });
  else if (name === 'barrier') out.push({ kind: 'note', line, text });
  else if (name === 'spin_unlock') {
    checkOperands(expr, 1);
    const value: Computation = { kind: 'constant', value: 0 };
    const address = compute(operands[0]!, into);
    out.push({ kind: 'store', line, text, address, value, order: 'release', unlocks: true });
  } else {
    const access = storeIn(expr, into) ?? accessIn(expr, null, into);
    if (access !== null) out.push(access);
    if (name === 'smp_store_mb') out.push({ kind: 'barrier', line, text, barrier: 'full' });
  }
}

function storeIn(call: Call, into: Lowering): LitmusInstruction | null {
  const known = stores[call.name];
  if (known === undefined) return null;
  checkOperands(call, 2);
  const { line, text } = into;
  const address = addressOf(call, known[0], into);
  return { kind: 'store', line, text, address, value: compute(call.operands[1]!, into), order: known[1] };
}

/** The memory access of an expression, into a register if one is given; null if it has none. */
export function accessIn(expr: CExpr, register: string | null, into: Lowering): LitmusInstruction | null {
  const { line, text } = into;
  if (expr.kind === 'dereference')
    return {
      kind: 'load',
      line,
      text,
      register: register ?? unused(into),
      address: compute(expr.address, into),
      order: 'plain',
    };
  if (expr.kind !== 'call') return null;
  const known = loads[expr.name];
  if (known !== undefined) {
    checkOperands(expr, 1);
    return {
      kind: 'load',
      line,
      text,
      register: register ?? unused(into),
      address: addressOf(expr, known[0], into),
      order: known[1],
    };
  }
  const section = readSectionIn(expr, register, into);
  if (section !== null) return section;
  const atomic = updates[expr.name] ?? atomicNamed(expr.name);
  if (atomic === null) throw new LitmusError(expr.line, `'${expr.name}(...)' is not supported`);
  checkOperands(expr, atomic.operands);
  const operands = expr.operands.map((operand) => compute(operand, into));
  const others = operands
    .filter((_, at) => at !== atomic.address)
    .map((operand) => kept(operand, register, into));
  const update = atomic.update(others);
  // Without a read of the old value this would be a plain store.
  const result = register ?? (looks(update) ? null : unused(into));
  return { kind: 'update', line, text, register: result, address: operands[atomic.address]!, ...update };
}

const looks = ({ value, condition }: Update) =>
  [value, ...(condition === null ? [] : [condition])].some((part) => variablesOf(part).has(old));

/** Copies an operand that the result would overwrite too early to a temporary register. */
function kept(
  operand: Computation,
  register: string | null,
  { line, text, out, registers }: Lowering,
): Computation {
  if (register === null || !variablesOf(operand).has(register)) return operand;
  const copy = `operand${registers.size}`;
  registers.add(copy);
  out.push({ kind: 'compute', line, text, register: copy, value: operand });
  return { kind: 'register', name: copy };
}

const updates: Readonly<Record<string, Atomic>> = {
  spin_lock: { operands: 1, address: 0, returns: false, update: () => lock },
  spin_trylock: { operands: 1, address: 0, returns: true, update: () => tryLock },
};

/** A register for an unused value. */
function unused({ registers }: Lowering): string {
  registers.add('unused');
  return 'unused';
}

function checkOperands({ name, operands, line }: Call, count: number): void {
  if (operands.length !== count)
    throw new LitmusError(
      line,
      `'${name}' takes ${count} operand${count === 1 ? '' : 's'}, not ${operands.length}`,
    );
}

function addressOf({ name, operands, line }: Call, form: '*x' | 'x', into: Lowering): Computation {
  const operand = operands[0]!;
  if (form === 'x') return compute(operand, into);
  if (operand.kind !== 'dereference')
    throw new LitmusError(line, `'${name}' takes *x, what a pointer points to`);
  return compute(operand.address, into);
}

type SectionKind = 'begin' | 'end' | 'grace period';

const kinds: Readonly<Record<string, SectionKind>> = {
  rcu_read_lock: 'begin',
  rcu_read_unlock: 'end',
  synchronize_rcu: 'grace period',
  synchronize_rcu_expedited: 'grace period',
  srcu_read_lock: 'begin',
  srcu_read_unlock: 'end',
  srcu_down_read: 'begin',
  srcu_up_read: 'end',
  synchronize_srcu: 'grace period',
  synchronize_srcu_expedited: 'grace period',
};

/** The instruction of an RCU or SRCU call, or null for another call; `srcu_read_lock()` returns 0. */
export function readSectionIn(call: Call, register: string | null, into: Lowering): LitmusInstruction | null {
  const kind = kinds[call.name];
  if (kind === undefined) return null;
  const { line, text, out } = into;
  const domain = domainOf(call, into);
  if (register !== null)
    out.push({ kind: 'compute', line, text, register, value: { kind: 'constant', value: 0 } });
  return kind === 'grace period'
    ? { kind, line, text, domain }
    : { kind: 'section', line, text, domain, edge: kind, cookie: cookieOf(call, kind, register, into) };
}

/** The register with the cookie. Throws  LitmusError if the cookie is not in a register. */
function cookieOf(
  { name, operands }: Call,
  kind: SectionKind,
  register: string | null,
  { line, registers }: Lowering,
): string | null {
  if (!name.includes('srcu')) return null;
  if (kind === 'begin') return register ?? '';
  const cookie = operands[1];
  if (cookie?.kind === 'name' && registers.has(cookie.name)) return cookie.name;
  throw new LitmusError(
    line,
    `'${name}' takes the cookie from a register; --memory lkmm alone supports any other`,
  );
}

/** The domain of a call: RCU, or one srcu_struct. A grace period waits for the sections of its domain. */
function domainOf({ name, operands, line }: Call, into: Lowering): string {
  if (!name.includes('srcu')) return 'rcu';
  const [operand] = operands;
  const address = operand === undefined ? null : compute(operand, into);
  if (address?.kind === 'address') return address.location;
  throw new LitmusError(line, `'${name}' takes the srcu_struct by its name; any other is not supported`);
}
