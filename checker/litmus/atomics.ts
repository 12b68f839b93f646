/** The kernel's atomic operations by name: their reads, writes, results and orderings. */
import type { BinaryOperator } from '../language/expression.ts';
import type { AccessOrder, Computation, Update } from './instruction.ts';

/** An atomic operation: the position of its address, and its effect. */
export interface Atomic {
  readonly operands: number;
  /** Position of the address among the operands. */
  readonly address: number;
  /** False for `atomic_inc()` and similar operations without a return value. */
  readonly returns: boolean;
  readonly update: (others: readonly Computation[]) => Update;
}

const old: Computation = { kind: 'old' };
const one: Computation = { kind: 'constant', value: 1 };
const zero: Computation = { kind: 'constant', value: 0 };
const binary = (operator: BinaryOperator, left: Computation, right: Computation): Computation => ({
  kind: 'binary',
  operator,
  left,
  right,
});

type PlainUpdate = Omit<Update, 'order' | 'waitsFor'>;

const always = (value: Computation, result: Computation): PlainUpdate => ({ condition: null, value, result });

/** The operators of `fetch_add`, `add_return`, `add` and similar, by the kernel's word. */
const words: Readonly<Record<string, BinaryOperator>> = {
  add: '+',
  sub: '-',
  and: '&',
  andnot: '&',
  or: '|',
  xor: '^',
};

const byOne: Readonly<Record<string, string>> = { inc: 'add', dec: 'sub' };

const tests: Readonly<Record<string, readonly [operator: BinaryOperator, compare: BinaryOperator]>> = {
  add_negative: ['+', '<'],
  add_and_test: ['+', '=='],
  sub_and_test: ['-', '=='],
};

/** The operation that a call names, or null. It is fully ordered unless its suffix differs or it returns nothing. */
export function atomicNamed(name: string): Atomic | null {
  const { base, order } = splitOrder(name);
  if (base === 'xchg' || base === 'cmpxchg') return exchange(base, 0, order ?? 'full');
  const operation = /^atomic(?:64|_long)?_(\w+)$/.exec(base)?.[1];
  if (operation === undefined) return null;
  if (operation === 'xchg' || operation === 'cmpxchg') return exchange(operation, 0, order ?? 'full');
  return conditionalAdd(operation, order ?? 'full') ?? arithmetic(operation, order);
}

function splitOrder(name: string): { readonly base: string; readonly order: AccessOrder | null } {
  const [, base, order] = /^(\w+?)(?:_(relaxed|acquire|release))?$/.exec(name) ?? [];
  return { base: base ?? name, order: (order as AccessOrder | undefined) ?? null };
}

function exchange(kind: 'xchg' | 'cmpxchg', address: number, order: AccessOrder): Atomic {
  return kind === 'xchg'
    ? atomic(2, address, order, ([value]) => always(value!, old))
    : atomic(3, address, order, ([expected, value]) => ({
        condition: binary('==', old, expected!),
        value: value!,
        result: old,
      }));
}

const atomic = (
  operands: number,
  address: number,
  order: AccessOrder,
  update: (others: readonly Computation[]) => PlainUpdate,
): Atomic => ({
  operands,
  address,
  returns: true,
  update: (others) => ({ ...update(others), waitsFor: null, order }),
});

/** atomic_add_unless(v, a, u), atomic_inc_not_zero(v) */
function conditionalAdd(operation: string, order: AccessOrder): Atomic | null {
  const unless = (by: Computation, not: Computation): PlainUpdate => {
    const condition = binary('!=', old, not);
    return { condition, value: binary('+', old, by), result: condition };
  };
  if (operation === 'add_unless') return atomic(3, 0, order, ([by, not]) => unless(by!, not!));
  return operation === 'inc_not_zero' ? atomic(1, 0, order, () => unless(one, zero)) : null;
}

function arithmetic(operation: string, order: AccessOrder | null): Atomic | null {
  const whole = operation
    .split('_')
    .map((word) => byOne[word] ?? word)
    .join('_');
  const implied = whole !== operation;
  const operands = implied ? 1 : 2;
  const make = (otherwise: AccessOrder, update: (by: Computation) => PlainUpdate) =>
    atomic(operands, operands - 1, order ?? otherwise, ([by]) => update(implied ? one : by!));
  const test = tests[whole];
  if (test !== undefined)
    return make('full', (by) => {
      const value = binary(test[0], old, by);
      return always(value, binary(test[1], value, zero));
    });
  const [, fetch, word, returns] = /^(fetch_)?([a-z]+?)(_return)?$/.exec(whole) ?? [];
  const operator = words[word ?? ''];
  if (operator === undefined) return null;
  const returnsValue = fetch !== undefined || returns !== undefined;
  const made = make(returnsValue ? 'full' : 'relaxed', (by) => {
    const value = binary(
      operator,
      old,
      word === 'andnot' ? { kind: 'unary', operator: '~', operand: by } : by,
    );
    return always(value, fetch === undefined ? value : old);
  });
  return { ...made, returns: returnsValue };
}

/** spin_lock(l); a free lock is 0. */
export const lock: Update = {
  waitsFor: binary('==', old, zero),
  condition: null,
  value: one,
  result: one,
  order: 'acquire',
};

export const tryLock: Update = {
  waitsFor: null,
  condition: binary('==', old, zero),
  value: one,
  result: binary('==', old, zero),
  order: 'acquire',
};
