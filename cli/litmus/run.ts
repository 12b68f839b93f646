/** Runs `racewalk litmus`. */
import {
  boundsOf,
  clearProgress,
  deadline,
  placedMessage,
  readable,
  showProgress,
  type LitmusRunOptions,
} from './files.ts';
import { executionSvg } from '../../checker/export/litmus/execution-svg.ts';
import { litmusPage, type LitmusAnswer } from '../../checker/export/litmus/litmus-page.ts';
import { explanationOf, machineRunOf, type Explanation } from '../../checker/litmus/explanation.ts';
import { modelTitle } from '../../checker/litmus/litmus-model.ts';
import { pictureOf } from '../../checker/litmus/lkmm/picture.ts';
import { LitmusError, LitmusLimit } from '../../checker/litmus/litmus-test.ts';
import { explanationLines } from '../../checker/litmus/lkmm/explanation-text.ts';
import type { ShownExecution } from '../../checker/litmus/lkmm/why.ts';
import { observation, printLitmus } from '../../checker/litmus/print.ts';
import { runLitmus, type LitmusResult, type RunStep } from '../../checker/litmus/run.ts';
import { compareLitmusFiles } from './compare.ts';
import { loadGrammar } from '../model-files/load-grammar.ts';
import { inconclusive, usageFailure } from '../terminal/exit-code.ts';
import { say } from '../terminal/help.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkWritable, writeWhole } from '../terminal/write-file.ts';

/**
 * Exit code 0 if every condition is satisfied, 1 if one is not, 2 if a file cannot be run, 3 if a limit is reached;
 * the other files run in any case.
 *
 * Throws  OutputError when the page cannot be written.
 */
export async function runLitmusFiles(files: readonly string[], options: LitmusRunOptions): Promise<void> {
  if (options.herd === true && options.memory !== 'lkmm')
    throw new UsageError(
      `--herd cannot be combined with --memory ${options.memory}: it counts the executions of lkmm`,
    );
  await loadGrammar();
  if (options.compare === true) return compareLitmusFiles(files, options);
  if (options.html !== undefined) checkWritable(options.html);
  const codes: number[] = [];
  const pages: LitmusAnswer[] = [];
  for (const [at, file] of files.entries()) {
    showProgress(`${at + 1} of ${files.length}: ${file}`, files.length);
    codes.push(answer(file, options, { isOnly: files.length === 1, pages }));
    // Lets signals and output be handled.
    await new Promise(setImmediate);
  }
  if (options.html !== undefined) writeWhole(options.html, litmusPage(pages));
  process.exitCode = [usageFailure, inconclusive].find((code) => codes.includes(code)) ?? Math.max(...codes);
}

/** Prints the result of a file, or an error to stderr; returns the exit code. */
function answer(
  path: string,
  options: LitmusRunOptions,
  { isOnly, pages }: { readonly isOnly: boolean; readonly pages: LitmusAnswer[] },
): number {
  try {
    const result = resultOf(path, options);
    clearProgress();
    print(printLitmus(result, { asHerd: options.herd === true }));
    // A single file explains itself if its condition is allowed; explaining a forbidden one takes longer.
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
    const what = error instanceof LitmusError ? placedMessage(error, path) : error.message;
    clearProgress();
    say(what);
    return error instanceof LitmusLimit ? inconclusive : usageFailure;
  }
}

const resultOf = (path: string, options: LitmusRunOptions): LitmusResult =>
  runLitmus(readable(path), options.memory, {
    counts: options.herd === true,
    allStates: options.allStates === true,
    bounds: boundsOf(options),
    ...(options.acquire === undefined ? {} : { acquire: options.acquire }),
    tick: deadline(options.memory, options),
  });

/** The execution that shows the verdict of lkmm, or a run of the machine; with --explain, both. */
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
  { text, shown }: { readonly text: string; readonly shown: ShownExecution | null },
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
