/** Runs litmus files and says what came out. */
import { readFileSync } from 'node:fs';
import type { MemoryModelName } from '../checker/language/memory-name.ts';
import { LitmusError } from '../checker/litmus/litmus-test.ts';
import { printLitmus } from '../checker/litmus/print.ts';
import type { LitmusResult } from '../checker/litmus/run.ts';
import { runLitmus } from '../checker/litmus/run.ts';
import { wrongUse } from './exit-code.ts';
import { print } from './output.ts';
import { UsageError } from './usage-error.ts';

/**
 * Exit code 0 when every condition is as its file asks, 1 when one is not, 2 when a file cannot be run; a file that
 * cannot does not keep the others from running.
 */
export function runLitmusFiles(files: readonly string[], memory: MemoryModelName): void {
  const results = files.map((file) => resultOf(file, memory));
  if (results.includes(null)) process.exitCode = wrongUse;
  else process.exitCode = results.every((result) => result?.ok === true) ? 0 : 1;
}

/** Prints the result of a file, or to stderr why there is none. */
function resultOf(path: string, memory: MemoryModelName): LitmusResult | null {
  try {
    const result = runLitmus(readable(path), memory);
    print(printLitmus(result));
    return result;
  } catch (error) {
    if (!(error instanceof LitmusError || error instanceof UsageError)) throw error;
    const what =
      error instanceof LitmusError ? error.message.replace(/^line (\d+)/, `${path}:$1`) : error.message;
    console.error(`racewalk: ${what}`);
    return null;
  }
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${String(code)})`}`,
    );
  }
}
