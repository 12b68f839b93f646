/** What a process does in one run of its text: accesses and fences, with what each depends on. */
import type { CBinaryOperator, CType, LitmusValue, UnaryOperator } from '../litmus-test.ts';
import type { ComputedValue } from '../values.ts';

/** A value as far as the text gives it: what a read of the same process finds is open. */
export type Term =
  | { readonly kind: 'constant'; readonly value: LitmusValue }
  /** `event` is the position of the read in its run. */
  | { readonly kind: 'read'; readonly event: number }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Term; readonly type: CType }
  | {
      readonly kind: 'binary';
      readonly operator: CBinaryOperator;
      readonly left: Term;
      readonly right: Term;
      readonly type: CType;
    }
  /** As a variable of the type holds it. */
  | { readonly kind: 'wrap'; readonly operand: Term; readonly type: CType };

/** Bit `n` is set where the value depends on the read at position `n` of the run. */
export type Reads = bigint;

export type Fence =
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'barrier'
  | 'before-atomic'
  | 'after-atomic'
  | 'after-spinlock'
  | 'after-unlock-lock'
  | 'after-srcu-read-unlock'
  | 'rcu-lock'
  | 'rcu-unlock'
  | 'sync-rcu'
  | 'sync-srcu'
  | 'memb';

/**
 * How an access is marked. `noreturn` is the read of an atomic operation that returns nothing, `full` both halves of one that
 * is fully ordered; locks and SRCU have marks of their own.
 */
export type Mark =
  | 'plain'
  | 'once'
  | 'acquire'
  | 'release'
  | 'noreturn'
  | 'full'
  | 'lock-read'
  | 'lock-write'
  | 'unlock'
  | 'lock-failed'
  | 'is-locked'
  | 'is-unlocked'
  | 'srcu-lock'
  | 'srcu-unlock';

export interface MemoryEvent {
  readonly kind: 'read' | 'write' | 'fence';
  /** Of accesses, and of a grace period of SRCU; else ''. */
  readonly location: string;
  readonly mark: Mark | Fence;
  /** What a write writes. */
  readonly value: Term | null;
  readonly address: Reads;
  readonly data: Reads;
  readonly control: Reads;
  /** A half of an atomic operation, or the read of one that failed. */
  readonly isAtomic: boolean;
  /** The position of the read that a write is one atomic operation with, else -1. */
  readonly partner: number;
  readonly line: number;
  readonly text: string;
}

/** `term` is true, or false, or the address of a location. */
export interface Requirement {
  readonly term: Term;
  readonly is: boolean | string;
}

/** One way through the text of a process, with what its reads have to find for it. */
export interface ProcessPath {
  readonly process: number;
  readonly events: readonly MemoryEvent[];
  readonly requirements: readonly Requirement[];
  readonly registers: ReadonlyMap<string, Term>;
  /** What is wrong with it however it runs: a section that is not ended, and the like. */
  readonly flags: readonly string[];
}

/** The value of a term, undefined where it hangs on a read that is still open; null for what has no meaning. */
export type ReadValue = (event: number) => ComputedValue | undefined;
