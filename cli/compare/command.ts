/** `racewalk compare`: every combination of some options, and the smallest sets of fixes that make it safe. */
import type { CompareOptions } from './options.ts';
import type { Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { withSweepOptions } from '../sweep/options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function compareCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(withSearchOptions(program.command('compare')))
        .description(
          'check every combination of options: print verdicts, costs, and the smallest sets of fixes that hold',
        )
        .argument('[model]', 'a MODEL from "racewalk list", or your own FILE.ts or FILE.c')
        .argument('[other]', 'another version of it: compare both, their races and their barriers')
        .option(
          '--vary <options>',
          'comma-separated options to vary (default: the machine options and all fixes)',
        )
        .option('--fix <option=value>', 'set an option for all variants, like --option value', collect)
        .option('--no-costs', 'do not count costs, which takes longer than the checks')
        .option(
          '--any-cpus [which]',
          'prove the variants that hold for any number of CPUs and ptes: all of them, or only the smallest',
        )
        .option('--json', 'print one JSON object (docs/reference: compare-output, compare-versions-output)')
        .option('--max-states <number>', 'limit on the number of states of each variant', wholeNumber)
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .usage('MODEL|FILE [MODEL|FILE] [--vary a,b] [--fix x=y] [--memory sc|tso|pso|arm64] [model options]')
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, _: unknown, options: CompareOptions, command: Command) => {
          if (![undefined, true, 'all', 'smallest'].includes(options.anyCpus))
            throw new UsageError(`invalid --any-cpus '${String(options.anyCpus)}': expected all or smallest`);
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const { compareModel } = await import('./run.ts');
          await compareModel(name, command.args.slice(1), options);
        }),
      {
        0: 'every variant is decided, and of two versions every barrier',
        3: 'something is inconclusive: a limit was reached',
      },
    ),
    [
      ['racewalk compare gup-fast-vs-collapse --vary flush,sync-ipi', 'four variants'],
      ['racewalk compare ./my-protocol.ts --no-costs', 'all fixes, without costs'],
      ['racewalk compare gup-fast-vs-collapse --any-cpus smallest', 'with proofs for any number of CPUs'],
      ['racewalk compare before.c after.c --memory tso,arm64', 'two versions of a protocol'],
    ],
  );
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];
