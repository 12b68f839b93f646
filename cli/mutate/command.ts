/** `racewalk mutate`: which lines of a model does nothing depend on? */
import type { MutateOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { withSweepOptions } from '../sweep/options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function mutateCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(withSearchOptions(program.command('mutate')))
        .description('weaken one statement at a time, and list the mutants that no scenario detects')
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .option('--json', 'print one JSON object (docs/reference/mutate-output.schema.json)')
        .option(
          '--max-states <number>',
          'limit on the number of states of each mutant; above it the mutant is undecided',
          wholeNumber,
        )
        .option(
          '--timeout <seconds>',
          'time limit, in seconds; the remaining mutants are undecided',
          positiveSeconds,
        )
        .usage('MODEL|FILE [options] [--memory sc|tso|pso|arm64] [model options]')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: MutateOptions, command: Command) => {
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const { mutateModel } = await import('./run.ts');
          await mutateModel(name, command.args.slice(1), options);
        }),
      {
        0: 'every surviving mutant is explained in the model',
        1: 'a surviving mutant is not explained, or an explanation is stale',
        3: 'a mutant is undecided: a limit was reached',
      },
    ),
    [
      ['racewalk mutate gup-fast-vs-unmap', 'all scenarios'],
      ['racewalk mutate ./my-protocol.ts --retry', 'one variant'],
    ],
  );
}
