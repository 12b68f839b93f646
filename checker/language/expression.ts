/** Expressions as data. */
import type { AnyDomain, Typed, Value } from './domain.ts';

const comparisonOperators = ['==', '!=', '<', '<=', '>', '>='] as const;
const arithmeticOperators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'] as const;

export type ComparisonOperator = (typeof comparisonOperators)[number];
export type ArithmeticOperator = (typeof arithmeticOperators)[number];
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | '&&' | '||';

export const binaryOperators: readonly BinaryOperator[] = [
  ...comparisonOperators,
  '&&',
  '||',
  ...arithmeticOperators,
];

const comparisons: ReadonlySet<BinaryOperator> = new Set(comparisonOperators);
const arithmetic: ReadonlySet<BinaryOperator> = new Set(arithmeticOperators);

export const isComparisonOperator = (operator: BinaryOperator): operator is ComparisonOperator =>
  comparisons.has(operator);

export const isArithmeticOperator = (operator: BinaryOperator): operator is ArithmeticOperator =>
  arithmetic.has(operator);

/** The range of a quantifier or `each`: the copies of a thread, or integers. */
export interface Binder {
  /** Nesting depth: the outermost binder of an expression is 0. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
  /** The thread whose copies these are, or null for plain integers. */
  readonly thread: string | null;
}

/** A cell of shared memory: a variable, or an element of an array. */
export interface SharedReference {
  readonly kind: 'shared';
  readonly name: string;
  readonly index: AnyExpr | null;
  readonly domain: AnyDomain;
  /** Locals of an address dependency in addition to the index; they affect ordering only. */
  readonly via?: readonly AnyExpr[];
  /**
   * No instruction accesses it: a variable of the proof, what watches for mistakes, or CPU state. It orders nothing, and a store
   * beside it is no read-modify-write.
   */
  readonly isNoMemory?: true;
}

/** A local variable of the running thread (`replica` null), or in a property that of a named copy. */
export interface LocalReference {
  readonly kind: 'local';
  readonly thread: string;
  readonly name: string;
  readonly index: AnyExpr | null;
  readonly replica: AnyExpr | null;
  readonly domain: AnyDomain;
}

export type Reference = SharedReference | LocalReference;

export type AnyExpr =
  | { readonly kind: 'constant'; readonly value: Value }
  | Reference
  /** The index of the running copy, of `count`. */
  | { readonly kind: 'self'; readonly thread: string; readonly count: number }
  | { readonly kind: 'bound'; readonly binder: Binder }
  | { readonly kind: 'not'; readonly operand: AnyExpr }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: AnyExpr;
      readonly right: AnyExpr;
      /** It has no value, for this reason. */
      readonly fault?: string;
    }
  /** The operand modulo 2^bits, 1 to 32 of them: from 0 to 2^bits - 1, or as a signed number around 0. */
  | { readonly kind: 'wrap'; readonly operand: AnyExpr; readonly bits: number; readonly signed: boolean }
  | {
      readonly kind: 'conditional';
      readonly condition: AnyExpr;
      readonly then: AnyExpr;
      readonly otherwise: AnyExpr;
    }
  | {
      readonly kind: 'quantifier';
      readonly quantifier: 'all' | 'some';
      readonly binder: Binder;
      readonly body: AnyExpr;
    }
  | { readonly kind: 'ended'; readonly thread: string; readonly replica: AnyExpr }
  | { readonly kind: 'claim'; readonly operand: AnyExpr; readonly harm: Sentence };

/** A sentence about a state; the values of its expressions are inserted when it is printed. */
export type Sentence = readonly (string | AnyExpr)[];

export type Expr<V extends Value = Value> = AnyExpr & Typed<V>;
export type Operand<V extends Value> = Expr<V> | V;

/** Whether something is an expression node. */
export function isExpr(thing: unknown): thing is AnyExpr {
  return typeof thing === 'object' && thing !== null && expressionKinds.has((thing as AnyExpr).kind);
}

const expressionKinds: ReadonlySet<AnyExpr['kind']> = new Set<AnyExpr['kind']>([
  'constant',
  'shared',
  'local',
  'self',
  'bound',
  'not',
  'binary',
  'wrap',
  'conditional',
  'quantifier',
  'ended',
  'claim',
]);

/** An operand as a node; validation reports invalid operands. */
export function toExpr<V extends Value>(operand: Operand<V>): Expr<V> {
  return isExpr(operand) ? operand : { kind: 'constant', value: operand };
}

const binary = (operator: BinaryOperator, left: Operand<Value>, right: Operand<Value>) =>
  ({ kind: 'binary', operator, left: toExpr(left), right: toExpr(right) }) as const;

export const eq = <V extends Value>(left: Expr<V>, right: Operand<NoInfer<V>>): Expr<boolean> =>
  binary('==', left, right);
export const ne = <V extends Value>(left: Expr<V>, right: Operand<NoInfer<V>>): Expr<boolean> =>
  binary('!=', left, right);
export const lt = (left: Expr<number>, right: Operand<number>): Expr<boolean> => binary('<', left, right);
export const le = (left: Expr<number>, right: Operand<number>): Expr<boolean> => binary('<=', left, right);
export const gt = (left: Expr<number>, right: Operand<number>): Expr<boolean> => binary('>', left, right);
export const ge = (left: Expr<number>, right: Operand<number>): Expr<boolean> => binary('>=', left, right);
export const add = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('+', left, right);
export const sub = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('-', left, right);
export const mul = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('*', left, right);
/** The quotient, truncated towards zero as in C. */
export const div = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('/', left, right);
/** The remainder of `div`; its sign is that of `left`. */
export const mod = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('%', left, right);
/** `left & right`, of numbers in two's complement of any length, as are the next two. */
export const bitAnd = (left: Operand<number>, right: Operand<number>): Expr<number> =>
  binary('&', left, right);
export const bitOr = (left: Operand<number>, right: Operand<number>): Expr<number> =>
  binary('|', left, right);
export const bitXor = (left: Operand<number>, right: Operand<number>): Expr<number> =>
  binary('^', left, right);
/** `left * 2^right`. */
export const shl = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('<<', left, right);
/** `left / 2^right`, rounded down. */
export const shr = (left: Operand<number>, right: Operand<number>): Expr<number> => binary('>>', left, right);

/**
 * The operand modulo 2^bits, as C stores a number in a type of so many bits, 1 to 32.
 *
 * A sum, a difference, a product or a left shift that is the operand itself may have any length.
 */
export const wrap = (operand: Operand<number>, bits: number, signed = false): Expr<number> => ({
  kind: 'wrap',
  operand: toExpr(operand),
  bits,
  signed,
});

export const not = (operand: Operand<boolean>): Expr<boolean> => ({ kind: 'not', operand: toExpr(operand) });

const fold = (operator: '&&' | '||', unit: boolean, operands: readonly Operand<boolean>[]): Expr<boolean> =>
  operands.length === 0
    ? { kind: 'constant', value: unit }
    : operands.map(toExpr).reduce((left, right) => binary(operator, left, right));

/** True when all operands are; they are evaluated from the left, as in C. */
export const and = (...operands: readonly Operand<boolean>[]): Expr<boolean> => fold('&&', true, operands);
/** True when one operand is; they are evaluated from the left, as in C. */
export const or = (...operands: readonly Operand<boolean>[]): Expr<boolean> => fold('||', false, operands);
export const implies = (left: Operand<boolean>, right: Operand<boolean>): Expr<boolean> =>
  or(not(left), right);

/** `condition ? then : otherwise` */
export const conditional = <V extends Value, W extends Value>(
  condition: Operand<boolean>,
  then: Operand<V>,
  otherwise: Operand<W>,
): Expr<V | W> => ({
  kind: 'conditional',
  condition: toExpr(condition),
  then: toExpr(then),
  otherwise: toExpr(otherwise),
});

/** A sentence with values that describes a violation: say`CPU ${cpu} holds page ${l.page}`. */
export function say(texts: TemplateStringsArray, ...parts: readonly Operand<Value>[]): Sentence {
  return texts.flatMap((text, at) => (at < parts.length ? [text, toExpr(parts[at]!)] : [text]));
}

/** A condition with the sentence to print if it is false. */
export const claim = (operand: Operand<boolean>, harm: Sentence): Expr<boolean> => ({
  kind: 'claim',
  operand: toExpr(operand),
  harm,
});

/** A condition that must be false, with the sentence to print if it is true. */
export const never = (operand: Operand<boolean>, harm: Sentence): Expr<boolean> => claim(not(operand), harm);

/** The direct subexpressions, in evaluation order. */
export function partsOf(expr: AnyExpr): readonly AnyExpr[] {
  switch (expr.kind) {
    case 'constant':
    case 'self':
    case 'bound':
      return [];
    case 'shared':
      return expr.index === null ? [] : [expr.index];
    case 'local':
      return [expr.replica, expr.index].filter((part) => part !== null);
    case 'not':
    case 'claim':
    case 'wrap':
      return [expr.operand];
    case 'binary':
      return [expr.left, expr.right];
    case 'conditional':
      return [expr.condition, expr.then, expr.otherwise];
    case 'quantifier':
      return [expr.body];
    case 'ended':
      return [expr.replica];
  }
}

/** The expression and all its subexpressions, itself first. */
export function walk(expr: AnyExpr): readonly AnyExpr[] {
  const all: AnyExpr[] = [];
  const visit = (part: AnyExpr) => {
    all.push(part);
    for (const inner of partsOf(part)) visit(inner);
  };
  visit(expr);
  return all;
}
