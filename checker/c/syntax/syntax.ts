/** The syntax of a C file with types resolved: what lowering reads. */
import type { BinaryOperator } from '../../language/expression.ts';
import type { Place } from './source.ts';
import type { FunctionType, StructType, Type } from './types.ts';

export type UnaryOperator = '!' | '-' | '+' | '~' | '*' | '&';

export type Expression = { readonly place: Place } & (
  | { readonly kind: 'integer'; readonly value: bigint; readonly type: Type }
  | { readonly kind: 'null' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'update';
      readonly operator: '+' | '-';
      readonly isPrefix: boolean;
      readonly target: Expression;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'comma'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'assign';
      /** Null: a plain `=`. */
      readonly operator: BinaryOperator | null;
      readonly target: Expression;
      readonly value: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      /** Null: GNU's `a ?: b`. */
      readonly then: Expression | null;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  /** A call through a pointer. */
  | { readonly kind: 'invoke'; readonly callee: Expression; readonly arguments: readonly Expression[] }
  | {
      readonly kind: 'member';
      readonly object: Expression;
      readonly field: string;
      readonly isArrow: boolean;
    }
  | { readonly kind: 'index'; readonly array: Expression; readonly index: Expression }
  /** A per-CPU variable of a CPU. */
  | { readonly kind: 'perCpu'; readonly variable: Expression & { kind: 'name' }; readonly cpu: Expression }
  | {
      readonly kind: 'cast';
      readonly type: Type;
      readonly operand: Expression;
      /** What the pointer points to is volatile: its accesses are marked ones. */
      readonly isVolatile?: true;
    }
  | { readonly kind: 'sizeof'; readonly type: Type | null; readonly operand: Expression | null }
  | { readonly kind: 'type'; readonly type: Type }
  | { readonly kind: 'list'; readonly entries: readonly ListEntry[] }
  | { readonly kind: 'compound'; readonly type: Type; readonly entries: readonly ListEntry[] }
  /** `({ ... })` with the type of its value; null: it has none, or one that is unknown. */
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly type: Type | null }
);

/** An entry of an initializer list. */
export interface ListEntry {
  readonly place: Place;
  /** `.field`, `[first ... last]`; empty: the next element. */
  readonly designators: readonly Designator[];
  readonly value: Expression;
}

export type Designator =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'elements'; readonly first: Expression; readonly last: Expression };

export interface Declaration {
  /** The name. */
  readonly place: Place;
  /** The declarator with its initialiser. */
  readonly whole: Place;
  readonly name: string;
  readonly type: Type;
  readonly initial: Expression | null;
  readonly isStatic: boolean;
  readonly isGhost: boolean;
  /** Each CPU has one: DEFINE_PER_CPU(). */
  readonly isPerCpu: boolean;
}

export type Statement = { readonly place: Place } & (
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'declaration'; readonly declarations: readonly Declaration[] }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | null;
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: Statement }
  | { readonly kind: 'do'; readonly condition: Expression; readonly body: Statement }
  | {
      readonly kind: 'for';
      readonly first: Statement | null;
      readonly condition: Expression | null;
      readonly update: Expression | null;
      readonly body: Statement;
    }
  | { readonly kind: 'switch'; readonly value: Expression; readonly body: Statement }
  /** Null: `default`. */
  | { readonly kind: 'case'; readonly value: Expression | null }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'goto'; readonly name: string }
  | { readonly kind: 'return'; readonly value: Expression | null }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
);

export interface FunctionDefinition {
  readonly place: Place;
  readonly name: string;
  readonly type: FunctionType;
  readonly body: readonly Statement[];
}

/** `ALWAYS(...)`, `OPTION_FLAG(...)` and the like at file scope. */
export interface Clause {
  readonly place: Place;
  readonly name: string;
  readonly arguments: readonly Expression[];
}

/** A whole C file with the shipped headers that it includes. */
export interface Unit {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly variables: readonly Declaration[];
  readonly structs: readonly StructType[];
  readonly enumerators: ReadonlyMap<string, { readonly value: bigint; readonly type: Type }>;
  readonly typedefs: ReadonlyMap<string, Type>;
  readonly clauses: readonly Clause[];
}
