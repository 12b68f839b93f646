/** Makes directories. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory, and those around it that are missing. With `recursive`, Node never returns where a file system
 * answers ENOENT because it takes no new directory, as /proc does.
 *
 * Throws  the system's error.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const around = dirname(path);
    if (code !== 'ENOENT' || around === path || existsSync(around)) throw error;
    makeFolder(around);
    makeFolder(path);
  }
}
