/** The kernel's primitives by name, as accesses and fences of the kernel's memory model. */
import type { Fence, Mark } from './event.ts';

/** Primitives that are only a fence. */
export const fences: Readonly<Record<string, Fence>> = {
  smp_mb: 'mb',
  smp_rmb: 'rmb',
  smp_wmb: 'wmb',
  barrier: 'barrier',
  smp_mb__before_atomic: 'before-atomic',
  smp_mb__after_atomic: 'after-atomic',
  smp_mb__after_spinlock: 'after-spinlock',
  smp_mb__after_unlock_lock: 'after-unlock-lock',
  smp_mb__after_srcu_read_unlock: 'after-srcu-read-unlock',
  rcu_read_lock: 'rcu-lock',
  rcu_read_unlock: 'rcu-unlock',
  synchronize_rcu: 'sync-rcu',
  synchronize_rcu_expedited: 'sync-rcu',
  smp_memb: 'memb',
};

/** An access by name: its mark, and the fence after it. */
export interface MarkedAccess {
  readonly mark: Mark;
  readonly then?: Fence;
}

export const loads: Readonly<Record<string, MarkedAccess>> = {
  READ_ONCE: { mark: 'once' },
  rcu_dereference: { mark: 'once' },
  lockless_dereference: { mark: 'once' },
  atomic_read: { mark: 'once' },
  smp_load_acquire: { mark: 'acquire' },
  atomic_read_acquire: { mark: 'acquire' },
};

export const stores: Readonly<Record<string, MarkedAccess>> = {
  WRITE_ONCE: { mark: 'once' },
  atomic_set: { mark: 'once' },
  smp_store_mb: { mark: 'once', then: 'mb' },
  rcu_assign_pointer: { mark: 'release' },
  smp_store_release: { mark: 'release' },
  atomic_set_release: { mark: 'release' },
};

/** Primitives that take `*x` instead of the pointer `x`. */
export const throughPointer: ReadonlySet<string> = new Set([
  'READ_ONCE',
  'WRITE_ONCE',
  'rcu_dereference',
  'lockless_dereference',
  'rcu_assign_pointer',
  'smp_store_mb',
]);

/** `srcu_down_read()` and `srcu_up_read()` may be called by different processes; otherwise they equal `srcu_read_lock()` and `srcu_read_unlock()`. */
export const srcuBegins: ReadonlySet<string> = new Set(['srcu_read_lock', 'srcu_down_read']);
export const srcuEnds: ReadonlySet<string> = new Set(['srcu_read_unlock', 'srcu_up_read']);
export const srcuWaits: ReadonlySet<string> = new Set(['synchronize_srcu', 'synchronize_srcu_expedited']);
