/** The values of a litmus test, which are numbers and addresses, and how C computes with them. */
import type { Computation } from './instruction.ts';
import type { BinaryOperator, LitmusValue, UnaryOperator } from './litmus-test.ts';

/** A computation that some values take part in has no meaning: an address times two. */
export type Result = LitmusValue | null;

/** The value of a variable of a computation: a register by its name, or what a read-modify-write has read. */
export type Assignment = ReadonlyMap<string, LitmusValue>;

/** Names what a read-modify-write has read; no register is called that. */
export const old = '(old)';

export const isTrue = (value: Result): boolean => value !== null && value !== 0;

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

export function valueOf(computation: Computation, assignment: Assignment): Result {
  switch (computation.kind) {
    case 'constant':
      return computation.value | 0;
    case 'address':
      return computation.location;
    case 'register':
      return assignment.get(computation.name)!;
    case 'old':
      return assignment.get(old)!;
    case 'unary':
      return unary(computation.operator, valueOf(computation.operand, assignment));
    case 'binary': {
      const { operator, left, right } = computation;
      return binary(operator, valueOf(left, assignment), valueOf(right, assignment));
    }
  }
}

function unary(operator: UnaryOperator, operand: Result): Result {
  if (operand === null) return null;
  if (operator === '!') return Number(operand === 0);
  if (typeof operand === 'string') return null;
  return operator === '-' ? -operand | 0 : ~operand;
}

function binary(operator: BinaryOperator, left: Result, right: Result): Result {
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

/** On 32 bits, as C's int; a division by zero has no meaning. */
const arithmetic: Readonly<Record<Arithmetic, (left: number, right: number) => Result>> = {
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '&': (left, right) => left & right,
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >> right,
  '+': (left, right) => (left + right) | 0,
  '-': (left, right) => (left - right) | 0,
  '*': (left, right) => Math.imul(left, right),
  '/': (left, right) => (right === 0 ? null : Math.trunc(left / right) | 0),
  '%': (left, right) => (right === 0 ? null : (left % right) | 0),
};

/** What dependencies are written with: x + 0, and r ^ r or r - r, which is 0 whatever r is. */
function onAddresses(operator: Arithmetic, left: LitmusValue, right: LitmusValue): Result {
  if (left === right && (operator === '^' || operator === '-')) return 0;
  if (right === 0 && (operator === '+' || operator === '-')) return left;
  if (left === 0 && operator === '+') return right;
  return null;
}
