/** `racewalk litmus`: the kernel's litmus tests, answered in herd's words. */
import type { Command } from 'commander';
import { withExamples } from './help.ts';
import type { MemoryModelName } from '../checker/language/memory-name.ts';
import { memoryModelNames, memoryOption } from '../checker/language/memory-name.ts';
import { didYouMean } from './spelling.ts';
import { UsageError } from './usage-error.ts';

export function litmusCommand(program: Command): void {
  withExamples(
    program
      .command('litmus')
      .description("run litmus tests of the kernel's C form, and answer in herd's words")
      .argument('<file...>', 'litmus files, one after the other')
      .option(
        '--memory <model>',
        'sc, tso, pso or weak (docs/memory-models.md)',
        memoryModel,
        memoryOption.fallback,
      )
      .action(async (files: readonly string[], { memory }: { readonly memory: MemoryModelName }) => {
        const { runLitmusFiles } = await import('./litmus-run.ts');
        runLitmusFiles(files, memory);
      }),
    [['racewalk litmus MP.litmus SB.litmus --memory tso', 'two files']],
  );
}

function memoryModel(text: string): MemoryModelName {
  const name = memoryModelNames.find((other) => other === text);
  if (name !== undefined) return name;
  const hint = didYouMean(text, memoryModelNames);
  throw new UsageError(`--memory takes one of ${memoryModelNames.join(', ')}, and not '${text}'${hint}`);
}
