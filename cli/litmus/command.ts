/** `racewalk litmus`: runs litmus tests. */
import type { Command } from 'commander';
import { litmusModels, type LitmusModel } from '../../checker/litmus/litmus-model.ts';
import { acquireOption, boundOptions, replacedMemory } from '../../checker/language/memory-name.ts';
import { eitherOf, useInstead } from '../../checker/language/option.ts';
import { acquireOf, numberOf } from '../options/model-options.ts';
import { positiveSeconds } from '../options/limits.ts';
import type { LitmusRunOptions } from './files.ts';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function litmusCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('litmus')
        .description("run litmus tests in the kernel's C format, and print the verdicts in herd's format")
        .argument('<file...>', 'litmus files')
        .option(
          '--memory <model>',
          "memory model: lkmm (the kernel's own), sc, tso, pso or arm64 (docs/guide/memory-models.md)",
          memoryModel,
          'lkmm',
        )
        .option('--store-buffer <stores>', boundOptions.storeBuffer.description, (text) =>
          numberOf('storeBuffer', text),
        )
        .option('--acquire <instruction>', acquireOption.description, acquireOf)
        .option('--timeout <seconds>', 'time limit for each file, in seconds', positiveSeconds)
        .option('--all-states', 'find all final states, even after the verdict is known')
        .option('--explain', 'print an execution if the condition is allowed, or the cycle that forbids it')
        .option('--herd', "print exactly herd's lines, with its counts of executions")
        .option(
          '--html <file>',
          'write the results and pictures of executions as an HTML page without scripts',
        )
        .option('--compare', 'print a table of the verdicts of all memory models')
        .action(async (files: readonly string[], options: LitmusRunOptions) => {
          const { runLitmusFiles } = await import('./run.ts');
          await runLitmusFiles(files, options);
        }),
      {
        0: 'the condition of every file is satisfied',
        1: 'the condition of a file is not satisfied',
        2: 'usage error, or a file cannot be run',
        3: 'inconclusive: a limit was reached',
      },
    ),
    [
      ['racewalk litmus MP.litmus SB.litmus', "two files under the kernel's memory model"],
      ['racewalk litmus SB.litmus --explain', 'with an execution, or the cycle that forbids it'],
      ['racewalk litmus *.litmus --compare', 'all memory models in one table'],
    ],
  );
}

function memoryModel(text: string): LitmusModel {
  const name = litmusModels.find((other) => other === text);
  if (name !== undefined) return name;
  const replacement = replacedMemory[text];
  if (replacement !== undefined)
    throw new UsageError(`invalid --memory '${text}': ${useInstead(replacement)}`);
  const hint = didYouMean(text, litmusModels);
  throw new UsageError(`invalid --memory '${text}': expected ${eitherOf(litmusModels)}${hint}`);
}
