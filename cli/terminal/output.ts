/** Standard output: its width, its colours, and what happens when nobody can read it. */
import { styleText } from 'node:util';
import { notWritten } from './exit-code.ts';
import { outputError } from './write-file.ts';

export type Style = Parameters<typeof styleText>[0];

/** Text in a style on a terminal, plain in a pipe or where NO_COLOR asks for it. */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });

/** Columns to fill: those of the terminal within reason, 80 in a pipe. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.min(Math.max(process.stdout.columns, 80), 120) : 80;
}

/** Prints all of a result at once. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Says what becomes of output that cannot be written. A reader that has gone, as after `| head`, has had what it wanted: the
 * command goes on in silence, and its exit code is that of the verdict. Everything else ends it with exit code 4.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`racewalk: ${outputError('standard output', error).message}\n`);
    process.exit(notWritten);
  });
  // There is nowhere to say so, and the exit code still says what matters.
  process.stderr.on('error', () => undefined);
}
