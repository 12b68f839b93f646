/** Runs `racewalk compare`. */
import { runWithin, type LimitOptions } from '../options/limits.ts';
import { settingsOf, type SearchOptions } from '../options/search-options.ts';
import { memoryKey, memoryOption } from '../../checker/language/memory-name.ts';
import { eitherOf, optionName, type Options } from '../../checker/language/option.ts';
import { comparing, type Comparison } from '../../checker/study/compare/compare.ts';
import { provingRows, type AnyNumbers } from './any-cpus.ts';
import { chosenOptions } from '../options/model-options.ts';
import { findModel } from '../model-files/models.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** Exit code 0 if every variant is decided, 3 if one is inconclusive, 2 for an invalid model. */
export async function compareModel(
  name: string,
  words: readonly string[],
  options: CompareOptions,
): Promise<void> {
  const source = await findModel(name);
  if (source.scenario !== null)
    throw new UsageError('compare takes a model without a scenario: a scenario is only one variant');
  const vary =
    options.vary === undefined
      ? null
      : options.vary.split(',').map((word) => keyOf(source.definition.options, word));
  // The memory model is varied only on request.
  const usual = vary?.includes(memoryKey) === true ? {} : { [memoryKey]: memoryOption.fallback };
  const given = { ...usual, ...chosenOptions(source, [...(options.fix ?? []).map(asOption), ...words]) };
  const { anyCpus } = options;
  const which = anyCpus === 'smallest' ? anyCpus : 'all';
  const { result: found, seconds } = await runWithin(options, function* (limits) {
    const compared = yield* comparing(
      source.definition,
      { vary, given, settings: settingsOf(options), costs: options.costs !== false },
      limits,
    );
    const any =
      anyCpus === undefined ? null : yield* provingRows(compared, which, Object.keys(given), limits);
    return { compared, any };
  });
  process.exitCode = exitCodeOf(found.compared);
  print(await rendered(found, seconds, options));
}

function keyOf(options: Options, word: string): string {
  const names = Object.keys(options).map(optionName);
  const key = Object.keys(options).find((other) => optionName(other) === word || other === word);
  if (key === undefined)
    throw new UsageError(`invalid --vary '${word}': expected ${eitherOf(names)}${didYouMean(word, names)}`);
  return key;
}

function asOption(pair: string): string {
  if (!/^[^=]+=[^=]+$/.test(pair)) throw new UsageError(`invalid --fix '${pair}': expected option=value`);
  return `--${pair}`;
}

function exitCodeOf({ rows }: Comparison): 0 | 2 | 3 {
  if (rows.some(({ verdict }) => verdict === 'error')) return 2;
  return rows.some(({ verdict }) => verdict === 'inconclusive') ? 3 : 0;
}

interface ComparedAndProved {
  readonly compared: Comparison;
  readonly any: AnyNumbers | null;
}

async function rendered(
  { compared, any }: ComparedAndProved,
  seconds: number,
  options: CompareOptions,
): Promise<string> {
  if (options.json === true) {
    const { compareJson } = await import('./json.ts');
    return JSON.stringify(compareJson(compared, seconds, any), null, 2);
  }
  const { renderComparison } = await import('./text.ts');
  return renderComparison({ ...compared, any }, seconds, outputWidth());
}

/** The options that commander parses. */
export interface CompareOptions extends LimitOptions, SearchOptions {
  readonly vary?: string;
  readonly fix?: readonly string[];
  readonly costs?: boolean;
  /** True: --any-cpus without a value, which means all. */
  readonly anyCpus?: true | string;
  readonly json?: true;
}
