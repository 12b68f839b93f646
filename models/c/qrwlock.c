/* SPDX-License-Identifier: MIT */
/*
 * A reader and a writer hold a queued reader-writer lock at once.
 *
 * The lock word has a count of readers above a byte for the writer. A reader adds itself, and if a writer is there or waits,
 * takes itself away and queues; a writer that finds anybody queues, marks that it waits, and takes the lock when the word holds
 * nothing but its mark. The lock is handed over with acquire and release alone.
 *
 *   CPU 0: queued_read_lock                  CPU 1: queued_write_lock
 *   cnts + _QR_BIAS: no writer
 *   read the data
 *   cnts - _QR_BIAS without release
 *                                            cnts is 0: locked
 *                                            change the data
 *   (late) the data that it reads is new
 *
 * Kernel:  since v4.2: qrwlock
 * About:   barriers
 * Exposed: reordered loads
 * Source:  v6.12 include/asm-generic/qrwlock.h: queued_read_lock, queued_write_lock, queued_read_unlock, queued_write_unlock;
 *          kernel/locking/qrwlock.c: queued_read_lock_slowpath, queued_write_lock_slowpath
 * Broke:   none in a release
 * Fixed:   never broken in a release -> LOCK_ACQUIRES, UNLOCK_RELEASES
 * CVE:     none
 * Read:    the functions from memory. Not verified: that v4.2 has them in this form.
 * Omitted: readers in interrupts, which do not queue. The MCS queue of wait_lock: a spinlock. Trylocks.
 */
#include <racewalk.h>

SUMMARY("a reader and a writer hold a queued reader-writer lock at once");

OPTION_FLAG(LOCK_ACQUIRES, fix, "whoever takes the lock has acquire semantics", true);
OPTION_FLAG(UNLOCK_RELEASES, fix, "whoever leaves the lock has release semantics", true);
OPTION_FLAG(READERS, variant, "readers take the lock as well", true);
OPTION_INT(NR_READERS, size, "CPUs that take the lock for reading", 1, 3, 1);
OPTION_INT(NR_WRITERS, size, "CPUs that take it for writing", 1, 2, 1);

#define _QW_WAITING 0x100
#define _QW_LOCKED 0x0ff
#define _QW_WMASK 0x1ff
#define _QR_BIAS 0x200

atomic_t cnts;
DEFINE_SPINLOCK(wait_lock);
GHOST bool reader_has_waited;
int first, second;		/* what the lock protects: they are equal */

static int add_reader(void)
{
	return LOCK_ACQUIRES ? atomic_add_return_acquire(_QR_BIAS, &cnts) : atomic_add_return_relaxed(_QR_BIAS, &cnts);
}

static void queued_read_lock(void)
{
	if (likely(!(add_reader() & _QW_WMASK)))
		return;
	/* queued_read_lock_slowpath() */
	atomic_sub(_QR_BIAS, &cnts);
	spin_lock(&wait_lock);
	atomic_add(_QR_BIAS, &cnts);
	/* atomic_cond_read_acquire() */
	if (LOCK_ACQUIRES)
		WAIT_UNTIL(!(atomic_read_acquire(&cnts) & _QW_LOCKED));
	else
		WAIT_UNTIL(!(atomic_read(&cnts) & _QW_LOCKED));
	spin_unlock(&wait_lock);
	reader_has_waited = true;
}

static void queued_read_unlock(void)
{
	if (UNLOCK_RELEASES)
		(void)atomic_sub_return_release(_QR_BIAS, &cnts);
	else
		atomic_sub(_QR_BIAS, &cnts);
}

static bool take(int old)
{
	return LOCK_ACQUIRES ? atomic_cmpxchg_acquire(&cnts, old, _QW_LOCKED) == old :
			 atomic_cmpxchg_relaxed(&cnts, old, _QW_LOCKED) == old;
}

static void queued_write_lock(void)
{
	if (likely(take(0)))
		return;
	/* queued_write_lock_slowpath() */
	spin_lock(&wait_lock);
	if (!(atomic_read(&cnts) == 0 && take(0))) {
		atomic_or(_QW_WAITING, &cnts);
		do {
			/* atomic_cond_read_relaxed() */
			WAIT_UNTIL(atomic_read(&cnts) == _QW_WAITING);
		} while (!take(_QW_WAITING));
		REACHED("a writer has waited for readers");
	}
	spin_unlock(&wait_lock);
}

static void queued_write_unlock(void)
{
	if (UNLOCK_RELEASES)
		(void)atomic_fetch_andnot_release(_QW_LOCKED, &cnts);
	else
		atomic_andnot(_QW_LOCKED, &cnts);
}

THREADS(reader, NR_READERS)
{
	if (READERS) {
		int one, two;

		queued_read_lock();
		one = READ_ONCE(first);
		two = READ_ONCE(second);
		queued_read_unlock();
		CHECK(one == two, "CPU %d reads %d and %d under the lock", CPU, one, two);
	}
}

THREADS(writer, NR_WRITERS)
{
	int next;

	queued_write_lock();
	next = READ_ONCE(first) + 1;
	WRITE_ONCE(first, next);
	WRITE_ONCE(second, next);
	queued_write_unlock();
}

REACHABLE("a reader has waited for the writer", reader_has_waited || !READERS);
FINALLY("no change is lost", first == NR_WRITERS && second == NR_WRITERS);
FINALLY("the lock is free", atomic_read(&cnts) == 0);

SCENARIO(qrwlock, HOLDS);
SCENARIO(qrwlock_tso, HOLDS, MEMORY = tso);
SCENARIO(qrwlock_arm64, HOLDS, MEMORY = arm64);
SCENARIO(two_readers, HOLDS, NR_READERS = 2);
SCENARIO(two_writers, HOLDS, NR_WRITERS = 2);
SCENARIO(two_writers_arm64, HOLDS, READERS = false, NR_WRITERS = 2, MEMORY = arm64);
SCENARIO(no_release_arm64, VIOLATED, UNLOCK_RELEASES = false, MEMORY = arm64);
SCENARIO(no_acquire_arm64, VIOLATED, LOCK_ACQUIRES = false, MEMORY = arm64);

SURVIVES("it belongs to the variant without acquire or release, which is violated with or without the change",
	 "reader: return LOCK_ACQUIRES ? atomic_add_return_acquire(_QR_BIAS, &cnts) : ato…: left out",
	 "writer: return LOCK_ACQUIRES ? atomic_cmpxchg_acquire(&cnts, old, _QW_LOCKED) =…: left out",
	 "reader: WAIT_UNTIL(!(atomic_read(&cnts) & _QW_LOCKED));: does not wait",
	 "reader: atomic_sub(_QR_BIAS, &cnts);: left out",
	 "writer: atomic_andnot(_QW_LOCKED, &cnts);: left out");
SURVIVES("the slow path is right for everybody",
	 "reader: if (add_reader() & _QW_WMASK): always taken",
	 "writer: if (atomic_read(&cnts) == 0): never taken");
SURVIVES("wait_lock queues; cnts decides who has the lock, and orders its accesses: checked under arm64 with two writers",
	 "reader: spin_lock(&wait_lock);: relaxed, not acquire",
	 "reader: spin_unlock(&wait_lock);: relaxed, not release",
	 "writer: spin_lock(&wait_lock);: after 'if (!(atomic_read(&cnts) == 0 && take(0)))'",
	 "writer: spin_lock(&wait_lock);: relaxed, not acquire",
	 "writer: spin_unlock(&wait_lock);: relaxed, not release");
SURVIVES("the cmpxchg decides, and is tried again",
	 "writer: if (atomic_read(&cnts) == 0): always taken",
	 "writer: WAIT_UNTIL(atomic_read(&cnts) == _QW_WAITING);: does not wait");
SURVIVES("the order of the two values is no part of the lock",
	 "reader: one = READ_ONCE(first);: after 'two = READ_ONCE(second);'",
	 "writer: WRITE_ONCE(first, next);: after 'WRITE_ONCE(second, next);'");
