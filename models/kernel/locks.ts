/** Spinlocks: the page lock, the page-table locks, compound_lock. */
import type { Text, Variable } from 'racewalk';
import { acquire, not, release, set, step, wait, when } from 'racewalk';

/**
 * spin_lock(): waits for the lock and takes it.
 *
 * Assumes: one atomic read-modify-write, an acquire.
 * Source:  kernel/locking/spinlock.c
 */
export const spinLock = (text: string, locked: Variable<boolean>): Text => [
  acquire(wait(text, not(locked), set(locked, true))),
];

/** spin_unlock(): a release; other CPUs see the accesses of the critical section before the lock is free. */
export const spinUnlock = (text: string, locked: Variable<boolean>): Text => [release(step(text, set(locked, false)))];

/**
 * spin_trylock(), trylock_page(): takes the lock if it is free; `got` is true if it was.
 *
 * Assumes: one atomic read-modify-write, an acquire if it takes the lock; otherwise it orders nothing.
 * Source:  include/linux/spinlock.h, spin_trylock; Documentation/memory-barriers.txt, "LOCK ACQUISITION FUNCTIONS"
 */
export const spinTrylock = (text: string, locked: Variable<boolean>, got: Variable<boolean>): Text => [
  acquire(step(text, set(got, not(locked)), when(got, set(locked, true)))),
];
