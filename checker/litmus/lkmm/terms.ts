/** Builds simplified terms and evaluates them. */
import type { BinaryOperator } from '../../language/expression.ts';
import { binaryOn, commonType, int, isSameType, unaryOn, wrapped } from '../c-arithmetic.ts';
import type { CType, LitmusValue, UnaryOperator } from '../litmus-test.ts';
import { binaryOf, type ComputedValue } from '../values.ts';
import type { Reads, ReadValue, Requirement, Term } from './event.ts';

/** A term, its dependencies even if simplification removes them, and its type. */
export interface TypedTerm {
  readonly term: Term;
  readonly reads: Reads;
  readonly type: CType;
}

export const constant = (value: LitmusValue): Term => ({ kind: 'constant', value });

/** Converted to a type. */
export function converted({ term, reads, type }: TypedTerm, into: CType): TypedTerm {
  if (isSameType(type, into)) return { term, reads, type };
  const wrap: Term = { kind: 'wrap', operand: term, type: into };
  return { term: simple(wrap), reads, type: into };
}

export function unaryValue(operator: UnaryOperator, operand: TypedTerm): TypedTerm {
  const inside = converted(operand, commonType(operand.type, int));
  const term = simple({ kind: 'unary', operator, operand: inside.term, type: inside.type });
  return { term, reads: operand.reads, type: operator === '!' ? int : inside.type };
}

const truths: ReadonlySet<BinaryOperator> = new Set(['==', '!=', '<', '<=', '>', '>=', '&&', '||']);

export function binaryValue(operator: BinaryOperator, left: TypedTerm, right: TypedTerm): TypedTerm {
  const isShift = operator === '<<' || operator === '>>';
  const isLogical = operator === '&&' || operator === '||';
  const type = commonType(left.type, isShift ? int : right.type);
  const [a, b] = isLogical
    ? [left, right]
    : [converted(left, type), isShift ? right : converted(right, type)];
  const term = simple({ kind: 'binary', operator, left: a.term, right: b.term, type });
  return { term, reads: left.reads | right.reads, type: truths.has(operator) ? int : type };
}

/** The term, as a constant if its value is known; r ^ r and r - r are 0 for any r. */
function simple(term: Term): Term {
  if (
    term.kind === 'binary' &&
    (term.operator === '^' || term.operator === '-') &&
    isSame(term.left, term.right)
  )
    return constant(0);
  const value = evaluate(term, () => undefined);
  return value === undefined || value === null ? term : constant(value);
}

const isSame = (one: Term, other: Term): boolean => JSON.stringify(one) === JSON.stringify(other);

export function evaluate(term: Term, read: ReadValue): ComputedValue | undefined {
  switch (term.kind) {
    case 'constant':
      return term.value;
    case 'read':
      return read(term.event);
    case 'wrap': {
      const value = evaluate(term.operand, read);
      return typeof value === 'number' ? wrapped(value, term.type) : value;
    }
    case 'unary': {
      const value = evaluate(term.operand, read);
      if (typeof value === 'number') return unaryOn(term.operator, value, term.type);
      return typeof value === 'string' ? (term.operator === '!' ? 0 : null) : value;
    }
    case 'binary': {
      const [left, right] = [evaluate(term.left, read), evaluate(term.right, read)];
      if (left === undefined || right === undefined) return undefined;
      if (typeof left === 'number' && typeof right === 'number')
        return binaryOn(term.operator, left, right, term.type);
      return binaryOf(term.operator, left, right);
    }
  }
}

/** Whether the requirement holds; undefined while open. */
export function isMet({ term, is }: Requirement, read: ReadValue): boolean | undefined {
  const value = evaluate(term, read);
  if (value === undefined) return undefined;
  if (value === null) return false;
  return typeof is === 'string' ? value === is : (value !== 0) === is;
}

/** The reads that the value of a term requires. */
export function readsIn(term: Term): readonly number[] {
  switch (term.kind) {
    case 'constant':
      return [];
    case 'read':
      return [term.event];
    case 'wrap':
    case 'unary':
      return readsIn(term.operand);
    case 'binary':
      return [...readsIn(term.left), ...readsIn(term.right)];
  }
}
