/** The syntax of a litmus test: processes in C, and a condition on final states. */
import type { BinaryOperator } from '../language/expression.ts';

/** An error or an unsupported construct in a litmus file; `line` counts from 1. */
export class LitmusError extends Error {
  override readonly name: string = 'LitmusError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

/** A run that reached a limit of the memory model, which gives no verdict. */
export class LitmusLimit extends LitmusError {
  override readonly name = 'LitmusLimit';

  constructor(message: string) {
    super(1, message);
  }
}

export type UnaryOperator = '!' | '-' | '~';

export type CExpr =
  | { readonly kind: 'constant'; readonly value: number }
  /** A register of the process, or the address of a location. */
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | { readonly kind: 'dereference'; readonly address: CExpr; readonly line: number }
  | { readonly kind: 'cast'; readonly type: CType; readonly operand: CExpr }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: CExpr }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: CExpr;
      readonly right: CExpr;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly operands: readonly CExpr[];
      readonly line: number;
    };

/** A C integer type, reduced to width and sign. */
export interface CType {
  readonly bits: 8 | 16 | 32 | 64;
  readonly isSigned: boolean;
}

export type CStatement = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'declare'; readonly name: string; readonly type: CType }
  | { readonly kind: 'assign'; readonly target: CExpr; readonly value: CExpr }
  | { readonly kind: 'evaluate'; readonly value: CExpr }
  | {
      readonly kind: 'if';
      readonly condition: CExpr;
      readonly then: readonly CStatement[];
      readonly otherwise: readonly CStatement[];
    }
  /** `parseLitmus()` unrolls every loop; `testsFirst` is false for do-while. */
  | {
      readonly kind: 'loop';
      readonly condition: CExpr;
      readonly body: readonly CStatement[];
      readonly testsFirst: boolean;
    }
);

export interface Process {
  readonly number: number;
  /** The locations whose addresses are the arguments. */
  readonly parameters: readonly string[];
  /** The types that the parameters point to. */
  readonly types: ReadonlyMap<string, CType>;
  readonly body: readonly CStatement[];
}

/** A location, or a register of the process with the number `owner`. */
export interface Observed {
  readonly owner: number | null;
  readonly name: string;
}

/** A number, or the name of the location whose address it is. */
export type LitmusValue = number | string;

export type Proposition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'equals'; readonly observed: Observed; readonly value: LitmusValue }
  | { readonly kind: 'same'; readonly left: Observed; readonly right: Observed }
  | { readonly kind: 'not'; readonly operand: Proposition }
  | { readonly kind: 'and' | 'or'; readonly left: Proposition; readonly right: Proposition };

export interface LitmusTest {
  readonly name: string;
  readonly initial: readonly {
    readonly observed: Observed;
    readonly value: LitmusValue;
    /** The declared type, or null. */
    readonly type: CType | null;
  }[];
  readonly processes: readonly Process[];
  readonly locations: readonly Observed[];
  readonly filter: Proposition | null;
  readonly quantifier: 'exists' | '~exists' | 'forall';
  readonly condition: Proposition;
  /** The source text of the condition. */
  readonly conditionText: string;
  readonly conditionLine: number;
}
