/** Generated code for numbers: an i32 where its bounds show that this suffices, else an i64. */
import { mostResult, mostShift } from '../../language/arithmetic.ts';
import type { ArithmeticOperator } from '../../language/expression.ts';
import { intervalOf, isWithin, limited, type Interval } from '../../language/interval.ts';
import {
  choose,
  either,
  get,
  i32,
  i64,
  local,
  operation,
  sequence,
  set,
  type NumberType,
  type Wasm,
} from '../wasm/code.ts';

/** Code of a number from `low` to `high` in every state: an i32 where both are, else an i64. */
export interface Ranged extends Interval {
  readonly code: Wasm;
}

const narrow: Interval = { low: -(2 ** 31), high: 2 ** 31 - 1 };
/** Ends that doubles round stay inside of 64 bits. */
const wide: Interval = { low: -(2 ** 62), high: 2 ** 62 };

export const isNarrow = (number: Interval): boolean => isWithin(number, narrow);

export function constant(value: number): Ranged {
  const bounds = { low: value, high: value };
  return { ...bounds, code: isNarrow(bounds) ? i32(value) : i64(BigInt(value)) };
}

/** Code of the number in this type; an i32 must be narrow. */
export function codeAs(type: NumberType, number: Ranged): Wasm {
  return type === 'i64' && isNarrow(number) ? operation('i64.extend_i32_s', number.code) : number.code;
}

/** Code of the number as an i32, -1 where it is none. */
export function narrowed(number: Ranged): Wasm {
  if (isNarrow(number)) return number.code;
  const value = local('i64', 'number');
  const lower = operation('i32.wrap_i64', get(value));
  const isSame = operation('i64.eq', operation('i64.extend_i32_s', lower), get(value));
  return sequence(set(value, number.code), either(isSame, lower, i32(-1)));
}

/** Code of the number whose ordinal, without a sign, an i32 is. */
export function fromOrdinal(ordinal: Wasm, domain: Interval): Ranged {
  const code = isNarrow(domain)
    ? operation('i32.add', ordinal, i32(domain.low))
    : operation('i64.add', operation('i64.extend_i32_u', ordinal), i64(BigInt(domain.low)));
  return { ...domain, code };
}

export function joinedNumbers(condition: Wasm, then: Ranged, otherwise: Ranged): Ranged {
  const bounds = { low: Math.min(then.low, otherwise.low), high: Math.max(then.high, otherwise.high) };
  const type = isNarrow(bounds) ? 'i32' : 'i64';
  return { ...bounds, code: either(condition, codeAs(type, then), codeAs(type, otherwise), type) };
}

/** Code that leaves the code in which it stands. */
type Fail = () => readonly Wasm[];

/** Code of a result; it fails where there is none. */
export function arithmetic(operator: ArithmeticOperator, left: Ranged, right: Ranged, fail: Fail): Ranged {
  const bounds = intervalOf(operator, left, right);
  const result = limited(bounds);
  if (isWithin(bounds, result)) return { ...bounds, code: computed(operator, left, right, fail) };
  const value = local('i64', 'result');
  const code = isWithin(bounds, wide)
    ? sequence(set(value, computed(operator, left, right, fail)))
    : checkedLong(operator, left, right, { value: get(value), set: (one) => set(value, one), fail });
  const isLong = operation(
    'i32.or',
    operation('i64.gt_s', get(value), i64(BigInt(mostResult))),
    operation('i64.lt_s', get(value), i64(BigInt(-mostResult))),
  );
  return { ...result, code: asNumber(sequence(code, choose(isLong, fail()), get(value)), result) };
}

/** An i64 as the type that its bounds ask for: they may have become narrow by the limit of results. */
const asNumber = (code: Wasm, bounds: Interval): Wasm =>
  isNarrow(bounds) ? operation('i32.wrap_i64', code) : code;

/** Code of a result of any length, of which the lowest 64 bits are computed; a shift by no amount fails. */
export function modular(operator: ArithmeticOperator, left: Ranged, right: Ranged, fail: Fail): Ranged {
  return { ...intervalOf(operator, left, right), code: computed(operator, left, right, fail) };
}

/** Code of the number modulo the size of these bounds, which are a power of two apart. */
export function wrapped(number: Ranged, bounds: Interval): Ranged {
  if (isWithin(number, bounds)) return number;
  const lower = isNarrow(number) ? number.code : operation('i32.wrap_i64', number.code);
  if (!isNarrow(bounds)) return { ...bounds, code: operation('i64.extend_i32_u', lower) };
  if (bounds.low === 0) return { ...bounds, code: operation('i32.and', lower, i32(bounds.high)) };
  const above = i32(31 - Math.log2(-bounds.low));
  return { ...bounds, code: operation('i32.shr_s', operation('i32.shl', lower, above), above) };
}

const names = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div_s',
  '%': 'rem_s',
  '&': 'and',
  '|': 'or',
  '^': 'xor',
  '<<': 'shl',
  '>>': 'shr_s',
} as const;

/** Code of the lowest bits of a result, an i32 where the bounds of operands and results allow it; it fails without one. */
function computed(operator: ArithmeticOperator, left: Ranged, right: Ranged, fail: Fail): Wasm {
  const isShift = operator === '<<' || operator === '>>';
  const amountIsShort = !isShift || isWithin(right, { low: 0, high: 31 });
  const isShort = [left, right, intervalOf(operator, left, right)].every(isNarrow) && amountIsShort;
  const type = isShort ? 'i32' : 'i64';
  const sides = [codeAs(type, left), codeAs(type, right)] as const;
  const name = `${type}.${names[operator]}` as const;
  const fault = faultOf(operator, right, type);
  const code = fault === null ? operation(name, ...sides) : checked(name, sides, type, fault, fail);
  return type === 'i64' && isNarrow(intervalOf(operator, left, right))
    ? operation('i32.wrap_i64', code)
    : code;
}

/** Whether the right operand has no result, as code; null where it always has one. */
function faultOf(
  operator: ArithmeticOperator,
  right: Interval,
  type: NumberType,
): ((right: Wasm) => Wasm) | null {
  switch (operator) {
    case '/':
    case '%':
      return right.low > 0 || right.high < 0 ? null : (divisor) => operation(`${type}.eqz`, divisor);
    case '<<':
    case '>>': {
      const most = type === 'i32' ? i32(mostShift) : i64(BigInt(mostShift));
      return isWithin(right, { low: 0, high: mostShift })
        ? null
        : (amount) => operation(`${type}.gt_u`, amount, most);
    }
    case '+':
    case '-':
    case '*':
    case '&':
    case '|':
    case '^':
      return null;
  }
}

function checked(
  name: `${NumberType}.${(typeof names)[ArithmeticOperator]}`,
  [left, right]: readonly [Wasm, Wasm],
  type: NumberType,
  fault: (right: Wasm) => Wasm,
  fail: Fail,
): Wasm {
  const [one, other] = [local(type, 'left'), local(type, 'right')];
  return sequence(
    set(one, left),
    set(other, right),
    choose(fault(get(other)), fail()),
    operation(name, get(one), get(other)),
  );
}

/** Where a result is left. */
interface ResultPlace {
  readonly value: Wasm;
  readonly set: (value: Wasm) => Wasm;
  readonly fail: Fail;
}

/** Code that leaves a product or a left shift, and fails where it has more than 64 bits. */
function checkedLong(
  operator: ArithmeticOperator,
  left: Ranged,
  right: Ranged,
  { value, set: leave, fail }: ResultPlace,
): Wasm {
  const [one, other] = [local('i64', 'left'), local('i64', 'right')];
  const operands = sequence(set(one, codeAs('i64', left)), set(other, codeAs('i64', right)));
  if (operator === '<<') {
    const fault = faultOf(operator, right, 'i64');
    const back = operation('i64.shr_s', value, get(other));
    return sequence(
      operands,
      ...(fault === null ? [] : [choose(fault(get(other)), fail())]),
      leave(operation('i64.shl', get(one), get(other))),
      choose(operation('i64.ne', back, get(one)), fail()),
    );
  }
  // A product is too long where one factor is more often in the largest result than the other says.
  const size = (factor: Wasm) =>
    either(operation('i64.lt_s', factor, i64(0n)), operation('i64.sub', i64(0n), factor), factor, 'i64');
  const most = operation('i64.div_u', i64(BigInt(mostResult)), size(get(one)));
  const isLong = either(
    operation('i64.eqz', get(one)),
    i32(0),
    operation('i64.gt_u', size(get(other)), most),
  );
  return sequence(operands, choose(isLong, fail()), leave(operation('i64.mul', get(one), get(other))));
}
