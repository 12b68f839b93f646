/** What the processes of a litmus test execute: one memory access an instruction, and computation on registers. */
import type { BinaryOperator, UnaryOperator } from './litmus-test.ts';

/** A computation without memory accesses; `old` is what a read-modify-write has read. */
export type Computation =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'address'; readonly location: string }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'old' }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Computation }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Computation;
      readonly right: Computation;
    };

export type AccessOrder = 'full' | 'acquire' | 'release' | 'relaxed';

/** Executed where it stands in the text, at most once in a run: there are no loops. */
export type Instruction = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'compute'; readonly register: string; readonly value: Computation }
  | {
      readonly kind: 'load';
      readonly register: string;
      readonly address: Computation;
      readonly order: 'plain' | 'acquire';
    }
  | {
      readonly kind: 'store';
      readonly address: Computation;
      readonly value: Computation;
      readonly order: 'plain' | 'release';
    }
  | ({ readonly kind: 'update'; readonly register: string | null; readonly address: Computation } & Update)
  | { readonly kind: 'barrier'; readonly barrier: 'full' | 'write' | 'read' }
  | { readonly kind: 'note' }
  | {
      readonly kind: 'if';
      readonly condition: Computation;
      readonly then: readonly Instruction[];
      readonly otherwise: readonly Instruction[];
    }
);

/** A read-modify-write. */
export interface Update {
  /** It waits until this is true of `old`: the taking of a lock. */
  readonly waitsFor: Computation | null;
  /** It writes only where this is true: a compare-and-exchange; null: always. */
  readonly condition: Computation | null;
  readonly value: Computation;
  /** What it returns. */
  readonly result: Computation;
  readonly order: AccessOrder;
}
