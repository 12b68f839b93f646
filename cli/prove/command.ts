/** `racewalk prove`: is this variant of a protocol safe for any number of CPUs, and of ptes? */
import type { ProveOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function proveCommand(program: Command): void {
  withExamples(
    program
      .command('prove')
      .description(
        'prove a variant for any number of CPUs, and of ptes: or the race, or why neither is known',
      )
      .argument('[model]', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
      .option('--any <options>', 'any number of these, with commas between; else of all that can be proved')
      .option('--all', 'prove every scenario of the list, or of MODEL, that declares it')
      .option('--certificate <file>', 'write the proof for "racewalk verify"')
      .option('--json', 'print one JSON object (docs/reference/prove-output.schema.json)')
      .option('--quiet', 'print the verdict line only')
      .option(
        '--max-states <number>',
        'give up the check of a small number above so many states',
        wholeNumber,
      )
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .usage('MODEL|FILE.ts [--any cpus,ptes] [options] [--memory sc|tso|pso] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: ProveOptions, command: Command) => {
        if (options.json === true && options.quiet === true)
          throw new UsageError('--json and --quiet contradict each other: give one of them');
        if (options.all === true) {
          if (options.certificate !== undefined || options.any !== undefined)
            throw new UsageError(
              '--all proves what the scenarios declare: leave --any and --certificate out',
            );
          const { proveAll } = await import('./all.ts');
          return await proveAll(name ?? null, name === undefined ? [] : command.args.slice(1), options);
        }
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { proveModel } = await import('./run.ts');
        await proveModel(name, command.args.slice(1), options);
      }),
    [
      ['racewalk prove gup-fast-vs-collapse --sync-ipi', 'any number of CPUs and of ptes'],
      ['racewalk prove gup-fast-vs-unmap/recheck --any cpus', 'one option alone'],
      ['racewalk prove --all', 'all that the scenarios declare'],
    ],
  );
}
