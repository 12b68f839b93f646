/** Runs `racewalk compare`. */
import { runWithin } from '../options/limits.ts';
import { settingsOf } from '../options/search-options.ts';
import { memoryKey, memoryOption } from '../../checker/language/memory-name.ts';
import { eitherOf, optionName, type Options } from '../../checker/language/option.ts';
import {
  comparisonOf,
  variantsOf,
  type Comparison,
  type Row,
  type VariantChoice,
} from '../../checker/study/compare/compare.ts';
import type { AnyDefinition } from '../../checker/language/model.ts';
import { unprepared, type Sweep } from '../../checker/study/study.ts';
import { provingRow, provingSmallest, type AnyNumber, type AnyNumbers } from './any-cpus.ts';
import { chosenOptions } from '../options/model-options.ts';
import { findModel } from '../model-files/models.ts';
import type { CompareOptions } from './options.ts';
import { runStudy } from '../sweep/run.ts';
import { outputWidth, print } from '../terminal/output.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** Exit code 0 if every variant is decided, 3 if one is inconclusive, 2 for an invalid model. */
export async function compareModel(
  name: string,
  words: readonly string[],
  options: CompareOptions,
): Promise<void> {
  const [other, ...rest] = words;
  if (other !== undefined && !other.startsWith('-')) {
    const { compareVersions } = await import('./versions/run.ts');
    return compareVersions([name, other], rest, options);
  }
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
  const choice = { vary, given, settings: settingsOf(options), costs: options.costs !== false };
  const studied = await runStudy({
    ...{ command: 'compare', model: name, words, options },
    definitions: [source.definition],
    models: () => variantsOf(source.definition.options, choice).map((one) => source.definition.build(one)),
    limits: options,
    study: unprepared(() => comparedRows(source.definition, choice, options)),
  });
  if (studied === null) return;
  const { compared, any } = studied.result;
  const proved =
    options.anyCpus === 'smallest'
      ? await runWithin(options, (limits) => provingSmallest(compared, Object.keys(given), limits))
      : { result: any, seconds: 0 };
  process.exitCode = exitCodeOf(compared);
  const found = { compared, any: proved.result };
  print(await rendered(found, studied.seconds + proved.seconds, options));
}

interface ComparedRow {
  readonly row: Row;
  readonly any: AnyNumber | null;
}

/** The comparison, where asked for with a proof of every row that holds. */
function comparedRows(
  definition: AnyDefinition,
  choice: VariantChoice,
  { anyCpus }: CompareOptions,
): Sweep<ComparedRow, ComparedAndProved> {
  const { jobs, assembled } = comparisonOf(definition, choice);
  const provesAll = anyCpus === true || anyCpus === 'all';
  return {
    jobs: jobs.map(({ name, run }) => ({
      name,
      *run(limits) {
        const row = yield* run(limits);
        const any = provesAll ? yield* provingRow(definition, row, Object.keys(choice.given), limits) : null;
        return { row, any };
      },
    })),
    assembled: (found) => ({
      compared: assembled(found.map(({ row }) => row)),
      any: provesAll ? new Map(found.flatMap(({ row, any }) => (any === null ? [] : [[row, any]]))) : null,
    }),
  };
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
