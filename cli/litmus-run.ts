/** Runs litmus files and says what came out. */
import { readFileSync } from 'node:fs';
import type { MemoryModelName } from '../checker/language/memory-name.ts';
import { LitmusError, LitmusLimit } from '../checker/litmus/litmus-test.ts';
import { printLitmus } from '../checker/litmus/print.ts';
import { runLitmus } from '../checker/litmus/run.ts';
import { inconclusive, wrongUse } from './exit-code.ts';
import { print } from './output.ts';
import { UsageError } from './usage-error.ts';

/**
 * Exit code 0 when every condition is as its file asks, 1 when one is not, 2 when a file cannot be run, 3 when a run
 * was cut short; such a file does not keep the others from running.
 */
export function runLitmusFiles(files: readonly string[], memory: MemoryModelName): void {
  const codes = files.map((file) => exitCodeOf(file, memory));
  process.exitCode = [wrongUse, inconclusive].find((code) => codes.includes(code)) ?? Math.max(...codes);
}

/** Prints the result of a file, or to stderr why there is none. */
function exitCodeOf(path: string, memory: MemoryModelName): number {
  try {
    const result = runLitmus(readable(path), memory);
    print(printLitmus(result));
    return result.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof LitmusError || error instanceof UsageError)) throw error;
    const what =
      error instanceof LitmusError ? error.message.replace(/^line (\d+)/, `${path}:$1`) : error.message;
    console.error(`racewalk: ${what}`);
    return error instanceof LitmusLimit ? inconclusive : wrongUse;
  }
}

/** What hinders a file from being read, by the system's word for it. */
const causes: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory: name the files in it, as in DIRECTORY/*.litmus',
  EACCES: 'you may not read it',
};

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${causes[code] ?? `it cannot be read (${code})`}`);
  }
}
