/** `racewalk check`: is this variant of a protocol safe? */
import type { CheckOptions } from './run.ts';
import { Option, type Command } from 'commander';
import { withExamples } from '../terminal/help.ts';
import { wholeNumber, positiveSeconds } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function checkCommand(program: Command): void {
  withExamples(
    withSearchOptions(program.command('check'))
      .description('check a variant of a protocol: a verdict, and a trace where it breaks')
      .argument('[model]', 'MODEL or MODEL/SCENARIO of the list, or a FILE.ts of your own')
      .option('--all', 'check every scenario of the list, or of MODEL, against the verdict that it declares')
      .option('--json', 'print one JSON object (docs/reference/check-output.schema.json)')
      .addOption(
        new Option('--reporter <name>', 'with --all: print text, or junit (XML, for CI)').choices([
          'text',
          'junit',
        ]),
      )
      .option('--lkml', 'print the trace in 72 columns of plain text, ready for a changelog')
      .option('--quiet', 'print the verdict line only')
      .option('--max-states <number>', 'give up above so many states', wholeNumber)
      .option('--timeout <seconds>', 'give up after so many seconds', positiveSeconds)
      .option('--save-trace <file>', 'save the trace for "racewalk replay"')
      .option('--html <file>', 'write the result as one page that needs no network')
      .helpOption(false)
      .option('-h, --help', "display this help, with a MODEL also the model's own options")
      .usage('MODEL|FILE.ts [options] [--memory sc|tso|pso|weak|arm64] [options of the model]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action(async (_model: string | undefined, options: CheckOptions, command: Command) => {
        const { name, rest } = await splitModel(command.args);
        if (options.help === true) return await help(command, name);
        refuseContradictions(options);
        if (options.all === true) {
          const { checkAll } = await import('./all.ts');
          return await checkAll(name, rest, options);
        }
        if (name === null)
          throw new UsageError('which model? "racewalk list" shows them; "racewalk check --all" checks all');
        const { checkOne } = await import('./run.ts');
        await checkOne(name, rest, options);
      }),
    [
      ['racewalk check gup-fast-vs-collapse --recheck-pmd', 'one variant'],
      ['racewalk check ./my-protocol.ts --save-trace race.json', 'a model of your own'],
      ['racewalk check dirty-cow --all', 'each scenario as declared'],
      ['racewalk check peterson --help', 'with the options of the model'],
    ],
  );
}

/** The model among the words that are no options of the command: the first, unless an option of the model comes before. */
async function splitModel(
  words: readonly string[],
): Promise<{ name: string | null; rest: readonly string[] }> {
  const { namesFile } = await import('../model-files/models.ts');
  const { registry } = await import('../../models/registry.ts');
  const known = new Set(registry.map(({ name }) => name));
  const isModel = (word: string) => namesFile(word) || known.has(word.split('/', 1)[0]!);
  const [first = '-'] = words;
  const at = first.startsWith('-') ? words.findIndex(isModel) : 0;
  return at < 0
    ? { name: null, rest: words }
    : { name: words[at]!, rest: words.filter((_, other) => other !== at) };
}

export async function help(command: Command, name: string | null): Promise<void> {
  const { outputWidth, print } = await import('../terminal/output.ts');
  command.outputHelp();
  if (name === null) return;
  const { findModel } = await import('../model-files/models.ts');
  const { describeOptions } = await import('../options/model-options.ts');
  const { definition } = await findModel(name);
  print(`\n${definition.name}: ${definition.summary}\n${describeOptions(definition.options, outputWidth())}`);
}

const exclusive = [
  ['json', 'quiet'],
  ['json', 'lkml'],
  ['lkml', 'quiet'],
  ['json', 'reporter'],
  ['quiet', 'reporter'],
  ['all', 'lkml'],
  ['all', 'saveTrace'],
  ['all', 'html'],
] as const;

function refuseContradictions(options: CheckOptions): void {
  const pair = exclusive.find(([a, b]) => options[a] !== undefined && options[b] !== undefined);
  if (options.reporter !== undefined && options.all !== true)
    throw new UsageError('--reporter is for --all: one check is no list of tests');
  if (pair === undefined) return;
  const [a, b] = pair.map((key) => (key === 'saveTrace' ? '--save-trace' : `--${key}`));
  throw new UsageError(`${a} and ${b} contradict each other: give one of them`);
}
