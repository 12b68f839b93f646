/** Writes files atomically. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Output that cannot be written; the command ends with exit code 4. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Messages by error code. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'a component of the path is not a directory',
  EFBIG: 'file too large ("ulimit -f" sets the limit)',
  EIO: 'input/output error',
  EISDIR: 'is a directory',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'its directory does not exist',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a component of the path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'read-only file system',
};

/** The cause of a system error, in words. */
export function causeOf(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return causes[code] ?? code;
}

/** The error as a message about `what`, such as a path. */
export const outputError = (what: string, error: unknown): OutputError =>
  new OutputError(`cannot write ${what}: ${causeOf(error)}`, { cause: error });

/** Whether an error is a system error of writing. */
export const isOutputFailure = (error: unknown): boolean =>
  error instanceof Error && ((error as NodeJS.ErrnoException).code ?? '') in causes;

/**
 * Checks before a long computation that its result can be written; the file does not change.
 *
 * Throws  OutputError if it cannot.
 */
export function checkWritable(path: string): void {
  try {
    const target = targetOf(path);
    if (target.special) return;
    const { aside, descriptor } = openedAside(target.file);
    closeSync(descriptor);
    rmSync(aside);
  } catch (error) {
    throw outputError(path, error);
  }
}

/**
 * Writes a temporary file in the same directory and renames it. Follows symbolic links; writes directly to devices and
 * pipes.
 *
 * Throws  OutputError; the file is then unchanged, and the temporary file is removed.
 */
export function writeWhole(path: string, text: string): void {
  try {
    const { file, special, mode } = targetOf(path);
    if (special) return writeFileSync(file, text);
    const { aside, descriptor } = openedAside(file, mode);
    try {
      try {
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(aside, file);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
  } catch (error) {
    throw outputError(path, error);
  }
}

interface OutputFile {
  readonly file: string;
  /** A device or a pipe. */
  readonly special: boolean;
  readonly mode: number;
}

const usualMode = 0o666;

function targetOf(path: string): OutputFile {
  const there = statOf(path);
  if (there === null) return { file: behindLink(path), special: false, mode: usualMode };
  if (there.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
  // /dev/stdout may be a file that the shell has open, which must not be replaced.
  if (!there.isFile() || /^\/(?:dev|proc)\//.test(resolve(path)))
    return { file: path, special: true, mode: usualMode };
  // A rename would replace a read-only file, too.
  closeSync(openSync(path, 'r+'));
  return { file: realpathSync(path), special: false, mode: there.mode & 0o777 };
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The target of a dangling link, else the path itself. */
function behindLink(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

function openedAside(file: string, mode = usualMode) {
  const aside = join(dirname(file), `.racewalk-${process.pid}.tmp`);
  const descriptor = openSync(aside, 'wx', mode);
  return { aside, descriptor };
}
