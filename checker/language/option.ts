/** Options of a model: typed data, so that commands offer them without knowing the model. */
import { ModelError } from './model-error.ts';

export type OptionValue = boolean | number | string;

/**
 * What an option is about. `machine`: given by hardware or configuration. `fix`: a repair, off at false or at its
 * first value. `size`: how many of something. `variant`: another way to write the protocol. `bound`: where the machine is
 * cut short, which nobody needs to know where nothing was.
 * `compare` varies machine and fix unless told otherwise.
 */
export type OptionRole = 'machine' | 'fix' | 'size' | 'variant' | 'bound';

export interface Common {
  readonly description: string;
  readonly role: OptionRole;
}

export type AnyOption = Common &
  (
    | { readonly kind: 'flag'; readonly fallback: boolean }
    | { readonly kind: 'choice'; readonly fallback: string; readonly values: readonly string[] }
    | { readonly kind: 'integer'; readonly fallback: number; readonly low: number; readonly high: number }
  );

export type Flag = AnyOption & { readonly kind: 'flag' };
export type Choice<N extends string = string> = AnyOption & {
  readonly kind: 'choice';
  readonly values: readonly N[];
};
export type Integer = AnyOption & { readonly kind: 'integer' };
export type Options = Readonly<Record<string, AnyOption>>;

/** The values that a model is built from. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Choice<infer N> ? N : O[K] extends Integer ? number : boolean;
};

export const flag = (role: OptionRole, description: string, fallback = false): Flag => ({
  kind: 'flag',
  role,
  description,
  fallback,
});

/** One of some words; the first is taken when nothing is said, and for a fix it means none. */
export const oneOf = <const N extends string>(
  role: OptionRole,
  description: string,
  values: readonly [N, ...N[]],
): Choice<N> => ({
  kind: 'choice',
  role,
  description,
  values,
  fallback: values[0],
});

/** A number from `low` to `high`; `low` is taken when nothing is said, or `fallback`. */
export const integer = (
  description: string,
  [low, high]: readonly [number, number],
  fallback = low,
): Integer => ({
  kind: 'integer',
  role: 'size',
  description,
  low,
  high,
  fallback,
});

/** Whether an option takes a value. */
export function takes(option: AnyOption, value: OptionValue): boolean {
  switch (option.kind) {
    case 'flag':
      return typeof value === 'boolean';
    case 'choice':
      return option.values.includes(String(value));
    case 'integer':
      return Number.isInteger(value) && Number(value) >= option.low && Number(value) <= option.high;
  }
}

/** How many values an option can take. */
export const countOfValues = (option: AnyOption): number =>
  option.kind === 'integer'
    ? option.high - option.low + 1
    : option.kind === 'flag'
      ? 2
      : option.values.length;

/** All values an option can take, in order. */
export function valuesOf(option: AnyOption): readonly OptionValue[] {
  switch (option.kind) {
    case 'flag':
      return [false, true];
    case 'choice':
      return option.values;
    case 'integer':
      return Array.from({ length: option.high - option.low + 1 }, (_, at) => option.low + at);
  }
}

/** The value that leaves a repair out: the first. */
export const offValue = (option: AnyOption): OptionValue =>
  option.kind === 'integer' ? option.low : valuesOf(option)[0]!;

/** `recheckPmd` as it is typed on the command line: `recheck-pmd`. */
export const optionName = (key: string): string =>
  key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/**
 * All options with a value each: what is given, else the fallback; those that raise a bound only where they are given.
 *
 * `beyond` names options whose numbers may be larger than they say: a proof for any number goes on where the author stops.
 *
 * Throws  ModelError for a name that is no option and for a value it does not take.
 */
export function withFallbacks(
  options: Options,
  given: Readonly<Record<string, OptionValue>>,
  beyond: readonly string[] = [],
): Record<string, OptionValue> {
  for (const [key, value] of Object.entries(given)) {
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (option === undefined)
      throw new ModelError(`there is no option '${key}'; the options are ${Object.keys(options).join(', ')}`);
    const isLarger = option.kind === 'integer' && Number.isInteger(value) && Number(value) > option.high;
    if (!takes(option, value) && !(beyond.includes(key) && isLarger))
      throw new ModelError(`the option '${key}' is ${accepted(option)}, not ${String(value)}`);
  }
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, option]) => {
      const value = given[key] ?? option.fallback;
      return option.role === 'bound' && value === option.fallback ? [] : [[key, value]];
    }),
  );
}

/** What an option takes, in words. */
export function accepted(option: AnyOption): string {
  return option.kind === 'integer'
    ? `a number from ${option.low} to ${option.high}`
    : `one of ${valuesOf(option).join(', ')}`;
}

/** Throws  ModelError unless the option can be offered: named, made by its function, with a fallback it accepts. */
export function checkOption(place: string, key: string, option: AnyOption): void {
  const mistake = (what: string) => new ModelError(`${place}: the option '${key}' ${what}`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw mistake('is not a camelCase name');
  const { kind } = option as { kind?: unknown };
  if (kind !== 'flag' && kind !== 'choice' && kind !== 'integer')
    throw mistake('is not made by flag(...), oneOf(...) or integer(...)');
  if (
    option.kind === 'integer' &&
    !(Number.isInteger(option.low) && Number.isInteger(option.high) && option.low <= option.high)
  )
    throw mistake(`runs from ${option.low} to ${option.high}, which is no range of integers`);
  if (option.kind === 'choice' && option.values.length === 0) throw mistake('has no values to choose from');
  if (option.kind === 'choice' && new Set(option.values).size < option.values.length)
    throw mistake('has the same value twice');
  if (!takes(option, option.fallback))
    throw mistake(`is ${accepted(option)}, and its fallback is ${String(option.fallback)}`);
}
