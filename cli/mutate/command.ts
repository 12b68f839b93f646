/** `racewalk mutate`: which lines of a model does nothing depend on? */
import type { MutateOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function mutateCommand(program: Command): void {
  withExamples(
    withSearchOptions(program.command('mutate'))
      .description('weaken one statement at a time, and list what no scenario notices')
      .argument('[model]', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
      .option('--json', 'print one JSON object (docs/reference/mutate-output.schema.json)')
      .option('--max-states <number>', 'leave a mutant undecided above so many states', wholeNumber)
      .option('--timeout <seconds>', 'leave the rest undecided after so many seconds', positiveSeconds)
      .usage('MODEL|FILE.ts [options] [--memory sc|tso|pso|weak] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: MutateOptions, command: Command) => {
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { mutateModel } = await import('./run.ts');
        await mutateModel(name, command.args.slice(1), options);
      }),
    [
      ['racewalk mutate gup-fast-vs-unmap', 'all scenarios'],
      ['racewalk mutate ./my-protocol.ts --retry', 'one variant'],
    ],
  );
}
