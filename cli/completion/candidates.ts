/** The completions of a command line. */
import type { Command, Option } from 'commander';
import { everyModelsOptions, memoryModelNames } from '../../checker/language/memory-name.ts';
import { optionName, type AnyOption, type Options } from '../../checker/language/option.ts';
import { formatNames } from '../../checker/export/formats.ts';
import { engineNames } from '../options/search-options.ts';

/** The completions of the last word; none for a file name. */
export async function candidates(program: Command, words: readonly string[]): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  return (await possible(program, words.slice(0, -1), last)).filter((word) => word.startsWith(last));
}

async function possible(
  program: Command,
  before: readonly string[],
  last: string,
): Promise<readonly string[]> {
  const [name, ...rest] = before;
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined)
    return before.length > 0
      ? []
      : program.commands.filter((one) => one.name() !== 'complete').map((one) => one.name());
  const takesModel = command.registeredArguments.some((argument) => argument.name() === 'model');
  const options = takesModel ? await optionsOf(rest) : {};
  const values = valuesAfter(before.at(-1) ?? '', command, options);
  if (values !== null) return values;
  if (last.startsWith('-'))
    return [...command.options.flatMap(flagsOf), ...Object.entries(options).flatMap(wordsOf)];
  if (name === 'completion') return ['bash', 'zsh', 'fish'];
  return takesModel && !rest.some((word) => !word.startsWith('-')) ? await modelNames(last) : [];
}

const flagsOf = ({ long, hidden }: Option) => (hidden || long === undefined ? [] : [long]);

/** Scenarios after `MODEL/`, else models. */
async function modelNames(last: string): Promise<readonly string[]> {
  const { catalogueNames, modelNamed } = await import('../model-files/catalogue.ts');
  if (!last.includes('/')) return catalogueNames;
  const found = await modelNamed(last.split('/', 1)[0]!);
  return found === null ? [] : found.scenarios.map((scenario) => `${found.name}/${scenario.name}`);
}

/** The options of the named model or model file. */
async function optionsOf(words: readonly string[]): Promise<Options> {
  const named = words.find((word) => !word.startsWith('-'));
  if (named === undefined) return everyModelsOptions;
  try {
    const { findModel } = await import('../model-files/models.ts');
    return (await findModel(named)).definition.options;
  } catch {
    return everyModelsOptions;
  }
}

function wordsOf([key, option]: [string, AnyOption]): readonly string[] {
  const name = optionName(key);
  return option.kind === 'flag' ? [`--${name}`, `--no-${name}`] : [`--${name}`];
}

/** The values of an option; null: unknown, or it takes none. */
function valuesAfter(word: string, command: Command, options: Options): readonly string[] | null {
  const key = Object.keys(options).find((other) => `--${optionName(other)}` === word);
  const option = key === undefined ? undefined : options[key];
  if (option?.kind === 'choice') return option.values;
  if (option?.kind === 'integer') return [String(option.low), String(option.high)];
  if (word === '--engine') return engineNames;
  if (word === '--to') return formatNames;
  if (word === '--memory') return memoryModelNames;
  if (word === '--vary') return Object.keys(options).map(optionName);
  const own = command.options.find(({ long }) => long === word);
  return own?.required === true ? [] : null;
}
