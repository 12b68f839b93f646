/** Reads files that the user names. */
import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** Messages by error code. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOENT: 'no such file',
  ENOTDIR: 'a component of the path is not a directory',
};

/** Throws  UsageError; `more` adds to the cause, by error code. */
export function readText(path: string, more: Readonly<Record<string, string>> = {}): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${causes[code] ?? `cannot be read (${code})`}${more[code] ?? ''}`);
  }
}

/** Throws  UsageError, also where the file, which should be `what`, is no JSON. */
export function readJson(path: string, what: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not ${what}: not JSON`);
  }
}
