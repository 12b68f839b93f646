/** Options of a model: typed data, so that commands offer them without knowing the model. */
import { ModelError } from './model-error.ts';

export type OptionValue = boolean | number | string;

/**
 * The role of an option. `machine`: hardware or configuration. `fix`: a fix of the protocol, disabled by false or by
 * its first value. `size`: a number of CPUs, pages and the like. `variant`: another version of the protocol. `bound`:
 * a bound of the memory model, printed only where it is changed. By default `compare` varies machine and fix.
 */
export type OptionRole = 'machine' | 'fix' | 'size' | 'variant' | 'bound';

export interface Common {
  readonly description: string;
  readonly role: OptionRole;
}

export type AnyOption = Common &
  (
    | { readonly kind: 'flag'; readonly fallback: boolean }
    | {
        readonly kind: 'choice';
        readonly fallback: string;
        readonly values: readonly string[];
        readonly replaced?: Replaced;
      }
    | { readonly kind: 'integer'; readonly fallback: number; readonly low: number; readonly high: number }
  );

/** Values that an option took once, with those that replace them. */
export type Replaced = Readonly<Record<string, string>>;

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

/** One of several names; the first is the default, and disables a fix. */
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

/** A whole number from `low` to `high`; the default is `low` unless `fallback` is given. */
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

/** The value that disables a fix: the first. */
export const offValue = (option: AnyOption): OptionValue =>
  option.kind === 'integer' ? option.low : valuesOf(option)[0]!;

/** The name on the command line: `recheck-pmd` for `recheckPmd`. */
export const optionName = (key: string): string =>
  key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/**
 * The values of all options: those given, else the fallbacks; bounds only if they are changed.
 *
 * Numbers of options in `beyond` may exceed their maximum, which proofs for any number need.
 *
 * Throws  ModelError for unknown options and invalid values.
 */
export function withFallbacks(
  options: Options,
  given: Readonly<Record<string, OptionValue>>,
  beyond: readonly string[] = [],
): Record<string, OptionValue> {
  for (const [key, value] of Object.entries(given)) {
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (option === undefined)
      throw new ModelError(`unknown option '${key}': expected ${eitherOf(Object.keys(options))}`);
    const isLarger = option.kind === 'integer' && Number.isInteger(value) && Number(value) > option.high;
    if (!takes(option, value) && !(beyond.includes(key) && isLarger))
      throw new ModelError(
        `invalid value ${String(value)} of option '${key}': ${expectation(option, value)}`,
      );
  }
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, option]) => {
      const value = given[key] ?? option.fallback;
      return option.role === 'bound' && value === option.fallback ? [] : [[key, value]];
    }),
  );
}

/** What is wrong with an invalid value, for messages: `expected a or b`, or what replaces it. */
export function expectation(option: AnyOption, value: OptionValue): string {
  const instead = option.kind === 'choice' ? option.replaced?.[String(value)] : undefined;
  return instead === undefined ? `expected ${accepted(option)}` : useInstead(instead);
}

export const useInstead = (value: string): string => `it has been removed, use ${value}`;

/** The valid values of an option, for messages. */
export function accepted(option: AnyOption): string {
  return option.kind === 'integer'
    ? `a whole number from ${option.low} to ${option.high}`
    : eitherOf(valuesOf(option));
}

/** `a, b or c` */
export const eitherOf = (names: readonly OptionValue[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${String(names.at(-1))}`;

/** Throws  ModelError for an option with an invalid name, kind, range or fallback. */
export function checkOption(place: string, key: string, option: AnyOption): void {
  const wrong = (what: string) => new ModelError(`${place}: option '${key}' ${what}`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(key)) throw wrong('is not a camelCase name');
  const { kind } = option as { kind?: unknown };
  if (kind !== 'flag' && kind !== 'choice' && kind !== 'integer')
    throw wrong('is not made by flag(...), oneOf(...) or integer(...)');
  if (
    option.kind === 'integer' &&
    !(Number.isInteger(option.low) && Number.isInteger(option.high) && option.low <= option.high)
  )
    throw wrong(`has the range ${option.low} to ${option.high}, which contains no integers`);
  if (option.kind === 'choice' && option.values.length === 0) throw wrong('has no values');
  if (option.kind === 'choice' && new Set(option.values).size < option.values.length)
    throw wrong('lists the same value twice');
  if (!takes(option, option.fallback))
    throw wrong(`has the invalid fallback ${String(option.fallback)}: expected ${accepted(option)}`);
}
