/** What the processes of a litmus test execute: one memory access an instruction, and computation on registers. */
import type { CBinaryOperator, UnaryOperator } from './litmus-test.ts';

/** A computation without memory accesses; `old` is what a read-modify-write has read. */
export type Computation =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'address'; readonly location: string }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'old' }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Computation }
  | {
      readonly kind: 'binary';
      readonly operator: CBinaryOperator;
      readonly left: Computation;
      readonly right: Computation;
    };

export type AccessOrder = 'full' | 'acquire' | 'release' | 'relaxed';

/** Executed where it stands in the text, at most once in a run: there are no loops. */
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
  /** A call such as `smp_mb__after_atomic()`: it makes a full barrier of what stands beside it. */
  | { readonly kind: 'strengthen'; readonly what: Strengthened }
  /** A read section of RCU, or of the srcu_struct that `domain` names, begins or ends. */
  | {
      readonly kind: 'section';
      readonly domain: string;
      readonly edge: 'begin' | 'end';
      /** The register that the cookie of an srcu_struct is kept in, or null for RCU, whose sections nest. */
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
  /** It waits until this is true of `old`: the taking of a lock. */
  readonly waitsFor: Computation | null;
  /** It writes only where this is true: a compare-and-exchange; null: always. */
  readonly condition: Computation | null;
  readonly value: Computation;
  /** What it returns. */
  readonly result: Computation;
  readonly order: AccessOrder;
}
