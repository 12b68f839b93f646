/** `racewalk export`: a model, its states or a trace, for other programs. */
import { formatNames, formatOf, formatsWith, type ExportFormat } from '../../checker/export/formats.ts';
import type { ExportOptions } from './run.ts';
import type { Command } from 'commander';
import { eitherOf } from '../../checker/language/option.ts';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function exportCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSearchOptions(program.command('export'))
        .description('write a variant, or the trace of its race, in the format of another program')
        .argument(
          '[model]',
          'a MODEL or MODEL/SCENARIO from "racewalk list", your own FILE.ts or FILE.c, a saved TRACE.json, or a FILE.litmus',
        )
        .requiredOption(
          '--to <format>',
          `of a variant: ${described([...formatsWith('ofVariant'), ...formatsWith('ofGraph')])}; ` +
            `of a trace: ${described(formatsWith('ofTrace'))}; ` +
            `of a litmus test: ${formatsWith('ofExecution').join(', ')} (an execution under lkmm)`,
          format,
        )
        .option('--output <file>', 'write to a file (default: standard output)')
        .option('--witness <name>', 'export the shortest run that reaches this witness instead of the race')
        .option('--max-states <number>', 'limit on the number of states (default for dot: 500)', wholeNumber)
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .usage(
          'MODEL|FILE|TRACE.json|FILE.litmus --to FORMAT [--memory sc|tso|pso|arm64|lkmm] [model options]',
        )
        .allowUnknownOption()
        .allowExcessArguments()
        .action(async (name: string | undefined, options: ExportOptions, command: Command) => {
          if (name === undefined || name.startsWith('-'))
            throw new UsageError('missing MODEL: name it first ("racewalk list" prints all models)');
          const { exportOne } = await import('./run.ts');
          await exportOne(name, command.args.slice(1), options);
        }),
      {
        0: 'written',
        1: 'no such trace exists: the variant holds, or never reaches the witness',
        3: 'inconclusive: a limit was reached',
      },
    ),
    [
      ['racewalk export gup-fast-vs-collapse --to svg --output race.svg', 'a picture'],
      ['racewalk export peterson --to promela', 'for Spin'],
    ],
  );
}

const described = (names: readonly ExportFormat[]) =>
  names.map((name) => `${name} (${formatOf(name).description})`).join(', ');

function format(text: string): ExportFormat {
  const found = formatNames.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `invalid --to '${text}': expected ${eitherOf(formatNames)}${didYouMean(text, formatNames)}`,
  );
}
