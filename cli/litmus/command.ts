/** `racewalk litmus`: the kernel's litmus tests, answered in herd's words. */
import type { Command } from 'commander';
import { litmusModels, type LitmusModel } from '../../checker/litmus/litmus-model.ts';
import { acquireOption, boundOptions } from '../../checker/language/memory-name.ts';
import { acquireOf, numberOf } from '../options/model-options.ts';
import { positiveSeconds } from '../options/limits.ts';
import type { LitmusRunOptions } from './files.ts';
import { withExamples } from '../terminal/help.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function litmusCommand(program: Command): void {
  withExamples(
    program
      .command('litmus')
      .description("run litmus tests of the kernel's C form, and answer in herd's words")
      .argument('<file...>', 'litmus files, one after the other')
      .option(
        '--memory <model>',
        "lkmm, the kernel's own memory model, or sc, tso, pso, weak, arm64 (docs/memory-models.md)",
        memoryModel,
        'lkmm',
      )
      .option('--store-buffer <stores>', boundOptions.storeBuffer.description, (text) =>
        numberOf('storeBuffer', text),
      )
      .option('--old-values <values>', boundOptions.oldValues.description, (text) =>
        numberOf('oldValues', text),
      )
      .option('--acquire <instruction>', acquireOption.description, acquireOf)
      .option('--timeout <seconds>', 'give up on a file after so many seconds', positiveSeconds)
      .option('--all-states', 'search for all final states, where the verdict is known before')
      .option('--explain', 'show an execution for what is allowed, and the cycle that forbids the rest')
      .option('--herd', 'print what herd prints: executions are counted, and nothing is added')
      .option('--html <file>', 'write the answers, with their pictures, as a page without scripts')
      .option('--compare', 'a table: what each memory model says of each file')
      .action(async (files: readonly string[], options: LitmusRunOptions) => {
        const { runLitmusFiles } = await import('./run.ts');
        await runLitmusFiles(files, options);
      }),
    [
      ['racewalk litmus MP.litmus SB.litmus', "the kernel's answer for two files"],
      ['racewalk litmus SB.litmus --explain', 'with the execution, or the cycle that forbids it'],
      ['racewalk litmus *.litmus --compare', 'a table of all memory models'],
    ],
  );
}

function memoryModel(text: string): LitmusModel {
  const name = litmusModels.find((other) => other === text);
  if (name !== undefined) return name;
  const hint = didYouMean(text, litmusModels);
  throw new UsageError(`--memory takes one of ${litmusModels.join(', ')}, and not '${text}'${hint}`);
}
