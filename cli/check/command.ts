/** `racewalk check`: is this variant of a protocol safe? */
import type { CheckOptions } from './run.ts';
import { Option, type Command } from 'commander';
import { withExamples, withExitCodes } from '../terminal/help.ts';
import { wholeNumber, positiveSeconds } from '../options/limits.ts';
import { withSearchOptions } from '../options/search-options.ts';
import { checkSweepOptions, withSweepOptions } from '../sweep/options.ts';
import { UsageError } from '../terminal/usage-error.ts';

export function checkCommand(program: Command): void {
  withExamples(
    withExitCodes(
      withSweepOptions(withSearchOptions(program.command('check')))
        .description('check one variant of a protocol: print the verdict, and a trace if the variant fails')
        .argument('[model]', 'a MODEL or MODEL/SCENARIO from "racewalk list", or your own FILE.ts or FILE.c')
        .option('--all', 'check every scenario (of MODEL, or of all models) against its declared verdict')
        .option('--ends', 'also require that every thread ends, but for those that may block forever')
        .option('--json', 'print one JSON object (docs/reference/check-output.schema.json)')
        .addOption(
          new Option('--reporter <name>', 'output of --all: text, or JUnit XML for CI').choices([
            'text',
            'junit',
          ]),
        )
        .option('--lkml', 'print the trace as plain text in 72 columns, ready for a changelog')
        .option('--quiet', 'print only the verdict line')
        .option('--max-states <number>', 'limit on the number of states', wholeNumber)
        .option('--timeout <seconds>', 'time limit, in seconds', positiveSeconds)
        .option('--disk <directory>', 'keep the states on disk: for models larger than memory')
        .option('--resume', 'with --disk: continue a search that ended early, or was killed')
        .option(
          '--scheduler <address>',
          'with --engine dask: the scheduler of the cluster, as tcp://host:8786',
        )
        .option('--hostfile <file>', 'with --engine ltsmin: the machines of its --workers, for mpirun')
        .option('--save-trace <file>', 'save the trace for "racewalk replay"')
        .option('--html <file>', 'write the result as a self-contained HTML page')
        .helpOption(false)
        .option('-h, --help', "print this help; with MODEL, also the model's own options")
        .usage('MODEL|FILE [options] [--memory sc|tso|pso|arm64] [model options]')
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
            throw new UsageError(
              'missing MODEL: "racewalk list" prints all models, "racewalk check --all" checks all of them',
            );
          const { checkOne } = await import('./run.ts');
          await checkOne(name, rest, options);
        }),
      {
        0: 'the variant holds; with --all, every result is as declared',
        1: 'violated, deadlock, livelock or unreached; with --all, a result is not as declared',
        3: 'inconclusive: a limit was reached',
      },
    ),
    [
      ['racewalk check gup-fast-vs-collapse --recheck-pmd', 'one variant'],
      ['racewalk check ./my-protocol.ts --save-trace race.json', 'your own model'],
      ['racewalk check ./my-protocol.ts --ends', 'also: does every thread end?'],
      ['racewalk check dirty-cow --all', 'every scenario of one model'],
      ['racewalk check peterson --help', 'help with the model options'],
    ],
  );
}

/** The model is the first remaining word, unless a model option precedes it. */
async function splitModel(
  words: readonly string[],
): Promise<{ name: string | null; rest: readonly string[] }> {
  const { namesFile } = await import('../model-files/models.ts');
  const { catalogueNames } = await import('../model-files/catalogue.ts');
  const known = new Set(catalogueNames);
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
  ['all', 'disk'],
] as const;

function refuseContradictions(options: CheckOptions): void {
  const pair = exclusive.find(([a, b]) => options[a] !== undefined && options[b] !== undefined);
  if (options.reporter !== undefined && options.all !== true)
    throw new UsageError('--reporter requires --all');
  const { engine } = options;
  const hasFiles = engine === 'duckdb' || engine === 'ltsmin';
  if (options.disk !== undefined && engine !== undefined && !hasFiles)
    throw new UsageError(`--disk and --engine ${engine} cannot be combined`);
  if (options.scheduler !== undefined && engine !== 'dask')
    throw new UsageError('--scheduler requires --engine dask');
  if (options.hostfile !== undefined && (engine !== 'ltsmin' || options.workers === undefined))
    throw new UsageError('--hostfile requires --engine ltsmin and --workers');
  if (options.maxMemory !== undefined && engine === 'ltsmin')
    throw new UsageError('--max-memory cannot be combined with --engine ltsmin, which takes what it needs');
  if (options.resume === true && hasFiles)
    throw new UsageError(
      `--resume cannot be combined with --engine ${engine}: its files go when the search ends`,
    );
  if (options.resume === true && options.disk === undefined) throw new UsageError('--resume requires --disk');
  checkSweepOptions(options, options.all === true);
  if (pair === undefined) return;
  const [a, b] = pair.map((key) => (key === 'saveTrace' ? '--save-trace' : `--${key}`));
  throw new UsageError(`${a} and ${b} cannot be combined`);
}
