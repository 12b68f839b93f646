/** The accesses and fences of one path of a process, with their dependencies. */
import type { BinaryOperator } from '../../language/expression.ts';
import type { CType, LitmusValue, UnaryOperator } from '../litmus-test.ts';
import type { ComputedValue } from '../values.ts';

/** A symbolic value; the values of reads of the same process are unknown. */
export type Term =
  | { readonly kind: 'constant'; readonly value: LitmusValue }
  /** `event` is the position of the read in its path. */
  | { readonly kind: 'read'; readonly event: number }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Term; readonly type: CType }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Term;
      readonly right: Term;
      readonly type: CType;
    }
  /** Converted to the type. */
  | { readonly kind: 'wrap'; readonly operand: Term; readonly type: CType };

/** Bit `n` is set if the value depends on the read at position `n` of the path. */
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
 * The mark of an access. `noreturn` is the read of an atomic operation without a return value, `full` both halves of a
 * fully ordered one; locks and SRCU have separate marks.
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
  /** The location of an access or an SRCU grace period; otherwise ''. */
  readonly location: string;
  readonly mark: Mark | Fence;
  /** The value of a write. */
  readonly value: Term | null;
  readonly address: Reads;
  readonly data: Reads;
  readonly control: Reads;
  /** A half of an atomic operation, or the read of one that failed. */
  readonly isAtomic: boolean;
  /** The position of the read in the same atomic operation as this write, or -1. */
  readonly partner: number;
  readonly line: number;
  readonly text: string;
}

/** A condition of the path: `term` is true, or false, or the address of a location. */
export interface Requirement {
  readonly term: Term;
  readonly is: boolean | string;
}

/** One path through the text of a process, with the conditions on its reads. */
export interface ProcessPath {
  readonly process: number;
  readonly events: readonly MemoryEvent[];
  readonly requirements: readonly Requirement[];
  readonly registers: ReadonlyMap<string, Term>;
  /** Errors of the path in every execution, such as an unterminated section. */
  readonly flags: readonly string[];
}

/** The value of a read: undefined while it is open, null for a computation without a result. */
export type ReadValue = (event: number) => ComputedValue | undefined;
