/** Reading, progress and deadlines of litmus files. */
import type { LitmusModel } from '../../checker/litmus/litmus-model.ts';
import type { AcquireName, Bounds } from '../../checker/language/memory-name.ts';
import { LitmusLimit, type LitmusError } from '../../checker/litmus/litmus-test.ts';
import { readText } from '../terminal/read-file.ts';

const eraseLine = '\r\u001B[K';

/** A progress line for several files on a terminal. */
export function showProgress(line: string, files: number): void {
  const { isTTY, columns } = process.stderr;
  if (isTTY && files > 1) process.stderr.write(eraseLine + line.slice(0, Math.max(columns - 1, 20)));
}

export const clearProgress = () => {
  if (process.stderr.isTTY) process.stderr.write(eraseLine);
};

/** The bounds of the memory model. */
export const boundsOf = ({ storeBuffer = null }: Pick<LitmusRunOptions, 'storeBuffer'>): Bounds => ({
  storeBuffer,
});

/** Returns a function that throws a LitmusLimit once the time limit, counted from now, is reached. */
export function deadline(
  memory: LitmusModel,
  { timeout = Infinity }: { readonly timeout?: number },
): () => void {
  const until = performance.now() + timeout * 1_000;
  return () => {
    if (performance.now() > until)
      throw new LitmusLimit(`inconclusive under ${memory}: the limit of ${timeout} seconds was reached`);
  };
}

export const readable = (path: string): string =>
  readText(path, { EISDIR: ': name its files, as in DIRECTORY/*.litmus' });

/** The message of an error in a file, with the name of the file before each line number. */
export const placedMessage = ({ message }: LitmusError, path: string): string =>
  message.replaceAll(/^line (\d+)/gm, `${path}:$1`);

export interface LitmusRunOptions {
  readonly memory: LitmusModel;
  readonly storeBuffer?: number | null;
  readonly acquire?: AcquireName;
  /** In seconds, for each file. */
  readonly timeout?: number;
  readonly allStates?: true;
  readonly explain?: boolean;
  readonly herd?: true;
  readonly compare?: true;
  readonly html?: string;
}
