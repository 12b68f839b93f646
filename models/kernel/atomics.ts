/** Atomic operations that return a value, in each ordering that the kernel provides. */
import type { Operand, Statement, Value, Variable } from 'racewalk';
import { acquire, add, eq, full, not, relaxed, release, set, step, when } from 'racewalk';

/** The suffix of the operation; without a suffix it is fully ordered. */
export type AtomicOrder = 'full' | 'acquire' | 'release' | 'relaxed';

const ordered = (order: AtomicOrder, statement: Statement): Statement => {
  switch (order) {
    case 'full':
      return full(statement);
    case 'acquire':
      return acquire(statement);
    case 'release':
      return release(statement);
    case 'relaxed':
      return relaxed(statement);
  }
};

/**
 * xchg(), xchg_acquire(), xchg_release(), xchg_relaxed(): stores `value`; `old` receives the previous value.
 *
 * Assumes: one atomic read-modify-write.
 * Source:  include/linux/atomic/atomic-instrumented.h, xchg; Documentation/atomic_t.txt, "ORDERING"
 */
export const xchg = <V extends Value>(
  text: string, cell: Variable<V>, value: Operand<NoInfer<V>>, old: Variable<V>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(old, cell as Operand<NoInfer<V>>), set(cell, value)));

/**
 * cmpxchg() and its suffixes: stores `next` if the cell is `expected`; `old` receives the previous value, so the
 * operation succeeded if `old` is `expected`.
 *
 * Assumes: one atomic read-modify-write; a failed operation orders nothing, whatever its suffix.
 * Source:  Documentation/atomic_t.txt, "ORDERING": conditional operations are unordered on failure
 */
export const cmpxchg = <V extends Value>(
  text: string, cell: Variable<V>, { expected, next, old }: Exchange<V>, order: AtomicOrder = 'full',
): Statement =>
  conditional(order, step(text, set(old, cell as Operand<NoInfer<V>>), when(eq(old, expected), set(cell, next))));

/** The operands of a compare-and-exchange: the expected value, the new value, and the local for the previous value. */
export interface Exchange<V extends Value> {
  readonly expected: Operand<NoInfer<V>>;
  readonly next: Operand<NoInfer<V>>;
  readonly old: Variable<V>;
}

/**
 * try_cmpxchg() and its suffixes: `got` is true if the cell was `expected` and is now `next`; otherwise the local
 * `expected` receives the previous value.
 *
 * Assumes: the same as cmpxchg.
 * Source:  include/linux/atomic/atomic-arch-fallback.h, raw_try_cmpxchg
 */
export const tryCmpxchg = <V extends Value>(
  text: string, cell: Variable<V>, { expected, next, got }: TryExchange<V>, order: AtomicOrder = 'full',
): Statement =>
  conditional(order, step(text, set(got, eq(cell, expected as Operand<NoInfer<V>>)), when(got, set(cell, next)),
    when(not(got), set(expected, cell as Operand<NoInfer<V>>))));

/** The operands of try_cmpxchg: the local with the expected value, the new value, and the local for success. */
export interface TryExchange<V extends Value> {
  readonly expected: Variable<V>;
  readonly next: Operand<NoInfer<V>>;
  readonly got: Variable<boolean>;
}

/** A conditional operation without a suffix needs no mark: as a read-modify-write it is fully ordered if it writes. */
const conditional = (order: AtomicOrder, statement: Statement): Statement =>
  order === 'full' ? statement : ordered(order, statement);

/**
 * atomic_add_return() and the like: adds `amount`, which may be negative; `result` receives the new value.
 * atomic_dec_return() adds -1, and atomic_dec_and_test() then tests whether `result` is 0.
 *
 * Assumes: one atomic read-modify-write. A sum outside the domain of the cell is a model error.
 * Source:  Documentation/atomic_t.txt, "RMW ops", "ORDERING"
 */
export const atomicReturn = (
  text: string, cell: Variable<number>, amount: number, result: Variable<number>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(cell, add(cell, amount)), set(result, cell)));

/** atomic_fetch_add() and the like: like atomicReturn, but `old` receives the previous value. */
export const atomicFetchAdd = (
  text: string, cell: Variable<number>, amount: number, old: Variable<number>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(old, cell), set(cell, add(cell, amount))));
