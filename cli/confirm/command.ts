/** `racewalk confirm`: does another model checker come to the same result? */
import { Option, type Command } from 'commander';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { checkSweepOptions, withSweepOptions } from '../sweep/options.ts';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { ConfirmOptions } from './run.ts';

export function confirmCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(program.command('confirm'))
        .description(
          'check a variant by another model checker: verdicts and counts side by side, its trace mapped back and replayed',
        )
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .addOption(
          new Option('--by <engine>', 'the other model checker')
            .choices(['spin', 'rumur'])
            .makeOptionMandatory(),
        )
        .option('--all', 'confirm every scenario (of MODEL, or of all models)')
        .option('--json', 'print one JSON object (docs/reference/confirm-output.schema.json)')
        .option('--max-states <number>', 'limit on the number of states of racewalk', wholeNumber)
        .option('--timeout <seconds>', 'time limit of each of the two, in seconds', positiveSeconds)
        .usage('MODEL|FILE --by spin|rumur [--memory sc|tso|pso] [model options]')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: ConfirmOptions, command: Command) => {
          const { confirmAll, confirmOne } = await import('./run.ts');
          if (options.all === true)
            return await confirmAll(name ?? null, name === undefined ? [] : command.args.slice(1), options);
          checkSweepOptions(options, false);
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          await confirmOne(name, command.args.slice(1), options);
        }),
      {
        0: 'confirmed; with --all, no scenario differs (those that cannot be exported are listed as refused)',
        1: 'verdicts or counts differ, or the trace of the other is not a run of the model',
        2: 'usage error, invalid model, or one that cannot be exported',
        3: 'inconclusive: one of the two reached a limit',
      },
    ),
    [
      ['racewalk confirm gup-fast-vs-collapse --sync-ipi --by rumur', 'a proof'],
      ['racewalk confirm gup-fast-vs-collapse --by spin', 'a race: its trace is replayed'],
      ['racewalk confirm --all --by rumur --timeout 60', 'every scenario'],
    ],
  );
}
