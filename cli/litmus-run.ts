/** Runs litmus files and says what came out. */
import { readFileSync } from 'node:fs';
import { executionSvg } from '../checker/export/execution-svg.ts';
import type { LitmusAnswer } from '../checker/export/litmus-page.ts';
import { litmusPage } from '../checker/export/litmus-page.ts';
import type { Explanation } from '../checker/litmus/explanation.ts';
import { explanationOf, machineRunOf } from '../checker/litmus/explanation.ts';
import type { LitmusModel } from '../checker/litmus/litmus-model.ts';
import { modelTitle } from '../checker/litmus/litmus-model.ts';
import { pictureOf } from '../checker/litmus/lkmm/picture.ts';
import { LitmusError, LitmusLimit } from '../checker/litmus/litmus-test.ts';
import { explanationLines } from '../checker/litmus/lkmm/explanation-text.ts';
import type { Shown } from '../checker/litmus/lkmm/why.ts';
import { observation, printLitmus } from '../checker/litmus/print.ts';
import type { LitmusResult, RunStep } from '../checker/litmus/run.ts';
import { runLitmus } from '../checker/litmus/run.ts';
import type { Bounds } from '../checker/language/memory-name.ts';
import { compareLitmusFiles } from './litmus-compare.ts';
import { inconclusive, wrongUse } from './exit-code.ts';
import { say } from './help.ts';
import { outputWidth, print } from './output.ts';
import { UsageError } from './usage-error.ts';
import { checkWritable, writeWhole } from './write-file.ts';

export interface LitmusRunOptions {
  readonly memory: LitmusModel;
  readonly storeBuffer?: number | null;
  readonly oldValues?: number | null;
  /** In seconds, for each file. */
  readonly timeout?: number;
  readonly allStates?: true;
  readonly explain?: boolean;
  readonly herd?: true;
  readonly compare?: true;
  readonly html?: string;
}

/**
 * Exit code 0 when every condition is as its file asks, 1 when one is not, 2 when a file cannot be run, 3 when a run
 * was cut short; such a file does not keep the others from running.
 *
 * Throws  OutputError when the page cannot be written.
 */
export async function runLitmusFiles(files: readonly string[], options: LitmusRunOptions): Promise<void> {
  if (options.herd === true && options.memory !== 'lkmm')
    throw new UsageError(
      `--herd counts executions: it goes with --memory lkmm, and not with ${options.memory}`,
    );
  if (options.compare === true) return compareLitmusFiles(files, options);
  if (options.html !== undefined) checkWritable(options.html);
  const codes: number[] = [];
  const pages: LitmusAnswer[] = [];
  for (const [at, file] of files.entries()) {
    showProgress(`${at + 1} of ${files.length}: ${file}`, files.length);
    codes.push(answer(file, options, { isOnly: files.length === 1, pages }));
    // Signals and the screen get their turn.
    await new Promise(setImmediate);
  }
  if (options.html !== undefined) writeWhole(options.html, litmusPage(pages));
  process.exitCode = [wrongUse, inconclusive].find((code) => codes.includes(code)) ?? Math.max(...codes);
}

const eraseLine = '\r\u001B[K';

/** A line on a terminal; nothing in a pipe, and nothing for one file. */
export function showProgress(line: string, files: number): void {
  const { isTTY, columns } = process.stderr;
  if (isTTY && files > 1) process.stderr.write(eraseLine + line.slice(0, Math.max(columns - 1, 20)));
}

export const clearProgress = () => {
  if (process.stderr.isTTY) process.stderr.write(eraseLine);
};

/** Prints the result of a file, or to stderr why there is none; returns the exit code. */
function answer(
  path: string,
  options: LitmusRunOptions,
  { isOnly, pages }: { readonly isOnly: boolean; readonly pages: LitmusAnswer[] },
): number {
  try {
    const result = resultOf(path, options);
    clearProgress();
    print(printLitmus(result, { asHerd: options.herd === true }));
    // One file that says yes shows how; what is forbidden takes longer to explain.
    const { herd, explain = herd !== true && isOnly && result.positive > 0 } = options;
    if (explain || options.html !== undefined) {
      const explanation = explanationOf(result, deadline(options.memory, options));
      const text = explanationText(result, explanation, options);
      if (explain) print(text);
      if (options.html !== undefined) pages.push(pageOf(path, result, { text, shown: explanation.shown }));
    }
    return result.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof LitmusError || error instanceof UsageError)) throw error;
    const what =
      error instanceof LitmusError ? error.message.replace(/^line (\d+)/, `${path}:$1`) : error.message;
    clearProgress();
    say(what);
    return error instanceof LitmusLimit ? inconclusive : wrongUse;
  }
}

const resultOf = (path: string, options: LitmusRunOptions): LitmusResult =>
  runLitmus(readable(path), options.memory, {
    counts: options.herd === true,
    allStates: options.allStates === true,
    bounds: boundsOf(options),
    tick: deadline(options.memory, options),
  });

/** The bounds of a machine that the options raise. */
export const boundsOf = ({
  storeBuffer,
  oldValues,
}: Pick<LitmusRunOptions, 'storeBuffer' | 'oldValues'>): Bounds => ({
  storeBuffer: storeBuffer ?? null,
  oldValues: oldValues ?? null,
});

/** Throws a LitmusLimit when the time is over that a file has, from now on. */
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

/** An execution that shows the verdict of lkmm, or a run of the machine; and the run of a machine where it is asked for. */
function explanationText(
  result: LitmusResult,
  { title, shown, run }: Explanation,
  options: LitmusRunOptions,
): string {
  const lines = [title];
  if (run !== null) lines.push(...stepLines(run));
  if (shown !== null) lines.push('', ...explanationLines(shown, outputWidth()));
  const reached =
    shown !== null && options.explain === true
      ? machineRunOf(result, (memory) => deadline(memory, options))
      : null;
  if (reached !== null) lines.push('', reached.title, ...stepLines(reached.run));
  return [...lines, ''].join('\n');
}

const stepLines = (run: readonly RunStep[]) => run.map(({ process, text }) => `  ${process}: ${text}`);

function pageOf(
  path: string,
  result: LitmusResult,
  { text, shown }: { readonly text: string; readonly shown: Shown | null },
): LitmusAnswer {
  const { test, memory } = result;
  return {
    name: test.name,
    verdict: `${test.conditionText}: ${observation(result)} under ${modelTitle(memory)}`,
    source: readable(path),
    text: [printLitmus(result), text].join('\n'),
    svg: shown === null ? null : executionSvg(pictureOf(shown), test.name),
  };
}

/** What hinders a file from being read, by the system's word for it. */
const causes: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory: name the files in it, as in DIRECTORY/*.litmus',
  EACCES: 'you may not read it',
};

export function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${causes[code] ?? `it cannot be read (${code})`}`);
  }
}
