/** Runs litmus files and says what came out. */
import { readFileSync } from 'node:fs';
import type { LitmusModel } from '../checker/litmus/litmus-model.ts';
import { LitmusError, LitmusLimit } from '../checker/litmus/litmus-test.ts';
import { explanationLines } from '../checker/litmus/lkmm/explanation-text.ts';
import { showOf } from '../checker/litmus/lkmm/why.ts';
import { printLitmus, printState } from '../checker/litmus/print.ts';
import { holds, valuesOf } from '../checker/litmus/proposition.ts';
import type { FinalState, LitmusResult } from '../checker/litmus/run.ts';
import { defaultLitmus, runLitmus, runTest } from '../checker/litmus/run.ts';
import type { Bounds } from '../checker/language/memory-name.ts';
import { memoryModelNames } from '../checker/language/memory-name.ts';
import { compareLitmusFiles } from './litmus-compare.ts';
import { inconclusive, wrongUse } from './exit-code.ts';
import { say } from './help.ts';
import { outputWidth, print } from './output.ts';
import { UsageError } from './usage-error.ts';

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
}

/**
 * Exit code 0 when every condition is as its file asks, 1 when one is not, 2 when a file cannot be run, 3 when a run
 * was cut short; such a file does not keep the others from running.
 */
export async function runLitmusFiles(files: readonly string[], options: LitmusRunOptions): Promise<void> {
  if (options.herd === true && options.memory !== 'lkmm')
    throw new UsageError(
      `--herd counts executions: it goes with --memory lkmm, and not with ${options.memory}`,
    );
  if (options.compare === true) return compareLitmusFiles(files, options);
  const codes: number[] = [];
  for (const [at, file] of files.entries()) {
    showProgress(`${at + 1} of ${files.length}: ${file}`, files.length);
    codes.push(answer(file, options, files.length === 1));
    // Signals and the screen get their turn.
    await new Promise(setImmediate);
  }
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
function answer(path: string, options: LitmusRunOptions, isOnly: boolean): number {
  try {
    const result = resultOf(path, options);
    clearProgress();
    print(printLitmus(result, { asHerd: options.herd === true }));
    // One file that says yes shows how; what is forbidden takes longer to explain.
    const { herd, explain = herd !== true && isOnly && result.positive > 0 } = options;
    if (explain) print(explanationOf(result, options).join('\n'));
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

/** An execution that shows the verdict of lkmm, or a run of the machine. */
function explanationOf(result: LitmusResult, options: LitmusRunOptions): readonly string[] {
  const { test, memory, observed, states } = result;
  const condition = test.conditionText.replace(/^(?:not )?~?\s*(?:exists|forall)\s*/, '');
  const row = states.find((one) => holds(test.condition, valuesOf(observed, one)));
  const ending = row === undefined ? '' : printState(result, row);
  if (memory !== 'lkmm') {
    const steps = row === undefined ? null : result.runTo(row);
    if (steps === null) return [`No run of ${memory} makes ${condition} true.`, ''];
    return [
      `A run of ${memory} that ends in ${ending}`,
      ...steps.map((step) => `  ${step.process}: ${step.text}`),
      '',
    ];
  }
  const shown = showOf(test, observed, states);
  if (shown === null) return [`No execution, not even a forbidden one, makes ${condition} true.`, ''];
  const title =
    shown.broken === null
      ? `An execution that ends in ${ending}`
      : `Every execution that makes ${condition} true is forbidden, such as this one:`;
  const reached = row === undefined ? [] : machineRun(result, row, options);
  return [title, '', ...explanationLines(shown, outputWidth()), ...reached, ''];
}

/** The run of the strongest machine that ends so too; nothing where it is not asked for. */
function machineRun({ test }: LitmusResult, row: FinalState, options: LitmusRunOptions): readonly string[] {
  if (options.explain !== true) return [];
  for (const memory of memoryModelNames) {
    try {
      const result = runTest(test, memory, {
        ...defaultLitmus,
        bounds: boundsOf(options),
        tick: deadline(memory, options),
      });
      const steps = result.runTo(row);
      if (steps !== null)
        return [
          '',
          `The machine ${memory} gets there:`,
          ...steps.map((step) => `  ${step.process}: ${step.text}`),
        ];
    } catch (error) {
      if (!(error instanceof LitmusError)) throw error;
      return ['', `The machine ${memory} cannot say whether it gets there: ${error.message}`];
    }
  }
  return ['', 'No machine of racewalk gets there: only another architecture, or a compiler, can.'];
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
