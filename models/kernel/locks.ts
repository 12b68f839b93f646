/** Spinlocks: the page lock, the page-table locks, compound_lock. */
import type { Statement, Text, Variable } from 'racewalk';
import { acquire, not, release, set, step, wait } from 'racewalk';

/**
 * spin_lock(): waits for the lock and takes it.
 *
 * Assumes: one atomic read-modify-write, an acquire.
 * Source:  kernel/locking/spinlock.c
 */
export const spinLock = (text: string, locked: Variable<boolean>): Statement =>
  acquire(wait(text, not(locked), set(locked, true)));

/** spin_unlock(): a release; what was done under the lock is seen before the lock is. */
export const spinUnlock = (text: string, locked: Variable<boolean>): Text => [release(step(text, set(locked, false)))];
