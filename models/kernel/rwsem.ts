/** Read-write semaphores: mmap_lock, i_mmap_rwsem, the lock of an anon_vma. */
import type { Text, Variable } from 'racewalk';
import { acquire, dec, eq, ge, inc, init, range, release, set, step, wait, when } from 'racewalk';

/** What the semaphore holds when a writer has it; above 0 it is the number of readers. */
const writer = -1;

/** Declares a semaphore that at most so many readers hold at once: a variable of shared(...). */
export const rwsem = (readers: number, meaning: string) =>
  init(range(writer, readers), 0, `${meaning}: -1 a writer, else the number of readers`);

/**
 * down_read(): waits for the writer to leave, and is a reader.
 *
 * Assumes: one atomic read-modify-write, an acquire. A writer that waits keeps nobody out, as if it was never queued: no run
 *          of the kernel is missing, but a reader that waits behind such a writer for a lock that it holds itself is no deadlock.
 * Source:  kernel/locking/rwsem.c, down_read
 */
export const downRead = (text: string, sem: Variable<number>): Text => [acquire(wait(text, ge(sem, 0), inc(sem)))];

/** up_read(): a release. Source: kernel/locking/rwsem.c, up_read */
export const upRead = (text: string, sem: Variable<number>): Text => [release(step(text, dec(sem)))];

/** down_read_trylock(): `got` says whether it is a reader now. Assumes: as down_read; without success it orders nothing. */
export const downReadTrylock = (text: string, sem: Variable<number>, got: Variable<boolean>): Text => [
  acquire(step(text, set(got, ge(sem, 0)), when(got, inc(sem)))),
];

/** down_write(): waits until nobody holds it. Assumes: as down_read. Source: kernel/locking/rwsem.c, down_write */
export const downWrite = (text: string, sem: Variable<number>): Text => [
  acquire(wait(text, eq(sem, 0), set(sem, writer))),
];

/** up_write(): a release. Source: kernel/locking/rwsem.c, up_write */
export const upWrite = (text: string, sem: Variable<number>): Text => [release(step(text, set(sem, 0)))];

/** down_write_trylock(): `got` says whether it is the writer now. Assumes: as down_read_trylock. */
export const downWriteTrylock = (text: string, sem: Variable<number>, got: Variable<boolean>): Text => [
  acquire(step(text, set(got, eq(sem, 0)), when(got, set(sem, writer)))),
];

/** downgrade_write(): the writer becomes a reader, in one step; a release. Source: kernel/locking/rwsem.c, downgrade_write */
export const downgradeWrite = (text: string, sem: Variable<number>): Text => [release(step(text, set(sem, 1)))];
