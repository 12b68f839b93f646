/** `racewalk export`: a model for another checker. */
import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

interface ExportOptions {
  readonly to: string;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .description('print a variant for another checker, state for state')
    .argument('[model]', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
    .requiredOption(
      '--to <language>',
      'promela: for Spin; compile pan with -DSAFETY -DNOREDUCE for equal counts',
    )
    .usage('MODEL|FILE.ts --to promela [--memory sc|tso|pso] [options of the model]')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (name: string | undefined, { to }: ExportOptions, command: Command) => {
      if (name === undefined || name.startsWith('-'))
        throw new UsageError('which model? It comes first; "racewalk list" shows them');
      if (to !== 'promela') throw new UsageError(`--to takes promela, and not '${to}'`);
      const { exportPromela } = await import('./export-promela.ts');
      await exportPromela(name, command.args.slice(1));
    });
}
