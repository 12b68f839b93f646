/** Spinlocks: the page lock, the page-table locks, compound_lock. */
import type { Statement, Text, Variable } from 'racewalk';
import { not, set, smpWmb, step, wait } from 'racewalk';

/**
 * spin_lock(): waits for the lock and takes it.
 *
 * Assumes: one atomic read-modify-write.
 * Source:  kernel/locking/spinlock.c
 */
export const spinLock = (text: string, locked: Variable<boolean>): Statement =>
  wait(text, not(locked), set(locked, true));

/**
 * spin_unlock(): a release; what was stored under the lock is seen before the lock is.
 *
 * Assumes: loads are not delayed past later stores, as on the memory models of this checker, so that a write barrier
 *          makes the plain store a release.
 */
export const spinUnlock = (text: string, locked: Variable<boolean>): Text => [
  smpWmb('smp_store_release()'),
  step(text, set(locked, false)),
];
