/** `racewalk litmus --compare`: the verdicts of all memory models in a table. */
import { tableText } from '../terminal/table.ts';
import { litmusModels, type LitmusModel } from '../../checker/litmus/litmus-model.ts';
import type { AcquireName } from '../../checker/language/memory-name.ts';
import { LitmusError, LitmusLimit } from '../../checker/litmus/litmus-test.ts';
import { observation } from '../../checker/litmus/print.ts';
import { defaultLitmus, runLitmus, type LitmusResult } from '../../checker/litmus/run.ts';
import { inconclusive, usageFailure } from '../terminal/exit-code.ts';
import { boundsOf, clearProgress, deadline, readable, showProgress } from './files.ts';
import { print } from '../terminal/output.ts';
import { UsageError } from '../terminal/usage-error.ts';

interface TableCell {
  readonly text: string;
  readonly code: number;
}

interface LitmusCompareOptions {
  readonly timeout?: number;
  readonly storeBuffer?: number | null;
  readonly acquire?: AcquireName;
}

/** Exit code 0; 2 if a file cannot be run; 3 if a limit is reached. */
export async function compareLitmusFiles(
  files: readonly string[],
  options: LitmusCompareOptions,
): Promise<void> {
  const rows: (readonly TableCell[])[] = [];
  for (const [at, file] of files.entries()) {
    showProgress(`${at + 1} of ${files.length}: ${file}`, files.length);
    rows.push(rowOf(file, options));
    await new Promise(setImmediate);
  }
  clearProgress();
  const shortNames = namesOf(files);
  const cells = rows.flat();
  const count = (sign: string) => rows.filter((row) => row.some(({ text }) => text.endsWith(sign))).length;
  print(
    [
      tableText(
        [
          ['file', ...litmusModels],
          ...rows.map((row, at) => [shortNames[at]!, ...row.map(({ text }) => text.padEnd(10))]),
        ],
        { gap: '  ' },
      ),
      '',
      ...(count('<') > 0
        ? [
            `<  fewer final states than lkmm allows (${count('<')} of ${files.length} files): another architecture may reach the others`,
          ]
        : []),
      ...(count('>') > 0
        ? [
            `>  a final state that lkmm forbids (${count('>')} of ${files.length} files): this machine is weaker than lkmm`,
          ]
        : []),
      ...(cells.some(({ code }) => code === usageFailure)
        ? ['-  cannot be run: "racewalk litmus --memory MODEL FILE" prints the reason']
        : []),
    ].join('\n'),
  );
  process.exitCode = Math.max(...cells.map(({ code }) => code));
}

function rowOf(file: string, options: LitmusCompareOptions): readonly TableCell[] {
  const results = litmusModels.map((memory) => resultOf(file, memory, options));
  const [kernel] = results;
  return results.map((result, at): TableCell => {
    if (typeof result === 'string')
      return { text: result, code: result === '-' ? usageFailure : inconclusive };
    const sign = at === 0 || typeof kernel !== 'object' ? '' : signOf(result, kernel);
    return { text: `${observation(result)}${sign}`, code: 0 };
  });
}

/** Compares final states: `<` some are missing, `>` some are additional. */
function signOf(machine: LitmusResult, kernel: LitmusResult): string {
  if (!kernel.isComplete) return '';
  const allowed = new Set(kernel.states.map((row) => JSON.stringify(row)));
  const reached = machine.states.map((row) => JSON.stringify(row));
  if (reached.some((row) => !allowed.has(row))) return ' >';
  return reached.length < allowed.size ? ' <' : '';
}

function resultOf(file: string, memory: LitmusModel, options: LitmusCompareOptions): LitmusResult | string {
  try {
    return runLitmus(readable(file), memory, {
      ...defaultLitmus,
      bounds: boundsOf(options),
      ...(options.acquire === undefined ? {} : { acquire: options.acquire }),
      tick: deadline(memory, options),
    });
  } catch (error) {
    if (error instanceof LitmusLimit) return 'undecided';
    if (error instanceof LitmusError || error instanceof UsageError) return '-';
    throw error;
  }
}

/** File names without their common directory. */
function namesOf(files: readonly string[]): readonly string[] {
  const folders = files.map((file) => file.slice(0, file.lastIndexOf('/') + 1));
  const isOne = new Set(folders).size === 1;
  return files.map((file, at) => (isOne ? file.slice(folders[at]!.length) : file).replace(/\.litmus$/, ''));
}
