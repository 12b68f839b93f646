/** Arithmetic agrees with integers of any length: interpreted, in generated code, in one state and in sets of states. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resultOf } from '../../checker/language/arithmetic.ts';
import {
  add,
  bitAnd,
  bitOr,
  bitXor,
  bool,
  conditional,
  defineModel,
  div,
  init,
  mod,
  ModelError,
  mul,
  range,
  reachable,
  set,
  shared,
  shl,
  shr,
  step,
  sub,
  thread,
  wrap,
  type Expr,
} from '../../checker/language/index.ts';
import type { AnyExpr, ArithmeticOperator } from '../../checker/language/expression.ts';
import { intervalOf } from '../../checker/language/interval.ts';
import { printExpr } from '../../checker/language/print.ts';
import { evaluate } from '../../checker/interpreter/evaluate.ts';
import { endsOf, propertyPlace } from '../../checker/interpreter/interpreter.ts';
import { transitionSystem } from '../../checker/program/build-transitions.ts';
import { numberingOf } from '../../checker/program/numbering.ts';
import { layoutOf } from '../../checker/codegen/layout/layout.ts';
import { encode } from '../../checker/codegen/layout/packed-state.ts';
import { inMemory } from '../../checker/codegen/layout/cells.ts';
import { giveBack, i64, local } from '../../checker/codegen/wasm/code.ts';
import { encodeModule } from '../../checker/codegen/wasm/encode.ts';
import { ExpressionEmitter } from '../../checker/codegen/step/expression.ts';
import { codeAs } from '../../checker/codegen/step/number.ts';
import { valuesOf, type AbstractPlace } from '../../checker/reduction/analysis/abstract-value.ts';
import { numericValue } from '../../checker/reduction/analysis/numeric-value.ts';
import * as sets from '../../checker/reduction/analysis/value-set.ts';
import { law, runs } from '../depth.ts';
import { tape, type Tape } from './tape.ts';

const memory = shared({
  tiny: init(range(0, 3), 0),
  sign: init(range(-2, 2), 0),
  odd: init(range(5, 40), 5),
  whole: init(range(-(2 ** 31), 2 ** 31 - 1), 0),
  word: init(range(0, 2 ** 32 - 1), 0),
  below: init(range(-(2 ** 32), -1), -1),
  flag: init(bool, false),
});
const variables = [memory.tiny, memory.sign, memory.odd, memory.whole, memory.word, memory.below];
const names = ['tiny', 'sign', 'odd', 'whole', 'word', 'below'];

const system = transitionSystem(
  defineModel({
    name: 'arithmetic',
    summary: '',
    options: {},
    build: () => ({
      shared: memory,
      threads: [thread('t', {}, () => [step('one', set(memory.flag, true))])],
      properties: [reachable('it begins', true)],
    }),
  }).build(),
);
const layout = layoutOf(system);
const numbering = numberingOf(system);

const operations = [add, sub, mul, div, mod, bitAnd, bitOr, bitXor, shl, shr];

function randomNumber(from: Tape, depth: number): Expr<number> {
  if (depth === 0 || from.oneIn(4)) {
    const edges = [0, 1, 2, 3, 31, 63, -1, -2, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 52, -(2 ** 53) + 1];
    return from.oneIn(3) ? { kind: 'constant', value: from.pick(edges) } : from.pick(variables);
  }
  const inner = () => randomNumber(from, depth - 1);
  if (from.oneIn(4)) return wrap(inner(), 1 + from.below(32), from.oneIn(2));
  if (from.oneIn(9)) return conditional(memory.flag, inner(), inner());
  return from.pick(operations)(inner(), inner());
}

type Values = Readonly<Record<string, bigint>>;

/** The value by integers of any length; null: a mistake. `isFree`: the lowest bits alone count. */
function exact(expr: AnyExpr, values: Values, isFree = false): bigint | null {
  switch (expr.kind) {
    case 'constant':
      return BigInt(expr.value);
    case 'shared':
      return values[expr.name]!;
    case 'conditional':
      return exact(values['flag'] === 1n ? expr.then : expr.otherwise, values);
    case 'wrap': {
      const value = exact(expr.operand, values, true);
      if (value === null) return null;
      return expr.signed ? BigInt.asIntN(expr.bits, value) : BigInt.asUintN(expr.bits, value);
    }
    case 'binary': {
      const [a, b] = [exact(expr.left, values), exact(expr.right, values)];
      if (a === null || b === null) return null;
      const value = exactResult(expr.operator as ArithmeticOperator, a, b);
      const mayBeLong = isFree && ['+', '-', '*', '<<'].includes(expr.operator);
      return value === null || mayBeLong || isShort(value) ? value : null;
    }
    case 'local':
    case 'self':
    case 'bound':
    case 'not':
    case 'quantifier':
    case 'ended':
    case 'claim':
      throw new Error(expr.kind);
  }
}

const isShort = (value: bigint) => value < 2n ** 53n && value > -(2n ** 53n);

function exactResult(operator: ArithmeticOperator, a: bigint, b: bigint): bigint | null {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%':
      return b === 0n ? null : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return b < 0n || b > 63n ? null : a << b;
    case '>>':
      return b < 0n || b > 63n ? null : a >> b;
  }
}

const isFault = -(2n ** 62n);

/** The function of a state that generated code is; `isFault` where the code fails. */
function compile(expr: Expr<number>): (shared: Readonly<Record<string, number | boolean>>) => bigint | null {
  const state = local('i32', 'state');
  const fail = () => [giveBack(i64(isFault))];
  const scope = { layout, ends: endsOf(system), words: inMemory(state), thread: '', replica: -1, fail };
  const body = [codeAs('i64', new ExpressionEmitter(scope).number(expr))];
  const functions = [{ name: 'value', parameters: [state], result: 'i64', body, exported: true } as const];
  const bytes = encodeModule({ functions, globals: [], shared: false, wide: false });
  const store = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    racewalk: { memory: store },
  });
  const value = exports['value'] as (at: number) => bigint;
  return (cells) => {
    new BigUint64Array(store.buffer).set(encode(layout, stateOf(cells)));
    const result = value(0);
    return result === isFault ? null : result;
  };
}

const stateOf = (cells: Readonly<Record<string, number | boolean>>) => ({
  shared: cells,
  threads: { t: [{ location: 0, locals: {} }] },
});

function valueOrNull(work: () => unknown): bigint | null {
  try {
    return BigInt(work() as number);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return null;
  }
}

/** What each variable may have in some states, as the analysis knows it. */
function placeOf(choices: Readonly<Record<string, readonly number[]>>): AbstractPlace {
  const cells = [...numbering.shared.keys()];
  const known = cells.map((name) => sets.setOf(choices[name]!));
  const run = {
    numbering,
    visibility: { conjuncts: [], byCell: [], byLocal: [] },
    copy: 0,
    width: 0,
    positions: cells.map((_, at) => at),
    sums: cells.map(() => -1),
    domains: known,
    kinds: new Uint8Array(cells.length),
    written: [],
    touch: () => undefined,
    arrive: () => undefined,
  };
  return { run, known, bound: [] };
}

const drawn = fc.array(fc.nat(2 ** 31), { minLength: 60, maxLength: 120, size: 'max' });
const randomExpr = drawn.map((numbers) => {
  const expr = randomNumber(tape(numbers), 3);
  return Object.assign({ expr }, { [fc.toStringMethod]: () => printExpr(expr) });
});

/** Numbers of a domain, its ends more often than not. */
const numberIn = (low: number, high: number) =>
  fc.oneof(fc.constantFrom(low, high), fc.integer({ min: low, max: high }));
const numberOf = Object.fromEntries(
  variables.map(({ domain }, at) => {
    const { low, high } = domain as { low: number; high: number };
    return [names[at]!, fc.array(numberIn(low, high), { minLength: 2, maxLength: 2 })];
  }),
);
const choices = fc.record({ ...numberOf, flag: fc.constant([0, 1]) }) as fc.Arbitrary<
  Readonly<Record<string, readonly number[]>>
>;

test('a number is that of exact arithmetic, or a mistake, in every way to compute it', law, () => {
  const told = { narrow: 0, long: 0, mistake: 0 };
  const same = fc.property(randomExpr, fc.array(choices, { minLength: 5, maxLength: 5 }), ({ expr }, all) => {
    const generated = compile(expr);
    for (const choice of all) {
      const found = valuesOf(expr, placeOf(choice));
      for (const pick of [0, 1]) {
        const cells = Object.fromEntries(Object.entries(choice).map(([name, both]) => [name, both[pick]!]));
        const values = Object.fromEntries(
          Object.entries(cells).map(([name, value]) => [name, BigInt(value)]),
        );
        const shown = { ...cells, flag: cells['flag'] === 1 };
        const expected = exact(expr, values);
        const place = propertyPlace(stateOf(shown), endsOf(system));
        expect(valueOrNull(() => evaluate(expr, place))).toBe(expected);
        const order = [...numbering.shared.keys()];
        const readShared = (cell: number) => cells[order[cell]!]!;
        const read = { numbering, copy: -1, bound: [], readShared, readLocal: () => 0 };
        expect(valueOrNull(() => numericValue(expr, read))).toBe(expected);
        expect(generated(shown)).toBe(expected);
        if (expected !== null) expect(sets.has(found, Number(expected))).toBe(true);
        told[expected === null ? 'mistake' : Math.abs(Number(expected)) < 2 ** 31 ? 'narrow' : 'long'] += 1;
      }
    }
  });
  fc.assert(same, { numRuns: runs(5_000), seed: 1847 });
  expect(Math.min(...Object.values(told))).toBeGreaterThan(runs(5_000));
});

const allOperators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'] as const;
const end = fc.integer({ min: -9, max: 9 });
const interval = fc.tuple(end, end).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));

describe('bounds of results contain every result', () => {
  test.each(allOperators)('of %s', law, (operator) => {
    const contains = fc.property(interval, interval, (left, right) => {
      const { low, high } = intervalOf(operator, left, right);
      for (let a = left.low; a <= left.high; a++)
        for (let b = right.low; b <= right.high; b++) {
          const result = resultOf(operator, a, b);
          if (result !== null) expect(result >= low && result <= high).toBe(true);
        }
    });
    fc.assert(contains, { numRuns: runs(300), seed: 1679 });
  });
});
