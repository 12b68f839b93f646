/** The lock of a directory: a file with the process that uses it. One of a process that is dead counts for nothing. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';

/** A process: a number alone may be taken by another one later. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When it began, as the system counts; null where it does not say. */
  readonly began: string | null;
}

const self = (): Holder => ({ pid: process.pid, host: hostname(), began: beganAt(process.pid) });

/** The start of a process in clock ticks since boot, field 22 of its `stat`; its name may have spaces. */
function beganAt(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
    return fields[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Locks a directory for this process; returns what unlocks it.
 *
 * Throws  UsageError where another process has it, a system error where the file cannot be written.
 */
export function lockDirectory(directory: string): () => void {
  const lock = join(directory, 'lock');
  const own = JSON.stringify(self());
  const aside = join(directory, `lock-${process.pid}`);
  writeFileSync(aside, own);
  try {
    while (!linked(aside, lock)) removeIfStale(lock, own);
  } finally {
    rmSync(aside, { force: true });
  }
  return () => {
    if (readOrNull(lock) === own) rmSync(lock, { force: true });
  };
}

/** Gives a file a second name, unless that is taken. */
function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Throws  UsageError where the holder lives, or where nobody can say. */
function removeIfStale(lock: string, own: string): void {
  const text = readOrNull(lock);
  if (text === null || text === own) return rmSync(lock, { force: true });
  const holder = parsed(text);
  if (holder === null) throw new UsageError(`${lock} is no lock of racewalk: remove it if no search uses it`);
  const { pid, host } = holder;
  if (host !== hostname())
    throw new UsageError(`${lock} is held by process ${pid} on ${host}: remove it if that has ended`);
  if (isAlive(holder))
    throw new UsageError(`${lock} is held by process ${pid}: another search uses the directory`);
  // Another process may have replaced it by now: what was removed is looked at again.
  const removed = `${lock}-${process.pid}-stale`;
  renameSync(lock, removed);
  if (readOrNull(removed) === text) return rmSync(removed);
  renameSync(removed, lock);
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return began === null || began === beganAt(pid);
}

function parsed(text: string): Holder | null {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && pid! > 0 && typeof host === 'string'
      ? { pid: pid!, host, began: began ?? null }
      : null;
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
