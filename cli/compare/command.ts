/** `racewalk compare`: every combination of some options, and the smallest sets of fixes that make it safe. */
import type { CompareOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function compareCommand(program: Command): void {
  withExamples(
    withSearchOptions(program.command('compare'))
      .description(
        'check every combination of options: verdicts, costs, and the smallest sets of fixes that suffice',
      )
      .argument('[model]', 'MODEL of the list, or a FILE.ts of your own')
      .option('--vary <options>', 'the options to vary, with commas between; else the machine and all fixes')
      .option('--fix <option=value>', 'keep an option at a value; as good as --option value', collect)
      .option('--no-costs', 'leave out what a variant costs: counting takes longer than the checks')
      .option('--any-cpus [which]', 'prove for any number of CPUs, and of ptes, what holds: all, or smallest')
      .option('--json', 'print one JSON object (docs/reference/compare-output.schema.json)')
      .option('--max-states <number>', 'give up on a variant above so many states', wholeNumber)
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .usage('MODEL|FILE.ts [--vary a,b] [--fix x=y] [--memory sc|tso|pso|weak] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: CompareOptions, command: Command) => {
        if (![undefined, true, 'all', 'smallest'].includes(options.anyCpus))
          throw new UsageError(`--any-cpus takes all or smallest, and not '${String(options.anyCpus)}'`);
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { compareModel } = await import('./run.ts');
        await compareModel(name, command.args.slice(1), options);
      }),
    [
      ['racewalk compare gup-fast-vs-collapse --vary flush,sync-ipi', 'four variants'],
      ['racewalk compare ./my-protocol.ts --no-costs', 'all fixes, verdicts alone'],
      ['racewalk compare gup-fast-vs-collapse --any-cpus smallest', 'and what is proved for any number'],
    ],
  );
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
