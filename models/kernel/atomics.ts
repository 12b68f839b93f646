/** Atomic operations that return a value, with the orders that the kernel offers of each. */
import type { Operand, Statement, Value, Variable } from 'racewalk';
import { acquire, add, eq, full, not, relaxed, release, set, step, when } from 'racewalk';

/** The suffix of the operation: none is fully ordered. */
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
 * xchg(), xchg_acquire(), xchg_release(), xchg_relaxed(): stores `value`; `old` is what was there.
 *
 * Assumes: one atomic read-modify-write.
 * Source:  include/linux/atomic/atomic-instrumented.h, xchg; Documentation/atomic_t.txt, "ORDERING"
 */
export const xchg = <V extends Value>(
  text: string, cell: Variable<V>, value: Operand<NoInfer<V>>, old: Variable<V>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(old, cell as Operand<NoInfer<V>>), set(cell, value)));

/**
 * cmpxchg() and its suffixes: stores `next` if the cell is `expected`; `old` is what was there, so that it has succeeded where
 * `old` is `expected`.
 *
 * Assumes: one atomic read-modify-write; where it fails, it orders nothing, whatever its suffix.
 * Source:  Documentation/atomic_t.txt, "ORDERING": conditional operations are unordered on failure
 */
export const cmpxchg = <V extends Value>(
  text: string, cell: Variable<V>, { expected, next, old }: Exchange<V>, order: AtomicOrder = 'full',
): Statement =>
  conditional(order, step(text, set(old, cell as Operand<NoInfer<V>>), when(eq(old, expected), set(cell, next))));

/** What a compare-and-exchange looks for, what it stores, and the local that receives what was there. */
export interface Exchange<V extends Value> {
  readonly expected: Operand<NoInfer<V>>;
  readonly next: Operand<NoInfer<V>>;
  readonly old: Variable<V>;
}

/**
 * try_cmpxchg() and its suffixes: `got` says whether the cell was `expected` and is `next` now; else `expected`, a local, is what
 * was there.
 *
 * Assumes: as cmpxchg.
 * Source:  include/linux/atomic/atomic-arch-fallback.h, raw_try_cmpxchg
 */
export const tryCmpxchg = <V extends Value>(
  text: string, cell: Variable<V>, { expected, next, got }: TryExchange<V>, order: AtomicOrder = 'full',
): Statement =>
  conditional(order, step(text, set(got, eq(cell, expected as Operand<NoInfer<V>>)), when(got, set(cell, next)),
    when(not(got), set(expected, cell as Operand<NoInfer<V>>))));

/** What try_cmpxchg looks for and receives, what it stores, and the local that says whether it did. */
export interface TryExchange<V extends Value> {
  readonly expected: Variable<V>;
  readonly next: Operand<NoInfer<V>>;
  readonly got: Variable<boolean>;
}

/** A conditional operation without a suffix keeps the order of its shape, which is full where it writes. */
const conditional = (order: AtomicOrder, statement: Statement): Statement =>
  order === 'full' ? statement : ordered(order, statement);

/**
 * atomic_add_return() and the like: adds `amount`, which may be below 0; `result` is the new value. atomic_dec_return() adds -1,
 * and atomic_dec_and_test() asks afterwards whether `result` is 0.
 *
 * Assumes: one atomic read-modify-write; that the sum leaves the domain of the cell is an error of the model.
 * Source:  Documentation/atomic_t.txt, "RMW ops", "ORDERING"
 */
export const atomicReturn = (
  text: string, cell: Variable<number>, amount: number, result: Variable<number>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(cell, add(cell, amount)), set(result, cell)));

/** atomic_fetch_add() and the like: as atomicReturn, but `old` is the value before. */
export const atomicFetchAdd = (
  text: string, cell: Variable<number>, amount: number, old: Variable<number>, order: AtomicOrder = 'full',
): Statement => ordered(order, step(text, set(old, cell), set(cell, add(cell, amount))));
