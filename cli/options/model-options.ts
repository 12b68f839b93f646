/** The options of any model on the command line. */
import { parseArgs } from 'node:util';
import {
  acquireOption,
  boundOptions,
  memoryKey,
  type AcquireName,
} from '../../checker/language/memory-name.ts';
import {
  accepted,
  expectation,
  optionName,
  takes,
  withFallbacks,
  type AnyOption,
  type Options,
  type OptionValue,
} from '../../checker/language/option.ts';
import type { Choices } from '../../checker/study/compare/compare.ts';
import { asTyped } from '../../checker/report/options-text.ts';
import type { ModelSource } from '../model-files/models.ts';
import { outputWidth } from '../terminal/output.ts';
import { didYouMean } from '../terminal/spelling.ts';
import { twoColumns, type TwoColumns } from '../terminal/two-columns.ts';
import { UsageError } from '../terminal/usage-error.ts';

/**
 * The options of a scenario, overridden by those of the command line.
 *
 * Throws  UsageError for unknown, repeated or invalid options, and for options that contradict the scenario.
 */
export function chosenOptions({ definition, scenario }: ModelSource, words: readonly string[]): Choices {
  const given = parse(definition.name, definition.options, words);
  if (scenario === null) return given;
  // Sizes and the memory model may vary unless the scenario sets them; another fix is another scenario.
  const declared = Object.entries(withFallbacks(definition.options, scenario.options)).filter(
    ([key]) => key in scenario.options || (definition.options[key]!.role !== 'size' && key !== memoryKey),
  );
  for (const [key, value] of declared)
    if (key in given && given[key] !== value)
      throw new UsageError(
        `scenario '${scenario.name}' sets ${asTyped(key, value)}, which contradicts ${asTyped(key, given[key]!)}: ` +
          `remove the option, or name the model without the scenario`,
      );
  return { ...scenario.options, ...given };
}

/**
 * The options of a saved trace.
 *
 * Throws  UsageError for options and values that the model no longer has.
 */
export function chosenFrom(options: Options, saved: Choices): Choices {
  for (const [key, value] of Object.entries(saved))
    if (options[key] === undefined || !takes(options[key], value))
      throw new UsageError(
        `the model no longer has ${asTyped(key, value)}: it has changed since the trace was saved`,
      );
  return saved;
}

function parse(model: string, options: Options, words: readonly string[]): Choices {
  const keys = new Map(Object.keys(options).map((key) => [optionName(key), key]));
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      [...keys].map(([name, key]) => [
        name,
        { type: options[key]!.kind === 'flag' ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Record<string, OptionValue> = {};
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new UsageError(`unexpected argument '${token.value}' after the model ${model}`);
    if (token.kind === 'option-terminator') continue;
    const [key, value] = optionOf({ model, options, keys }, token);
    if (key in given && given[key] !== value)
      throw new UsageError(`${asTyped(key, given[key]!)} contradicts ${asTyped(key, value)}`);
    given[key] = value;
  }
  return given;
}

interface OptionNames {
  readonly model: string;
  readonly options: Options;
  /** The keys of the options by their names on the command line. */
  readonly keys: ReadonlyMap<string, string>;
}

interface Word {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionOf(
  { model, options, keys }: OptionNames,
  { name, rawName, value, inlineValue }: Word,
): [string, OptionValue] {
  const negated = keys.get(name.replace(/^no-/, ''));
  const key = keys.get(name) ?? negated;
  const option = key === undefined ? undefined : options[key];
  if (key === undefined || option === undefined || (!keys.has(name) && option.kind !== 'flag'))
    throw new UsageError(
      `${model} has no option '${rawName}'${didYouMean(name, [...keys.keys()])}\n${describeOptions(options, outputWidth())}`,
    );
  // A value after `=` may begin with dashes; after a space it is another option, and the value is missing.
  const own =
    inlineValue !== true && option.kind !== 'flag' && value?.startsWith('--') === true ? undefined : value;
  return [key, valueOf(option, rawName, keys.has(name) ? own : (own ?? 'false'))];
}

function valueOf(option: AnyOption, name: string, value: string | undefined): OptionValue {
  if (value === undefined && option.kind === 'flag') return true;
  if (value === undefined) throw new UsageError(`missing value of ${name}: expected ${accepted(option)}`);
  const wrong = (hint: string) =>
    new UsageError(`invalid ${name} '${value}': ${expectation(option, value)}${hint}`);
  switch (option.kind) {
    case 'flag':
      if (value !== 'true' && value !== 'false') throw wrong('');
      return value === 'true';
    case 'choice':
      if (!option.values.includes(value)) throw wrong(didYouMean(value, option.values));
      return value;
    case 'integer':
      if (!/^-?\d+$/.test(value) || Number(value) < option.low || Number(value) > option.high)
        throw wrong('');
      return Number(value);
  }
}

/** The value of a bound; null: the default of the memory model. Throws  UsageError. */
export function numberOf(key: keyof typeof boundOptions, text: string): number | null {
  const value = valueOf(boundOptions[key], `--${optionName(key)}`, text);
  return value === 0 ? null : Number(value);
}

/** The instruction that an option names. Throws  UsageError. */
export const acquireOf = (text: string): AcquireName =>
  valueOf(acquireOption, '--acquire', text) as AcquireName;

/** The syntax, meaning and default of each option. */
export function describeOptions(options: Options, width: number): string {
  const rows = Object.entries(options).map(([key, option]): TwoColumns => [
    usage(key, option),
    meaning(option),
  ]);
  return rows.length === 0
    ? 'the model has no options'
    : ['model options:', ...twoColumns(rows, width)].join('\n');
}

function usage(key: string, option: AnyOption): string {
  const name = optionName(key);
  switch (option.kind) {
    case 'flag':
      return option.fallback ? `--no-${name}` : `--${name}`;
    case 'choice':
      return `--${name} ${option.values.join('|')}`;
    case 'integer':
      return `--${name} ${option.low}..${option.high}`;
  }
}

function meaning({ kind, description, fallback }: AnyOption): string {
  if (kind === 'flag') return fallback ? `disable: ${description}` : description;
  return `${description} (default: ${fallback})`;
}
