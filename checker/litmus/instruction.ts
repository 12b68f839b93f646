/** Instructions of litmus processes: at most one memory access each, and computation on registers. */
import type { BinaryOperator } from '../language/expression.ts';
import type { UnaryOperator } from './litmus-test.ts';

/** A computation without memory accesses; `old` is the value that a read-modify-write reads. */
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

/** Each instruction runs at most once, because there are no loops. */
export type LitmusInstruction = { readonly line: number; readonly text: string } & (
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
      readonly unlocks?: true;
    }
  | ({ readonly kind: 'update'; readonly register: string | null; readonly address: Computation } & Update)
  | { readonly kind: 'barrier'; readonly barrier: 'full' | 'write' | 'read' }
  | { readonly kind: 'note' }
  /** A call such as `smp_mb__after_atomic()`: it turns an adjacent operation into a full barrier. */
  | { readonly kind: 'strengthen'; readonly what: Strengthened }
  /** The start or end of a read-side critical section of RCU, or of the srcu_struct `domain`. */
  | {
      readonly kind: 'section';
      readonly domain: string;
      readonly edge: 'begin' | 'end';
      /** The register with the SRCU cookie, or null for RCU, whose sections nest. */
      readonly cookie: string | null;
    }
  /** Also a full barrier. */
  | { readonly kind: 'grace period'; readonly domain: string }
  /** Any number from 0 to `most`. */
  | { readonly kind: 'guess'; readonly register: string; readonly most: number }
  /** An acquire that waits until it sees 1. */
  | { readonly kind: 'await'; readonly address: Computation }
  | {
      readonly kind: 'if';
      readonly condition: Computation;
      readonly then: readonly LitmusInstruction[];
      readonly otherwise: readonly LitmusInstruction[];
    }
);

export type Strengthened = 'next atomic' | 'last atomic' | 'last lock' | 'unlock and lock';

/** A read-modify-write. */
export interface Update {
  /** The instruction waits until this is true for `old`: for locks. */
  readonly waitsFor: Computation | null;
  /** The instruction writes only if this is true, as in a compare-and-exchange; null: always. */
  readonly condition: Computation | null;
  readonly value: Computation;
  /** The return value. */
  readonly result: Computation;
  readonly order: AccessOrder;
}
