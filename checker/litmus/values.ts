/** The values of a litmus test, numbers and addresses, and C arithmetic on them. */
import type { BinaryOperator } from '../language/expression.ts';
import type { Computation } from './instruction.ts';
import { LitmusError, type LitmusValue, type UnaryOperator } from './litmus-test.ts';

/** Null is a computation without a result, such as an address times two. */
export type ComputedValue = LitmusValue | null;

/** The value of each variable of a computation: registers, and `old` of a read-modify-write. */
export type Assignment = ReadonlyMap<string, LitmusValue>;

/** The name of the value that a read-modify-write reads; no register has this name. */
export const old = '(old)';

export const isTrue = (value: ComputedValue): boolean => value !== null && value !== 0;

/** The registers, and `old`, that a computation depends on. */
export function variablesOf(computation: Computation): ReadonlySet<string> {
  switch (computation.kind) {
    case 'constant':
    case 'address':
      return new Set();
    case 'register':
      return new Set([computation.name]);
    case 'old':
      return new Set([old]);
    case 'unary':
      return variablesOf(computation.operand);
    case 'binary':
      return new Set([...variablesOf(computation.left), ...variablesOf(computation.right)]);
  }
}

export function valueOf(computation: Computation, assignment: Assignment): ComputedValue {
  switch (computation.kind) {
    case 'constant':
      return fitting(computation.value);
    case 'address':
      return computation.location;
    case 'register':
      return assignment.get(computation.name)!;
    case 'old':
      return assignment.get(old)!;
    case 'unary':
      return unaryOf(computation.operator, valueOf(computation.operand, assignment));
    case 'binary': {
      const { operator, left, right } = computation;
      return binaryOf(operator, valueOf(left, assignment), valueOf(right, assignment));
    }
  }
}

export function unaryOf(operator: UnaryOperator, operand: ComputedValue): ComputedValue {
  if (operand === null) return null;
  if (operator === '!') return Number(operand === 0);
  if (typeof operand === 'string') return null;
  return operator === '-' ? fitting(-operand + 0) : ~operand;
}

export function binaryOf(operator: BinaryOperator, left: ComputedValue, right: ComputedValue): ComputedValue {
  if (left === null || right === null) return null;
  switch (operator) {
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '&&':
      return Number(left !== 0 && right !== 0);
    case '||':
      return Number(left !== 0 || right !== 0);
    case '|':
    case '^':
    case '&':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<<':
    case '>>':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return typeof left === 'number' && typeof right === 'number'
        ? arithmetic[operator](left, right)
        : onAddresses(operator, left, right);
  }
}

type Arithmetic = Exclude<BinaryOperator, '==' | '!=' | '&&' | '||'>;

/** Throws  LitmusError for a value of more than 32 bits: overflow depends on types, which the machines ignore. */
function fitting(value: number): number {
  if (value === (value | 0)) return value;
  throw new LitmusError(
    1,
    `a value is ${value}: here numbers have 32 bits at most; --memory lkmm has all of C's types`,
  );
}

/** 32-bit arithmetic, as C's int; null for a division by zero. */
const arithmetic: Readonly<Record<Arithmetic, (left: number, right: number) => ComputedValue>> = {
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '&': (left, right) => left & right,
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '<<': (left, right) => fitting(left * 2 ** (right & 31)),
  '>>': (left, right) => left >> right,
  '+': (left, right) => fitting(left + right),
  '-': (left, right) => fitting(left - right),
  '*': (left, right) => fitting(left * right),
  '/': (left, right) => (right === 0 ? null : Math.trunc(left / right) | 0),
  '%': (left, right) => (right === 0 ? null : (left % right) | 0),
};

/** The name of an array element; element 0 has the name of the array. */
export const cellAt = (array: string, index: number): string => (index === 0 ? array : `${array}[${index}]`);

/** The cell `by` elements after another one; null before the array. */
export function cellBehind(cell: string, by: number): string | null {
  const [, array = cell, index = '0'] = /^(.*)\[(\d+)\]$/.exec(cell) ?? [];
  return Number(index) + by < 0 ? null : cellAt(array, Number(index) + by);
}

/** Address arithmetic: elements of arrays, and r ^ r or r - r, which is 0 for any r. */
function onAddresses(operator: Arithmetic, left: LitmusValue, right: LitmusValue): ComputedValue {
  if (left === right && (operator === '^' || operator === '-')) return 0;
  if (typeof left === 'string' && typeof right === 'number') {
    if (operator === '+') return cellBehind(left, right);
    if (operator === '-') return cellBehind(left, -right);
  }
  if (typeof left === 'number' && typeof right === 'string' && operator === '+')
    return cellBehind(right, left);
  return null;
}
