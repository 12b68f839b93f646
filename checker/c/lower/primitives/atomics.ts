/**
 * atomic_t, atomic_long_t, refcount_t, cmpxchg() and xchg() on any scalar, and bit operations.
 *
 * Source:  Documentation/atomic_t.txt, "ORDERING"; Documentation/atomic_bitops.txt; lib/refcount.c
 */
import type { AnyExpr, BinaryOperator } from '../../../language/expression.ts';
import { intType, integerType } from '../../syntax/types.ts';
import { binary, convert, integer, truthOf, truthValue, unary } from '../arithmetic.ts';
import {
  argument,
  nothing,
  pointedBy,
  valueAt,
  type Call,
  type Lowering,
  type Primitive,
} from '../lowering.ts';
import type { Scope } from '../scope.ts';
import { compared, constant, negated, numberOf, type CValue, type Lvalue } from '../value.ts';
import { modify, orders, readModifyWrite, type Suffix } from './read-modify-write.ts';

type Entry = readonly [string, Primitive];
type NumberValue = CValue & { readonly kind: 'number' };

const suffixes = Object.keys(orders) as Suffix[];

/** One operation in each of its orders; those that only test have one, in scripts/atomic/atomics.tbl. */
const ordered = (prefix: string, make: (order: (typeof orders)[Suffix]) => Primitive): readonly Entry[] =>
  suffixes.map((suffix) => [`${prefix}${suffix}`, make(orders[suffix])]);

/** The counter of the atomic_t that an argument points to. */
function counterAt(thread: Lowering, call: Call, scope: Scope, at: number): Lvalue {
  const object = pointedBy(thread, call, scope, at);
  const field = object.type.kind === 'struct' ? object.type.fields[0] : undefined;
  if (field === undefined)
    return thread.fail(argument(thread, call, at).place, `${call.name} needs a pointer to an atomic_t`);
  return thread.member(object, field.name, call.place);
}

function numeric(thread: Lowering, call: Call, value: CValue): NumberValue {
  return value.kind === 'number' ? value : thread.fail(call.place, `${call.name} needs a number`);
}

const operators: Readonly<Record<string, BinaryOperator>> = {
  add: '+',
  sub: '-',
  and: '&',
  or: '|',
  xor: '^',
  andnot: '&',
};

/** The result of an operation. An operand has the type of the cell, as the parameter of the kernel's function has. */
function applied(operation: string, old: CValue, operand: NumberValue): CValue {
  const given = convert(operand, (old as NumberValue).type);
  const right = operation === 'andnot' ? unary('~', given)! : given;
  return binary(operators[operation]!, old as NumberValue, right)!;
}

const equal = (left: CValue, right: CValue): AnyExpr =>
  truthOf(binary('==', left as NumberValue, right as NumberValue)!);
/** Whether a cell has a value that is given as one of the cell's type. */
const sameAs = (cell: CValue, given: CValue): AnyExpr =>
  equal(cell, convert(given as NumberValue, (cell as NumberValue).type));
const one: NumberValue = integer(1n, intType);
const zero: NumberValue = integer(0n, intType);

/** add, sub, and, or, xor, andnot with an operand; inc and dec without. */
function arithmetic(prefix: string): readonly Entry[] {
  const withOperand = ['add', 'sub', 'and', 'or', 'xor', 'andnot'];
  const parts = [
    ...withOperand.map((name) => ({ name, operation: name, at: 1, operand: null })),
    { name: 'inc', operation: 'add', at: 0, operand: one },
    { name: 'dec', operation: 'sub', at: 0, operand: one },
  ];
  return parts.flatMap(({ name, operation, at, operand }): readonly Entry[] => {
    const operandOf = (thread: Lowering, call: Call, scope: Scope) =>
      operand ?? numeric(thread, call, valueAt(thread, call, scope, 0));
    const returning =
      (order: (typeof orders)[Suffix], what: 'old' | 'next'): Primitive =>
      (thread, call, scope) => {
        const by = operandOf(thread, call, scope);
        const counter = counterAt(thread, call, scope, at);
        return readModifyWrite(thread, counter, call.place, order, (old) => ({
          next: applied(operation, old, by),
          when: null,
        }))[what];
      };
    const silent: Primitive = (thread, call, scope) => {
      const by = operandOf(thread, call, scope);
      modify(thread, counterAt(thread, call, scope, at), call.place, (old) => applied(operation, old, by));
      return nothing;
    };
    return [
      [`${prefix}_${name}`, silent],
      ...ordered(`${prefix}_fetch_${name}`, (order) => returning(order, 'old')),
      ...(['add', 'sub', 'inc', 'dec'].includes(name)
        ? ordered(`${prefix}_${name}_return`, (order) => returning(order, 'next'))
        : []),
    ];
  });
}

/** An operation that writes if the old value allows; `result` is made of the old value and of whether it wrote. */
const conditional =
  (
    at: number,
    order: (typeof orders)[Suffix],
    change: (
      old: CValue,
      operandOf: (position: number) => NumberValue,
    ) => { readonly next: CValue; readonly when: AnyExpr },
    result: (old: CValue, wrote: AnyExpr) => CValue = (_, wrote) => truthValue(wrote),
  ): Primitive =>
  (thread, call, scope) => {
    const operands = call.arguments
      .filter((_, other) => other !== at)
      .map((given) => numeric(thread, call, thread.value(given, scope)));
    const operandOf = (position: number) =>
      operands[position] ?? thread.fail(call.place, `${call.name} needs ${position + 2} arguments`);
    const { old, wrote } = readModifyWrite(
      thread,
      counterAt(thread, call, scope, at),
      call.place,
      order,
      (value) => change(value, operandOf),
    );
    return result(old, wrote!);
  };

/** An operation that always writes, and tells a condition about the result. */
const testing =
  (
    at: number,
    order: (typeof orders)[Suffix],
    operation: string,
    test: (next: CValue) => AnyExpr,
  ): Primitive =>
  (thread, call, scope) => {
    const by = at === 1 ? numeric(thread, call, valueAt(thread, call, scope, 0)) : one;
    const counter = counterAt(thread, call, scope, at);
    const { next } = readModifyWrite(thread, counter, call.place, order, (old) => ({
      next: applied(operation, old, by),
      when: null,
    }));
    return truthValue(test(next));
  };

const isZero = (value: CValue) => equal(value, zero);
const isNegative = (value: CValue) => compared('<', numberOf(value as NumberValue), constant(0));

function family(prefix: string): readonly Entry[] {
  const unless = (add: CValue, except: (old: CValue) => AnyExpr) => (old: CValue) => ({
    next: applied('add', old, add as NumberValue),
    when: negated(except(old)),
  });
  const addUnless = (old: CValue, operandOf: (position: number) => NumberValue) =>
    unless(operandOf(0), (value) => sameAs(value, operandOf(1)))(old);
  const decrementIf = (operator: '<=' | '>') => (old: CValue) => ({
    next: applied('sub', old, one),
    when: compared(operator, numberOf(old as NumberValue), constant(0)),
  });
  return [
    [`${prefix}_read`, (thread, call, scope) => thread.load(counterAt(thread, call, scope, 0), call.place)],
    [
      `${prefix}_read_acquire`,
      (thread, call, scope) => thread.load(counterAt(thread, call, scope, 0), call.place, 'acquire'),
    ],
    [`${prefix}_set`, setter(null)],
    [`${prefix}_set_release`, setter('release')],
    ...arithmetic(prefix),
    ...ordered(`${prefix}_xchg`, (order) => exchange(order, counterAt)),
    ...ordered(`${prefix}_cmpxchg`, (order) => compareExchange(order, counterAt)),
    ...ordered(`${prefix}_try_cmpxchg`, (order) => tryCompareExchange(order, counterAt)),
    [`${prefix}_dec_and_test`, testing(0, 'full', 'sub', isZero)],
    [`${prefix}_inc_and_test`, testing(0, 'full', 'add', isZero)],
    [`${prefix}_sub_and_test`, testing(1, 'full', 'sub', isZero)],
    ...ordered(`${prefix}_add_negative`, (order) => testing(1, order, 'add', isNegative)),
    [`${prefix}_add_unless`, conditional(0, 'full', addUnless)],
    [`${prefix}_fetch_add_unless`, conditional(0, 'full', addUnless, (old) => old)],
    [`${prefix}_inc_not_zero`, conditional(0, 'full', unless(one, isZero))],
    [`${prefix}_inc_unless_negative`, conditional(0, 'full', unless(one, isNegative))],
    [`${prefix}_dec_unless_positive`, conditional(0, 'full', decrementIf('<='))],
    [
      `${prefix}_dec_if_positive`,
      conditional(0, 'full', decrementIf('>'), (old) => applied('sub', old, one)),
    ],
  ];
}

const setter =
  (order: 'release' | null): Primitive =>
  (thread, call, scope) => {
    const value = valueAt(thread, call, scope, 1);
    thread.store(counterAt(thread, call, scope, 0), value, call.place, order);
    return nothing;
  };

type CellAt = (thread: Lowering, call: Call, scope: Scope, at: number) => Lvalue;

const exchange =
  (order: (typeof orders)[Suffix], cellAt: CellAt): Primitive =>
  (thread, call, scope) => {
    const next = valueAt(thread, call, scope, 1);
    return readModifyWrite(thread, cellAt(thread, call, scope, 0), call.place, order, () => ({
      next,
      when: null,
    })).old;
  };

/** Whether the cell has the value that the caller expects. */
function isExpected(thread: Lowering, call: Call, old: CValue, expected: CValue): AnyExpr {
  if (old.kind === 'pointer')
    return compared('==', old.expr, thread.asPointer(expected, old.type, call.place));
  return sameAs(numeric(thread, call, old), numeric(thread, call, expected));
}

const compareExchange =
  (order: (typeof orders)[Suffix], cellAt: CellAt): Primitive =>
  (thread, call, scope) => {
    const [expected, next] = [valueAt(thread, call, scope, 1), valueAt(thread, call, scope, 2)];
    return readModifyWrite(thread, cellAt(thread, call, scope, 0), call.place, order, (old) => ({
      next,
      when: isExpected(thread, call, old, expected),
    })).old;
  };

/** Stores the old value in *expected if it fails. */
const tryCompareExchange =
  (order: (typeof orders)[Suffix], cellAt: CellAt): Primitive =>
  (thread, call, scope) => {
    const where = pointedBy(thread, call, scope, 1);
    const expected = thread.load(where, argument(thread, call, 1).place);
    const next = valueAt(thread, call, scope, 2);
    const { old, wrote } = readModifyWrite(
      thread,
      cellAt(thread, call, scope, 0),
      call.place,
      order,
      (value) => ({
        next,
        when: isExpected(thread, call, value, expected),
      }),
    );
    const got = thread.emitter.temporary('got', { kind: 'bool' }, false);
    thread.emitter.compute(call.place, { kind: 'set', target: got, value: wrote! });
    if (where.root === 'local') thread.store(where, old, call.place);
    else {
      const [yes, no] = [thread.emitter.newLabel(), thread.emitter.newLabel()];
      thread.emitter.generated(() => thread.emitter.branch(call.place, got, yes, no));
      thread.emitter.label(no);
      thread.store(where, old, call.place);
      thread.emitter.label(yes);
    }
    return truthValue(got);
  };

const scalarAt: CellAt = (thread, call, scope, at) => pointedBy(thread, call, scope, at);

/** Bits of an unsigned long; a number from 64 on is in the next word of the array. */
function bitOf(
  thread: Lowering,
  call: Call,
  scope: Scope,
): { readonly word: Lvalue; readonly mask: NumberValue } {
  const { place } = argument(thread, call, 0);
  const bit = thread.constant(argument(thread, call, 0), scope);
  if (bit !== null && (bit.value < 0n || bit.value > 31n))
    return thread.fail(place, 'racewalk reads bits 0 to 31');
  const word = integerType(64, false);
  const number = numeric(thread, call, valueAt(thread, call, scope, 0));
  const mask = binary('<<', integer(1n, word), number) ?? thread.fail(place, 'this is no bit');
  return { word: pointedBy(thread, call, scope, 1), mask };
}

const bitChange = { set: 'or', clear: 'andnot', change: 'xor' } as const;

const bitOperations: readonly Entry[] = [
  ...(Object.keys(bitChange) as (keyof typeof bitChange)[]).flatMap((name): readonly Entry[] => {
    const operation = bitChange[name];
    const plain =
      (isTest: boolean): Primitive =>
      (thread, call, scope) => {
        const { word, mask } = bitOf(thread, call, scope);
        // A plain read, as KCSAN sees it: include/asm-generic/bitops/instrumented-non-atomic.h
        const old = thread.loadPlainly(word, call.place);
        thread.store(word, applied(operation, old, mask), call.place);
        return isTest ? truthValue(truthOf(applied('and', old, mask))) : nothing;
      };
    const atomic: Primitive = (thread, call, scope) => {
      const { word, mask } = bitOf(thread, call, scope);
      modify(thread, word, call.place, (old) => applied(operation, old, mask));
      return nothing;
    };
    const test =
      (order: (typeof orders)[Suffix]): Primitive =>
      (thread, call, scope) => {
        const { word, mask } = bitOf(thread, call, scope);
        const { old } = readModifyWrite(thread, word, call.place, order, (value) => ({
          next: applied(operation, value, mask),
          when: null,
        }));
        return truthValue(truthOf(applied('and', old, mask)));
      };
    return [
      [`${name}_bit`, atomic],
      [`__${name}_bit`, plain(false)],
      [`__test_and_${name}_bit`, plain(true)],
      [`test_and_${name}_bit`, test('full')],
    ];
  }),
  [
    'test_and_set_bit_lock',
    (thread, call, scope) => {
      const { word, mask } = bitOf(thread, call, scope);
      const { old } = readModifyWrite(thread, word, call.place, 'acquire', (value) => ({
        next: applied('or', value, mask),
        when: negated(truthOf(applied('and', value, mask))),
      }));
      return truthValue(truthOf(applied('and', old, mask)));
    },
  ],
  [
    'clear_bit_unlock',
    (thread, call, scope) => {
      const { word, mask } = bitOf(thread, call, scope);
      readModifyWrite(thread, word, call.place, 'release', (value) => ({
        next: applied('andnot', value, mask),
        when: null,
      }));
      return nothing;
    },
  ],
  ['test_bit', bitTest(null)],
  ['test_bit_acquire', bitTest('acquire')],
];

function bitTest(order: 'acquire' | null): Primitive {
  return (thread, call, scope) => {
    const { word, mask } = bitOf(thread, call, scope);
    return truthValue(truthOf(applied('and', thread.load(word, call.place, order), mask)));
  };
}

/** refcount_t: an increment of 0 is a use after free. */
const refcounts: readonly Entry[] = [
  ['refcount_read', (thread, call, scope) => thread.load(counterAt(thread, call, scope, 0), call.place)],
  ['refcount_set', setter(null)],
  ['refcount_inc', refcountAdd(0, 'add')],
  ['refcount_add', refcountAdd(1, 'add')],
  ['refcount_dec', refcountAdd(0, 'sub')],
  [
    'refcount_inc_not_zero',
    conditional(0, 'relaxed', (old) => ({ next: applied('add', old, one), when: negated(isZero(old)) })),
  ],
  [
    'refcount_add_not_zero',
    conditional(1, 'relaxed', (old, operandOf) => ({
      next: applied('add', old, operandOf(0)),
      when: negated(isZero(old)),
    })),
  ],
  ['refcount_dec_and_test', refcountTest(0)],
  ['refcount_sub_and_test', refcountTest(1)],
  [
    'refcount_dec_not_one',
    conditional(0, 'release', (old) => ({ next: applied('sub', old, one), when: negated(equal(old, one)) })),
  ],
];

function refcountAdd(at: number, operation: 'add' | 'sub'): Primitive {
  return (thread, call, scope) => {
    const by = at === 1 ? numeric(thread, call, valueAt(thread, call, scope, 0)) : one;
    const order = operation === 'add' ? 'relaxed' : 'release';
    const { old } = readModifyWrite(
      thread,
      counterAt(thread, call, scope, at),
      call.place,
      order,
      (value) => ({
        next: applied(operation, value, by),
        when: null,
      }),
    );
    const claim =
      operation === 'add'
        ? 'no reference is taken to an object whose count is 0'
        : 'refcount_dec() does not drop the last reference';
    const wrong = operation === 'add' ? isZero(old) : equal(old, one);
    thread.assert(negated(wrong), claim, call.place);
    return nothing;
  };
}

/** A release; and, where it drops the last reference, an acquire after it. */
function refcountTest(at: number): Primitive {
  return (thread, call, scope) => {
    const by = at === 1 ? numeric(thread, call, valueAt(thread, call, scope, 0)) : one;
    const { old, next } = readModifyWrite(
      thread,
      counterAt(thread, call, scope, at),
      call.place,
      'release',
      (value) => ({
        next: applied('sub', value, by),
        when: null,
      }),
    );
    thread.assert(
      compared('>=', numberOf(old as NumberValue), numberOf(by)),
      'the count does not fall below 0',
      call.place,
    );
    const last = thread.emitter.temporary('last', { kind: 'bool' }, false);
    thread.emitter.compute(call.place, { kind: 'set', target: last, value: isZero(next) });
    const [yes, no] = [thread.emitter.newLabel(), thread.emitter.newLabel()];
    thread.emitter.generated(() => thread.emitter.branch(call.place, last, yes, no));
    thread.emitter.label(yes);
    thread.emitter.barrier(call.place, 'read');
    thread.emitter.label(no);
    return truthValue(last);
  };
}

export const atomicPrimitives: readonly Entry[] = [
  ...['atomic', 'atomic_long', 'atomic64'].flatMap(family),
  ...refcounts,
  ...ordered('xchg', (order) => exchange(order, scalarAt)),
  ...ordered('cmpxchg', (order) => compareExchange(order, scalarAt)),
  ...ordered('try_cmpxchg', (order) => tryCompareExchange(order, scalarAt)),
  ...bitOperations,
];
