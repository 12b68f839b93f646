/** `racewalk expand`: the step of a search that another engine makes. */
import type { Command } from 'commander';
import { say, withExamples, withExitCodes } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { ExpandOptions } from './run.ts';

export function expandCommand(program: Command): void {
  withExamples(
    withExitCodes(
      program
        .command('expand')
        .description(
          'read states from standard input and write their successors and what is wrong in them, for a search by another engine (docs/reference/expand.md)',
        )
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .option('--init', 'write the initial states instead')
        .option('--leads-to <state>', 'write those states that have this successor instead')
        .option(
          '--trace',
          'read a path of states and the line of a finding in its last one, and print the replayed trace',
        )
        .option('--no-symmetry', 'disable symmetry reduction')
        .usage('MODEL|FILE [options] [--memory sc|tso|pso] [model options] < STATES')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: ExpandOptions, command: Command) => {
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const modes = [options.init, options.leadsTo, options.trace].filter((mode) => mode !== undefined);
          if (modes.length > 1) throw new UsageError('--init, --leads-to and --trace cannot be combined');
          const { expandStates } = await import('./run.ts');
          const { toStandardOutput } = await import('./output.ts');
          const { exitCode, message } = await expandStates(name, command.args.slice(1), options, {
            input: process.stdin as AsyncIterable<Uint8Array>,
            write: toStandardOutput,
          });
          process.exitCode = exitCode;
          if (message !== undefined) say(message);
        }),
      {
        0: 'all states up to the last end line are expanded; what is found is among the lines',
        2: 'usage error, invalid model, or a line that is no state of this search: what was written counts for nothing',
        3: 'the input ended early: what was written after the last end line counts for nothing',
      },
    ),
    [
      ['racewalk expand peterson --once --init', 'the initial states'],
      ['racewalk expand peterson --once < level-3.txt > level-4.txt', 'successors of a file of states'],
    ],
  );
}
