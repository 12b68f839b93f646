/** `racewalk barriers`: which barriers a protocol needs, and on which machine. */
import type { BarriersOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function barriersCommand(program: Command): void {
  withExamples(
    withSearchOptions(program.command('barriers'))
      .description(
        'try a protocol without each of its barriers: which of them it needs, and on which machine',
      )
      .argument('[model]', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
      .option('--json', 'print one JSON object (docs/reference/barriers-output.schema.json)')
      .option('--max-states <number>', 'give up on a trial above so many states', wholeNumber)
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .usage('MODEL|FILE.ts [options] [--memory MEMORY] [options of the model]')
      .addHelpText(
        'after',
        '\nWithout options of the model, each of its smallest repairs is put on trial; with some, that variant.',
      )
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: BarriersOptions, command: Command) => {
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { barriersOfModel } = await import('./run.ts');
        await barriersOfModel(name, command.args.slice(1), options);
      }),
    [
      ['racewalk barriers ./my-protocol.ts', 'the smallest repairs'],
      ['racewalk barriers gup-fast-vs-collapse --memory weak --sync-ipi', 'one variant'],
    ],
  );
}
