/** Files that commands write: a file is written whole, or it stays as it was. */
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

/** Why output cannot be written, by the system's word for it. */
const causes: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is exceeded',
  EEXIST: 'a part of its path is no folder',
  EFBIG: 'it would be larger than a file may be here ("ulimit -f" sets a limit)',
  EIO: 'the device reports an error',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'its folder does not exist',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of its path is no folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/** The error as one sentence about `what`, such as a path. */
export function outputError(what: string, error: unknown): OutputError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return new OutputError(`${what} cannot be written: ${causes[code] ?? code}`, { cause: error });
}

/** Whether an error of the system says that something could not be written. */
export const isOutputFailure = (error: unknown): boolean =>
  error instanceof Error && ((error as NodeJS.ErrnoException).code ?? '') in causes;

/**
 * Finds out before the work begins whether its result will have a place; the file stays as it is.
 *
 * Throws  OutputError where it will not.
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
 * Writes a file aside, in the same folder, and gives it its name when it is complete. A symbolic link is followed; a
 * device or a pipe is written as it is.
 *
 * Throws  OutputError; the file is then as it was before, and nothing is left beside it.
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
  /** A device or a pipe, which has no content that could survive. */
  readonly special: boolean;
  readonly mode: number;
}

const usualMode = 0o666;

function targetOf(path: string): OutputFile {
  const there = statOf(path);
  if (there === null) return { file: behindLink(path), special: false, mode: usualMode };
  if (there.isDirectory()) throw Object.assign(new Error(path), { code: 'EISDIR' });
  // /dev/stdout may lead to a file that the shell has opened: replacing it would take it from under the shell.
  if (!there.isFile() || /^\/(?:dev|proc)\//.test(resolve(path)))
    return { file: path, special: true, mode: usualMode };
  // Renaming would replace a file that may not be written.
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

/** Where a link leads whose target is yet to be written, else the path itself. */
function behindLink(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

function openedAside(file: string, mode = usualMode) {
  const aside = join(dirname(file), `.racewalk-${process.pid}.tmp`);
  const descriptor = openSync(aside, 'wx', mode);
  return { aside, descriptor };
}
