/** Standard output: its width, its colours, and what happens when nobody reads it. */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Text in a style on a terminal, plain in a pipe or where NO_COLOR asks for it. */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });

/** Columns to fill: those of the terminal within reason, 80 in a pipe. */
export function outputWidth(): number {
  return process.stdout.isTTY ? Math.min(Math.max(process.stdout.columns, 80), 120) : 80;
}

/** Prints all of a result at once, after the exit code is set: a closed pipe must not change that. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Ends quietly, with the exit code that was set, when the reader has gone, as after `| head`. */
export function endQuietlyWhenPipeCloses(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
}
