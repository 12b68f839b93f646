/** `racewalk export`: a model, its states or a trace, for other programs. */
import { formatNames, formatOf, formatsWith, type ExportFormat } from '../../checker/export/formats.ts';
import type { ExportOptions } from './run.ts';
import type { Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { positiveSeconds, wholeNumber } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function exportCommand(program: Command): void {
  withExamples(
    withSearchOptions(program.command('export'))
      .description('write a variant, or the trace of its race, for another program')
      .argument(
        '[model]',
        'MODEL or MODEL/SCENARIO of the list, a FILE.ts of your own, a saved TRACE.json, or a FILE.litmus',
      )
      .requiredOption(
        '--to <format>',
        `of a variant: ${described([...formatsWith('ofVariant'), ...formatsWith('ofGraph')])}; ` +
          `of a trace: ${described(formatsWith('ofTrace'))}; ` +
          `of a litmus test: ${formatsWith('ofExecution').join(', ')} (an execution under lkmm)`,
        format,
      )
      .option('--output <file>', 'write a file instead of standard output')
      .option('--witness <name>', 'take the shortest run that reaches this witness, not the one that breaks')
      .option('--max-states <number>', 'give up above so many states (dot: 500)', wholeNumber)
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .usage(
        'MODEL|FILE.ts|TRACE.json|FILE.litmus --to FORMAT [--memory sc|tso|pso|weak] [options of the model]',
      )
      .addHelpText(
        'after',
        '\nExit codes: 0 written; 1 there is no such trace, because the variant holds or never gets there;\n' +
          '2 wrong use or a wrong model; 3 a limit was met first.',
      )
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (name: string | undefined, options: ExportOptions, command: Command) => {
        if (name === undefined || name.startsWith('-'))
          throw new UsageError('which model? It comes first; "racewalk list" shows them');
        const { exportOne } = await import('./run.ts');
        await exportOne(name, command.args.slice(1), options);
      }),
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
    `invalid --to '${text}': expected ${formatNames.join(', ')}${didYouMean(text, formatNames)}`,
  );
}
