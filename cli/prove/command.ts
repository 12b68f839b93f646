/** `racewalk prove`: is this variant of a protocol safe for any number of CPUs, and of ptes? */
import type { ProveOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { checkSweepOptions, withSweepOptions } from '../sweep/options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function proveCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(program.command('prove'))
        .description(
          'prove a variant for any number of CPUs and ptes, or print the race, or the reason why neither is found',
        )
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .option(
          '--any <options>',
          'comma-separated options to prove for any number (default: as many of them as possible)',
        )
        .option('--all', 'prove every scenario (of MODEL, or of all models) that declares a proof')
        .option('--certificate <file>', 'write the proof for "racewalk verify"')
        .option('--json', 'print one JSON object (docs/reference/prove-output.schema.json)')
        .option('--quiet', 'print only the verdict line')
        .option(
          '--max-states <number>',
          'limit on the number of states when small numbers are checked',
          wholeNumber,
        )
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .usage('MODEL|FILE [--any cpus,ptes] [options] [--memory sc|tso|pso] [model options]')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: ProveOptions, command: Command) => {
          if (options.json === true && options.quiet === true)
            throw new UsageError('--json and --quiet cannot be combined');
          if (options.all === true) {
            if (options.certificate !== undefined || options.any !== undefined)
              throw new UsageError('--all cannot be combined with --any or --certificate');
            const { proveAll } = await import('./all.ts');
            return await proveAll(name ?? null, name === undefined ? [] : command.args.slice(1), options);
          }
          checkSweepOptions(options, false);
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const { proveModel } = await import('./run.ts');
          await proveModel(name, command.args.slice(1), options);
        }),
      {
        0: 'proved',
        1: 'refuted: a check of a small number found a race',
        3: 'not proved',
      },
    ),
    [
      ['racewalk prove gup-fast-vs-collapse --sync-ipi', 'any number of CPUs and ptes'],
      ['racewalk prove gup-fast-vs-unmap/recheck --any cpus', 'any number of CPUs only'],
      ['racewalk prove --all', 'every declared proof'],
    ],
  );
}
