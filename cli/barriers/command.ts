/** `racewalk barriers`: which barriers a protocol needs, and on which machine. */
import type { BarriersOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { withSweepOptions } from '../sweep/options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function barriersCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(withSearchOptions(program.command('barriers')))
        .description(
          'remove each barrier in turn: print which barriers the protocol needs under which memory model',
        )
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .option('--json', 'print one JSON object (docs/reference/barriers-output.schema.json)')
        .option('--max-states <number>', 'limit on the number of states of each trial', wholeNumber)
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .usage('MODEL|FILE [options] [--memory sc|tso|pso|arm64] [model options]')
        .addHelpText(
          'after',
          '\nWithout model options, every smallest set of fixes is tried; with model options, that one variant.',
        )
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: BarriersOptions, command: Command) => {
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const { barriersOfModel } = await import('./run.ts');
          await barriersOfModel(name, command.args.slice(1), options);
        }),
      {
        0: 'every trial is decided',
        3: 'a trial is inconclusive: a limit was reached',
      },
    ),
    [
      ['racewalk barriers ./my-protocol.ts', 'the smallest sets of fixes'],
      ['racewalk barriers gup-fast-vs-collapse --memory arm64 --sync-ipi', 'one variant'],
    ],
  );
}
