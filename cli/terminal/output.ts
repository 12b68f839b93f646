/** Standard output: width, colours and write errors. */
import { styleText } from 'node:util';
import { notWritten } from './exit-code.ts';
import { outputError } from './write-file.ts';

export type Style = Parameters<typeof styleText>[0];

/** Styled text on a terminal, plain text in a pipe or with NO_COLOR. */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });

/** Columns: 80 to 120 on a terminal, 80 in a pipe. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.min(Math.max(process.stdout.columns, 80), 120) : 80;
}

/** Prints a complete result. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Handles write errors. A closed pipe, as after `| head`, is ignored, and the exit code is that of the verdict. Any
 * other error ends the command with exit code 4.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`racewalk: ${outputError('standard output', error).message}\n`);
    process.exit(notWritten);
  });
  // Nothing is left to print to; the exit code remains.
  process.stderr.on('error', () => undefined);
}
