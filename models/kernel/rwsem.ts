/** Read-write semaphores: mmap_lock, i_mmap_rwsem, the lock of an anon_vma. */
import type { Text, Variable } from 'racewalk';
import { acquire, dec, eq, ge, inc, init, range, release, set, step, wait, when } from 'racewalk';

/** The value of a semaphore that a writer holds; a positive value is the number of readers. */
const writer = -1;

/** Declares a semaphore for at most `readers` concurrent readers: a variable of shared(...). */
export const rwsem = (readers: number, meaning: string) =>
  init(range(writer, readers), 0, `${meaning}: -1 a writer, else the number of readers`);

/**
 * down_read(): waits until no writer holds the semaphore, and takes it as a reader.
 *
 * Assumes: one atomic read-modify-write, an acquire. A waiting writer does not block readers. The model includes every run of
 *          the kernel, but misses the deadlock of a reader that takes the semaphore again behind a waiting writer.
 * Source:  kernel/locking/rwsem.c, down_read
 */
export const downRead = (text: string, sem: Variable<number>): Text => [acquire(wait(text, ge(sem, 0), inc(sem)))];

/** up_read(): a release. Source: kernel/locking/rwsem.c, up_read */
export const upRead = (text: string, sem: Variable<number>): Text => [release(step(text, dec(sem)))];

/** down_read_trylock(): `got` is true if it takes the semaphore. Assumes: the same as down_read; on failure it orders nothing. */
export const downReadTrylock = (text: string, sem: Variable<number>, got: Variable<boolean>): Text => [
  acquire(step(text, set(got, ge(sem, 0)), when(got, inc(sem)))),
];

/** down_write(): waits until the semaphore is free. Assumes: the same as down_read. Source: kernel/locking/rwsem.c, down_write */
export const downWrite = (text: string, sem: Variable<number>): Text => [
  acquire(wait(text, eq(sem, 0), set(sem, writer))),
];

/** up_write(): a release. Source: kernel/locking/rwsem.c, up_write */
export const upWrite = (text: string, sem: Variable<number>): Text => [release(step(text, set(sem, 0)))];

/** down_write_trylock(): `got` is true if it takes the semaphore. Assumes: the same as down_read_trylock. */
export const downWriteTrylock = (text: string, sem: Variable<number>, got: Variable<boolean>): Text => [
  acquire(step(text, set(got, eq(sem, 0)), when(got, set(sem, writer)))),
];

/** downgrade_write(): the writer becomes a reader, in one step; a release. Source: kernel/locking/rwsem.c, downgrade_write */
export const downgradeWrite = (text: string, sem: Variable<number>): Text => [release(step(text, set(sem, 1)))];
