/** The kernel's primitives as they are called in litmus tests. */
import type { Atomic } from './atomics.ts';
import { atomicNamed, lock, tryLock } from './atomics.ts';
import type { Computation, Instruction, Strengthened, Update } from './instruction.ts';
import type { CExpr } from './litmus-test.ts';
import { LitmusError } from './litmus-test.ts';
import type { Lowering } from './lower.ts';
import { compute } from './lower.ts';
import { readSectionIn } from './read-sections.ts';
import { old, variablesOf } from './values.ts';

type Call = CExpr & { kind: 'call' };

const barriers: Readonly<Record<string, 'full' | 'write' | 'read'>> = {
  smp_mb: 'full',
  smp_wmb: 'write',
  smp_rmb: 'read',
};

/** What orders nothing by itself. */
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

/** What a statement does that is only an expression. Throws  LitmusError for calls that are not supported. */
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

function storeIn(call: Call, into: Lowering): Instruction | null {
  const known = stores[call.name];
  if (known === undefined) return null;
  checkOperands(call, 2);
  const { line, text } = into;
  const address = addressOf(call, known[0], into);
  return { kind: 'store', line, text, address, value: compute(call.operands[1]!, into), order: known[1] };
}

/** The memory access that an expression is, into a register if one is given; null where it is none. */
export function accessIn(expr: CExpr, register: string | null, into: Lowering): Instruction | null {
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
  // Without a look at what was there it would be a plain store.
  const result = register ?? (looks(update) ? null : unused(into));
  return { kind: 'update', line, text, register: result, address: operands[atomic.address]!, ...update };
}

const looks = ({ value, condition }: Update) =>
  [value, ...(condition === null ? [] : [condition])].some((part) => variablesOf(part).has(old));

/** An operand that the result would overwrite too early, in a register of its own. */
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

/** A register for a value that nobody looks at. */
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
